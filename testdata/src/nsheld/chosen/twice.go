package chosen

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// eitherMode locks a user in one of two modes, and then another one, shared.
func eitherMode(ctx context.Context, o *nslock.Owner, user string, write bool) {
	mode := nslock.Shared
	if write {
		mode = nslock.Exclusive
	}
	ns, err := o.LockUser(ctx, user, mode)
	if err != nil {
		return
	}
	defer ns.Release()
	again, err := o.LockUser(ctx, "bob", nslock.Shared) // want `^users-unordered: acquiring namespace lock of "bob" while holding namespace lock of user`
	if err != nil {
		return
	}
	again.Release()
}

// EitherMode has it be the same one.
func EitherMode(ctx context.Context, o *nslock.Owner, write bool) {
	eitherMode(ctx, o, "bob", write)
}

// oneMode locks it in one.
func oneMode(ctx context.Context, o *nslock.Owner, user string) {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return
	}
	defer ns.Release()
	again, err := o.LockUser(ctx, "bob", nslock.Shared)
	if err != nil {
		return
	}
	again.Release()
}

// OneMode has it be the same one.
func OneMode(ctx context.Context, o *nslock.Owner) {
	oneMode(ctx, o, "bob")
}

// smallest locks the smaller of a user and bob, to write.
func smallest(ctx context.Context, o *nslock.Owner, user string) {
	ns, err := o.LockUser(ctx, min("bob", user), nslock.Exclusive)
	if err != nil {
		return
	}
	ns.Release()
}

// Smallest has that be bob, who is locked to read.
func Smallest(ctx context.Context, o *nslock.Owner) {
	ns, err := o.LockUser(ctx, "bob", nslock.Shared)
	if err != nil {
		return
	}
	defer ns.Release()
	smallest(ctx, o, "cat") // want `^mode-change: calling smallest acquires namespace lock exclusively while holding it shared`
}

// SmallestAgain has locked bob to write.
func SmallestAgain(ctx context.Context, o *nslock.Owner) {
	ns, err := o.LockUser(ctx, "bob", nslock.Exclusive)
	if err != nil {
		return
	}
	defer ns.Release()
	smallest(ctx, o, "cat")
}

// openAgain locks a user in one of two modes, and then in the one that is given.
func openAgain(ctx context.Context, o *nslock.Owner, user string, write bool, mode nslock.Mode) (*nslock.Namespace, error) {
	first := nslock.Shared
	if write {
		first = nslock.Exclusive
	}
	ns, err := o.LockUser(ctx, user, first)
	if err != nil {
		return nil, err
	}
	defer ns.Release()
	return o.LockUser(ctx, user, mode) // want `^mode-change: acquiring namespace lock of user shared while holding it exclusively`
}

// OpenAgain gives one that is only sometimes the same.
func OpenAgain(ctx context.Context, o *nslock.Owner, write bool) {
	ns, err := openAgain(ctx, o, "bob", write, nslock.Shared)
	if err != nil {
		return
	}
	ns.Release()
}
