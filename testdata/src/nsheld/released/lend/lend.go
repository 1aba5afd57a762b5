// Package lend calls functions under the lock of a user.
package lend

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// With calls f while it holds the lock of user, shared.
func With(ctx context.Context, o *nslock.Owner, user string, f func() error) error {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	return f()
}
