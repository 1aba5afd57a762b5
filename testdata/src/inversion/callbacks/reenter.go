package callbacks

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// named calls f with the lock of a mailbox's name.
func named(ctx context.Context, o *nslock.Owner, f func() error) error {
	name, err := o.LockMboxname(ctx, "name", nslock.Shared)
	if err != nil {
		return err
	}
	defer name.Release()
	return f() // want `^ns-under-mboxname: calling f acquires namespace lock while holding mboxname lock`
}

// named2 is called by those who hold what they lock again.
func named2(ctx context.Context, o *nslock.Owner, f func() error) error {
	name, err := o.LockMboxname(ctx, "name", nslock.Shared)
	if err != nil {
		return err
	}
	defer name.Release()
	return f()
}

// Anew takes the user's lock under the name's.
func Anew(ctx context.Context, o *nslock.Owner) error {
	return named(ctx, o, func() error {
		ns, err := o.LockUser(ctx, "ann", nslock.Shared)
		ns.Release()
		return err
	})
}

// Again holds it already.
func Again(ctx context.Context, o *nslock.Owner) error {
	ns, err := o.LockUser(ctx, "ann", nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	return named2(ctx, o, func() error {
		ns, err := o.LockUser(ctx, "ann", nslock.Shared)
		ns.Release()
		return err
	})
}

// under yields a user whose lock is held.
func under(ctx context.Context, o *nslock.Owner, user string) func(func(string) bool) {
	return func(yield func(string) bool) {
		ns, err := o.LockUser(ctx, user, nslock.Shared)
		if err != nil {
			return
		}
		defer ns.Release()
		yield(user)
	}
}

// UnderName locks in the loop what the loop holds already, as it must not under
// the name's lock: that is told once.
func UnderName(ctx context.Context, o *nslock.Owner) {
	name, err := o.LockMboxname(ctx, "name", nslock.Shared)
	if err != nil {
		return
	}
	defer name.Release()
	for range under(ctx, o, "ann") { // want `^ns-under-mboxname: calling function value acquires namespace lock while holding mboxname lock`
		ns, _ := o.LockUser(ctx, "ann", nslock.Shared)
		ns.Release()
	}
}
