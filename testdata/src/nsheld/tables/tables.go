// Package tables calls what needs a lock through tables and interfaces: the
// one who calls holds it for all.
package tables

import (
	"slices"

	"fixtures/locks"
)

func store(s *locks.Session, user string) { s.Write(user) }

type verb struct {
	name  string
	write bool
	run   func(*locks.Session, string)
}

var verbs = []verb{
	{name: "get", run: func(s *locks.Session, user string) { s.Read(user) }},
	{name: "set", run: store, write: true},
}

// Dispatch locks as the verb needs it and runs it.
func Dispatch(s *locks.Session, name, user string) {
	i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == name })
	if i < 0 {
		return
	}
	ns := s.Lock(user)
	defer ns.Unlock()
	verbs[i].run(s, user)
}

// DispatchShared locks for all alike.
func DispatchShared(s *locks.Session, name, user string) {
	for _, v := range verbs {
		if v.name == name {
			ns := s.LockShared(user)
			v.run(s, user) // want `shared-not-exclusive: calling v.run requires holding namespace lock`
			ns.Unlock()
		}
	}
}

type backend interface{ put(user string) }

// PutAll holds the lock around calls of an interface.
func PutAll(s *locks.Session, user string, list []backend) {
	ns := s.Lock(user)
	defer ns.Unlock()
	for _, b := range list {
		b.put(user)
	}
}

// Backends gives it implementations, one of which needs the lock.
func Backends(s *locks.Session, user string) {
	PutAll(s, user, []backend{&server{s: s}, discard{}})
}

// PutBareAll holds nothing.
func PutBareAll(user string, list []backend) {
	for _, b := range list {
		b.put(user) // want `not-held: calling b.put requires holding namespace lock`
	}
}

type server struct{ s *locks.Session }

func (v *server) put(user string) { v.s.Write(user) }

type discard struct{}

func (discard) put(string) {}
