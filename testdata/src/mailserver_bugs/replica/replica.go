// Package replica locks many users at once, in the order in which they come.
package replica

import (
	"context"
	"slices"

	"github.com/lockvet/lockvet/nslock"
)

// Lock locks users; the caller releases them.
func Lock(ctx context.Context, o *nslock.Owner, users []string) (locks []*nslock.Namespace, err error) {
	for _, user := range users {
		ns, err := o.LockUser(ctx, user, nslock.Shared) // want `loop-unsorted: acquiring namespace lock of user`
		if err != nil {
			Release(locks)
			return nil, err
		}
		locks = append(locks, ns)
	}
	return locks, nil
}

// LockWithAdmin sorts the users and then adds one more.
func LockWithAdmin(ctx context.Context, o *nslock.Owner, users []string, admin string) (locks []*nslock.Namespace, err error) {
	slices.Sort(users)
	users = append(users, admin)
	for _, user := range users {
		ns, err := o.LockUser(ctx, user, nslock.Shared) // want `loop-unsorted: acquiring namespace lock of user`
		if err != nil {
			Release(locks)
			return nil, err
		}
		locks = append(locks, ns)
	}
	return locks, nil
}

// Release releases all of locks.
func Release(locks []*nslock.Namespace) {
	for _, ns := range locks {
		ns.Release()
	}
}
