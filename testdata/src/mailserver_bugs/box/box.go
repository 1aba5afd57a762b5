// Package box opens mailboxes for the others. What it opens is parked, and
// the user's lock is given up again.
package box

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// Open opens ref for a slow reader; the caller closes it.
func Open(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (*nslock.Mailbox, error) {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return nil, err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		return nil, err
	}
	mb.Park()
	return mb, nil
}

// With calls fn while ref is open.
func With(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, fn func() error) error {
	mb, err := Open(ctx, o, ref)
	if err != nil {
		return err
	}
	defer mb.Close()
	return fn()
}
