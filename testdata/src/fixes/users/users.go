// Package users takes two locks in a row that one ordered call replaces, and
// two that it does not.
package users

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// Copy takes both in a row.
func Copy(ctx context.Context, o *nslock.Owner, src, dst string) error {
	from, err := o.LockUser(ctx, src, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}

// Modes takes them in different modes: no one call does that.
func Modes(ctx context.Context, o *nslock.Owner, src, dst string) error {
	from, err := o.LockUser(ctx, src, nslock.Shared)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}
