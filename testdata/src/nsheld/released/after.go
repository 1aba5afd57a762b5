package released

import (
	"context"
	"iter"

	"fixtures/nsheld/released/lend"

	"github.com/lockvet/lockvet/nslock"
)

// LeftOpen leaves a mailbox open when the lock is given up that whoever calls
// the literal holds.
func LeftOpen(ctx context.Context, o *nslock.Owner, user string) {
	var mb *nslock.Mailbox
	_ = lend.With(ctx, o, user, func() (err error) { // want `^released-early: calling lend.With releases namespace lock while holding index lock .*; park or close the mailbox first`
		mb, err = o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
		return err
	})
	mb.Close()
}

// LeftParked parks it before that.
func LeftParked(ctx context.Context, o *nslock.Owner, user string) {
	var mb *nslock.Mailbox
	_ = lend.With(ctx, o, user, func() (err error) {
		if mb, err = o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared); err != nil {
			return err
		}
		mb.Park()
		return nil
	})
	mb.Close()
}

// LeftHeld holds the user around all of it.
func LeftHeld(ctx context.Context, o *nslock.Owner, user string) error {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	var mb *nslock.Mailbox
	_ = lend.With(ctx, o, user, func() (err error) {
		mb, err = o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
		return err
	})
	mb.Close()
	return nil
}

// under yields user with the lock held.
func under(ctx context.Context, o *nslock.Owner, user string) iter.Seq[string] {
	return func(yield func(string) bool) {
		ns, err := o.LockUser(ctx, user, nslock.Shared)
		if err != nil {
			return
		}
		defer ns.Release()
		yield(user)
	}
}

// LoopLate closes the mailbox when the loop is over, and with it the lock.
func LoopLate(ctx context.Context, o *nslock.Owner, user string) {
	for range under(ctx, o, user) { // want `^released-early: .* releases namespace lock while holding index lock`
		mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
		if err != nil {
			return
		}
		defer mb.Close()
	}
}

// LoopSoon closes it in the loop.
func LoopSoon(ctx context.Context, o *nslock.Owner, user string) {
	for range under(ctx, o, user) {
		mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
		if err != nil {
			return
		}
		mb.Close()
	}
}
