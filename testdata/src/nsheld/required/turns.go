package required

import (
	"context"
	"iter"

	"github.com/lockvet/lockvet/nslock"
)

func each(names ...string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, n := range names {
			if !yield(n) {
				return
			}
		}
	}
}

// TurnsBare opens two mailboxes without a lock in the body of a loop.
func TurnsBare(ctx context.Context, o *nslock.Owner, user string) {
	for id := range each("a", "b") {
		one, _ := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: id}, nslock.Shared) // want `^not-held: opening mailbox requires holding namespace lock`
		one.Close()
		two, _ := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: id}, nslock.Shared) // want `^not-held: opening mailbox requires holding namespace lock`
		two.Close()
	}
}

// TurnsHeld opens them under the lock.
func TurnsHeld(ctx context.Context, o *nslock.Owner, user string) {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return
	}
	defer ns.Release()
	for id := range each("a", "b") {
		one, _ := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: id}, nslock.Shared)
		one.Close()
		two, _ := o.OpenMailbox(ctx, nslock.MailboxRef{User: user, UniqueID: id}, nslock.Shared)
		two.Close()
	}
}

// OtherShared holds the lock of another user, shared, where one is needed
// exclusively: none is held.
func OtherShared(ctx context.Context, o *nslock.Owner) {
	mode := nslock.Shared
	func() { // want `^not-held: calling func literal in OtherShared requires holding namespace lock: .*; none is held`
		ns, err := o.LockUser(ctx, "cat", mode)
		if err != nil {
			return
		}
		defer ns.Release()
		mb, _ := o.OpenMailbox(ctx, nslock.MailboxRef{User: "bob"}, nslock.Exclusive)
		mb.Close()
	}()
}
