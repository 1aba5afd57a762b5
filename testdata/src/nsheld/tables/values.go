package tables

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A visit opens a mailbox when it is made.
type visit struct {
	o    *nslock.Owner
	user string
}

func (v *visit) make(ctx context.Context) {
	mb, err := v.o.OpenMailbox(ctx, nslock.MailboxRef{User: v.user}, nslock.Shared)
	if err != nil {
		return
	}
	mb.Close()
}

// DeferredValue calls a method by its value in a deferred literal, which does
// nothing else.
func DeferredValue(ctx context.Context, o *nslock.Owner, user string) {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return
	}
	func() {
		defer func() {
			do := (&visit{o, user}).make
			do(ctx)
		}()
	}()
	ns.Release()
}

// A change opens one to read, and if it can another one to write.
type change struct {
	o    *nslock.Owner
	user string
}

func (c *change) make(ctx context.Context) {
	defer func() { // want `^not-held: calling func literal in change.make requires holding namespace lock exclusively: .*; none is held`
		if ns, err := c.o.TryLockUser(c.user, nslock.Shared); err == nil {
			defer ns.Release()
			read, _ := c.o.OpenMailbox(ctx, nslock.MailboxRef{User: c.user, UniqueID: "read"}, nslock.Shared)
			read.Close()
			write, _ := c.o.OpenMailbox(ctx, nslock.MailboxRef{User: "ann", UniqueID: "write"}, nslock.Exclusive)
			write.Close()
			again, _ := c.o.OpenMailbox(ctx, nslock.MailboxRef{User: "ann", UniqueID: "again"}, nslock.Shared)
			again.Close()
		}
	}()
}

// ChangeBare holds nothing that would do for it.
func ChangeBare(ctx context.Context, o *nslock.Owner) {
	do := (&change{o, "ann"}).make
	do(ctx)
}
