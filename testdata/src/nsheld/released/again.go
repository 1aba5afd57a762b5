package released

import (
	"context"

	"fixtures/nsheld/released/lend"

	"github.com/lockvet/lockvet/nslock"
)

// AgainBelow gives a lock up that whoever calls the literal holds as well.
func AgainBelow(ctx context.Context, o *nslock.Owner, user string) error {
	return lend.With(ctx, o, user, func() error {
		mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
		if err != nil {
			return err
		}
		defer mb.Close()
		mb.Park()
		return again(ctx, o, mb, user)
	})
}

func again(ctx context.Context, o *nslock.Owner, mb *nslock.Mailbox, user string) error {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	return mb.LockIndex(ctx, nslock.Shared)
}

// OnceBelow gives up the only one.
func OnceBelow(ctx context.Context, o *nslock.Owner, user string) error {
	mb, err := parked(ctx, o, user)
	if err != nil {
		return err
	}
	defer mb.Close()
	return once(ctx, o, mb, user)
}

func once(ctx context.Context, o *nslock.Owner, mb *nslock.Mailbox, user string) error {
	ns, err := o.TryLockUser(user, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release() // want `^released-early: releasing namespace lock of user while holding index lock`
	return mb.LockIndex(ctx, nslock.Shared)
}

func parked(ctx context.Context, o *nslock.Owner, user string) (*nslock.Mailbox, error) {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return nil, err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
	if err != nil {
		return nil, err
	}
	mb.Park()
	return mb, nil
}

// OtherMode gives up one of two that are not the same: they are held in two modes.
func OtherMode(ctx context.Context, o *nslock.Owner, names <-chan string) {
	write, err := o.LockUser(ctx, <-names, nslock.Exclusive)
	if err != nil {
		return
	}
	defer write.Release()
	user := <-names
	read, err := o.TryLockUser(user, nslock.Shared)
	if err != nil {
		return
	}
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
	read.Release() // want `^released-early: releasing namespace lock of user while holding index lock`
	if err != nil {
		return
	}
	mb.Close()
}

// Unopened has no mailbox when opening one fails, and so no index lock of it.
func Unopened(ctx context.Context, o *nslock.Owner, user string) {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return
	}
	defer ns.Release()
	mb, _ := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Shared)
	mb.Park()
	_ = mb.LockIndex(ctx, nslock.Shared)
	mb.Close()
}
