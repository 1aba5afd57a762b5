// Package helper is handed locks.
package helper

import "fixtures/locks"

// Release releases ns.
func Release(ns *locks.User) { ns.Unlock() }

// Look only looks at ns, which stays its caller's.
func Look(ns *locks.User) bool { return ns != nil }

// ReleaseAll releases all of list.
func ReleaseAll(list []*locks.User) {
	for _, ns := range list {
		ns.Unlock()
	}
}

// Lock locks user for its caller.
func Lock(s *locks.Session, user string) *locks.User { return s.Lock(user) }

// LockInto locks user and leaves the lock in *ns.
func LockInto(s *locks.Session, user string, ns **locks.User) { *ns = s.Lock(user) }

// A Keeper keeps locks.
type Keeper struct{ kept []*locks.User }

// Keep keeps ns.
func (k *Keeper) Keep(ns *locks.User) { k.kept = append(k.kept, ns) }
