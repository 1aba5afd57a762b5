// Package owed has functions that lock what their callers hold, as they have
// to: that is re-entry, and no inversion.
package owed

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// reopen opens a mailbox, for which its callers hold the user's lock, and so
// enters that lock again.
func reopen(ctx context.Context, o *nslock.Owner, user string) error {
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "m"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	again, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	again.Release()
	return nil
}

// deeper does so in a function that it calls.
func deeper(ctx context.Context, o *nslock.Owner, user string) error {
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "n"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	return reopen(ctx, o, user)
}

// Held holds the lock.
func Held(ctx context.Context, o *nslock.Owner, user string) error {
	ns, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	return deeper(ctx, o, user)
}

// Literal does the same in a function literal.
func Literal(ctx context.Context, o *nslock.Owner, user string) error {
	ns, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	return func() error {
		mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "m"}, nslock.Shared)
		if err != nil {
			return err
		}
		defer mb.Close()
		again, err := o.LockUser(ctx, user, nslock.Exclusive)
		if err != nil {
			return err
		}
		again.Release()
		return nil
	}()
}

// Mode holds it in the other mode, which is found where it is held.
func Mode(ctx context.Context, o *nslock.Owner, user string) error {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	return reopen(ctx, o, user) // want `^mode-change: calling reopen acquires namespace lock exclusively while holding it shared`
}

// other locks a user while the mailbox of another is open.
func other(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "m"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	ns, err := o.LockUser(ctx, sharee, nslock.Exclusive)
	if err != nil {
		return err
	}
	ns.Release()
	return nil
}

// Both holds both locks.
func Both(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	ns, err := o.LockUsers(ctx, nslock.Exclusive, user, sharee)
	if err != nil {
		return err
	}
	defer ns.Release()
	return other(ctx, o, user, sharee)
}

// same is like other, but not all of its callers hold both locks.
func same(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "m"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	ns, err := o.LockUser(ctx, sharee, nslock.Exclusive) // want `^ns-under-mailbox: acquiring namespace lock of sharee while holding mailbox lock`
	if err != nil {
		return err
	}
	ns.Release()
	return nil
}

// Twice holds both locks in one call, and one in the other.
func Twice(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	ns, err := o.LockUsers(ctx, nslock.Exclusive, user, sharee)
	if err != nil {
		return err
	}
	err = same(ctx, o, user, sharee)
	ns.Release()
	if err != nil {
		return err
	}
	one, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer one.Release()
	return same(ctx, o, user, sharee) // want `^users-unordered: calling same acquires namespace lock while holding namespace lock of user`
}

// Constants holds the locks of two users whose names the literal knows, too.
func Constants(ctx context.Context, o *nslock.Owner) error {
	ns, err := o.LockUsers(ctx, nslock.Exclusive, "b", "c")
	if err != nil {
		return err
	}
	defer ns.Release()
	return func() error {
		mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: "c", UniqueID: "m"}, nslock.Shared)
		if err != nil {
			return err
		}
		defer mb.Close()
		again, err := o.LockUser(ctx, "b", nslock.Exclusive)
		if err != nil {
			return err
		}
		again.Release()
		return nil
	}()
}

// again is like other, and calls itself.
func again(ctx context.Context, o *nslock.Owner, user, sharee string, deep bool) error {
	if deep {
		return again(ctx, o, user, sharee, false)
	}
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "m"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	ns, err := o.LockUser(ctx, sharee, nslock.Exclusive)
	if err != nil {
		return err
	}
	ns.Release()
	return nil
}

// Recursive holds both locks.
func Recursive(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	ns, err := o.LockUsers(ctx, nslock.Exclusive, user, sharee)
	if err != nil {
		return err
	}
	defer ns.Release()
	return again(ctx, o, user, sharee, true)
}

// handlers are called by way of a table, by a function that holds both locks.
var handlers = map[string]func(ctx context.Context, o *nslock.Owner, user, sharee string) error{"share": handle}

func handle(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "m"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	ns, err := o.LockUser(ctx, sharee, nslock.Exclusive)
	if err != nil {
		return err
	}
	ns.Release()
	return nil
}

// Handled holds both.
func Handled(ctx context.Context, o *nslock.Owner, cmd, user, sharee string) error {
	ns, err := o.LockUsers(ctx, nslock.Exclusive, user, sharee)
	if err != nil {
		return err
	}
	defer ns.Release()
	return handlers[cmd](ctx, o, user, sharee)
}

// modes takes two locks in different modes, which are one if the keys are.
func modes(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	own, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer own.Release()
	other, err := o.LockUser(ctx, sharee, nslock.Shared) // want `^users-unordered: acquiring namespace lock of sharee`
	if err != nil {
		return err
	}
	other.Release()
	return nil
}

// SameUser gives the same user twice.
func SameUser(ctx context.Context, o *nslock.Owner, user string) error {
	return modes(ctx, o, user, user)
}

// nested has a function ask under a lock what it asks itself.
func nested(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "n"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	return innermost(ctx, o, user, sharee)
}

func innermost(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: "m"}, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	ns, err := o.LockUser(ctx, sharee, nslock.Exclusive)
	if err != nil {
		return err
	}
	ns.Release()
	return nil
}

// Nested holds both.
func Nested(ctx context.Context, o *nslock.Owner, user, sharee string) error {
	ns, err := o.LockUsers(ctx, nslock.Exclusive, user, sharee)
	if err != nil {
		return err
	}
	defer ns.Release()
	return nested(ctx, o, user, sharee)
}
