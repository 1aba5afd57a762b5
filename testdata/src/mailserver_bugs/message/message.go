// Package message copies messages.
package message

import (
	"context"

	"fixtures/mailserver_bugs/target"

	"github.com/lockvet/lockvet/nslock"
)

// CopyTo copies the messages uids to dst.
func CopyTo(ctx context.Context, o *nslock.Owner, dst nslock.MailboxRef, uids ...int) error {
	t, err := target.Open(ctx, o, dst)
	if err != nil {
		return err
	}
	defer t.Close()
	for _, uid := range uids {
		t.Add(uid)
	}
	return nil
}
