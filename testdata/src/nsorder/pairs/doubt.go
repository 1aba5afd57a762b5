package pairs

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// smaller locks a user and then the smaller of two others.
func smaller(ctx context.Context, o *nslock.Owner, held, user string) {
	one, err := o.TryLockUser(held, nslock.Shared)
	if err != nil {
		return
	}
	defer one.Release()
	low, high := user, "bob"
	if high < low {
		low, high = high, low
	}
	two, err := o.LockUser(ctx, low, nslock.Shared)
	if err != nil {
		return
	}
	two.Release()
	_ = high
}

// SmallerOfOne is that of the user who is locked already.
func SmallerOfOne(ctx context.Context, o *nslock.Owner) { smaller(ctx, o, "bob", "bob") }

// smallerOf does the same.
func smallerOf(ctx context.Context, o *nslock.Owner, held, user string) {
	one, err := o.TryLockUser(held, nslock.Shared)
	if err != nil {
		return
	}
	defer one.Release()
	low, high := user, "bob"
	if high < low {
		low, high = high, low
	}
	two, err := o.LockUser(ctx, low, nslock.Shared) // want `^users-unordered: acquiring namespace lock of low while holding namespace lock of held`
	if err != nil {
		return
	}
	two.Release()
	_ = high
}

// SmallerOfOther is another one.
func SmallerOfOther(ctx context.Context, o *nslock.Owner) { smallerOf(ctx, o, "cat", "cat") }

// take locks a user.
type take struct{ ns *nslock.Namespace }

func (t *take) lock(ctx context.Context, o *nslock.Owner, user string) (err error) {
	t.ns, err = o.LockUser(ctx, user, nslock.Exclusive)
	return err
}

// OneOfTwo locks again one of two that are held, the larger of which a literal
// has locked.
func OneOfTwo(ctx context.Context, o *nslock.Owner, user string) {
	low, high := min(user, "bob"), max(user, "bob")
	one, err := o.LockUser(ctx, low, nslock.Exclusive)
	if err != nil {
		return
	}
	func() {
		two, err := o.LockUser(ctx, high, nslock.Exclusive)
		if err != nil {
			return
		}
		defer two.Release()
		var t take
		if t.lock(ctx, o, "bob") == nil {
			t.ns.Release()
		}
	}()
	one.Release()
}

// NoneOfTwo locks a third one.
func NoneOfTwo(ctx context.Context, o *nslock.Owner, user string) {
	low, high := min(user, "bob"), max(user, "bob")
	one, err := o.LockUser(ctx, low, nslock.Exclusive)
	if err != nil {
		return
	}
	func() {
		two, err := o.LockUser(ctx, high, nslock.Exclusive)
		if err != nil {
			return
		}
		defer two.Release()
		var t take
		if t.lock(ctx, o, "cat") == nil { // want `^users-unordered: calling take.lock acquires namespace lock while holding namespace lock of high`
			t.ns.Release()
		}
	}()
	one.Release()
}
