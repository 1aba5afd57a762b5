// Package replica copies the state of many users at once, so that it fits
// together: it holds all their locks while it reads.
package replica

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fixtures/mailserver/mbox"
	"fixtures/mailserver/transfer"

	"github.com/lockvet/lockvet/nslock"
)

// A Snapshot has the number of messages of every mailbox, by name.
type Snapshot map[string]int

func (s Snapshot) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s)) {
		parts = append(parts, fmt.Sprintf("%s=%d", name, s[name]))
	}
	return strings.Join(parts, " ")
}

// Take locks every user of the store in one call and reads their mailboxes.
func Take(ctx context.Context, o *nslock.Owner, store *transfer.Store) (Snapshot, error) {
	ns, err := o.LockUsers(ctx, nslock.Shared, store.List.Users()...)
	if err != nil {
		return nil, err
	}
	defer ns.Release()
	return read(ctx, o, store)
}

// Freeze calls fn with every user locked, so that nothing changes meanwhile.
// It locks them one by one, in order, and says to progress how far it got.
func Freeze(ctx context.Context, o *nslock.Owner, store *transfer.Store, progress func(n, of int), fn func() error) error {
	users := store.List.Users()
	slices.Sort(users)
	locks := make([]*nslock.Namespace, 0, len(users))
	defer func() {
		for _, ns := range slices.Backward(locks) {
			ns.Release()
		}
	}()
	for i, user := range users {
		ns, err := o.LockUser(ctx, user, nslock.Exclusive)
		if err != nil {
			return err
		}
		locks = append(locks, ns)
		progress(i+1, len(users))
	}
	return fn()
}

// read reads every mailbox; the caller has locked all users.
//
//lockvet:require namespace shared
func read(ctx context.Context, o *nslock.Owner, store *transfer.Store) (Snapshot, error) {
	snap := make(Snapshot)
	for _, name := range store.List.Names("user.") {
		ref, err := store.List.Find(name)
		if err != nil {
			return nil, err
		}
		mb, err := mbox.Open(ctx, o, ref, nslock.Shared)
		if err != nil {
			return nil, err
		}
		snap[name] = mb.Len()
		mb.Close()
	}
	return snap, nil
}

// Usage reads the quota of each user, one after the other: it never holds two.
func Usage(ctx context.Context, store *transfer.Store) (map[string]int, error) {
	o := store.Space.NewOwner("usage")
	usage := make(map[string]int)
	for _, user := range store.List.Users() {
		ns, err := o.LockUser(ctx, user, nslock.Shared)
		if err != nil {
			return nil, err
		}
		used, err := store.Quota.Used(user)
		ns.Release()
		if err != nil {
			return nil, err
		}
		usage[user] = used
	}
	return usage, o.Close()
}
