package released

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// OtherOuter gives up the lock of another user in a literal that has got back
// the index lock of a mailbox, which lies within what is held around it.
func OtherOuter(ctx context.Context, o *nslock.Owner) {
	ns, err := o.LockUser(ctx, "ann", nslock.Shared)
	if err != nil {
		return
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: "ann"}, nslock.Shared)
	if err != nil {
		return
	}
	defer mb.Close()
	mb.Park()
	func() {
		other, err := o.TryLockUser("bob", nslock.Shared)
		if err != nil {
			return
		}
		defer other.Release()
		_ = mb.LockIndex(ctx, nslock.Shared)
	}()
}

// SameOuter gives up the one that it lies within.
func SameOuter(ctx context.Context, o *nslock.Owner) {
	mb, err := parked(ctx, o, "bob")
	if err != nil {
		return
	}
	defer mb.Close()
	func() {
		other, err := o.TryLockUser("bob", nslock.Shared)
		if err != nil {
			return
		}
		defer other.Release() // want `^released-early: releasing namespace lock of "bob" while holding index lock`
		_ = mb.LockIndex(ctx, nslock.Shared)
	}()
}
