// Package handed hands locks on: to callers, callees, structs, slices, maps,
// channels, goroutines and closures.
package handed

import (
	"fixtures/lockleak/handed/helper"
	"fixtures/locks"
)

// Returned gives it to the caller.
func Returned(s *locks.Session, user string) *locks.User { return s.Lock(user) }

// ReturnedErr gives it to the caller beside an error.
func ReturnedErr(s *locks.Session, user string) (*locks.User, error) { return s.LockErr(user) }

// ReturnedNil gives it up on one way out and forgets it on another.
func ReturnedNil(s *locks.Session, user string, n int) *locks.User {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	if n > 3 {
		return nil
	}
	return ns
}

// Dropped does not take what it is given.
func Dropped(s *locks.Session, user string) {
	Returned(s, user) // want `leak: `
}

// Taken releases what it is given.
func Taken(s *locks.Session, user string) { Returned(s, user).Unlock() }

// Callee has it released.
func Callee(s *locks.Session, user string) {
	ns := s.Lock(user)
	helper.Release(ns)
}

// CalleeLooks passes it to one that does not release it.
func CalleeLooks(s *locks.Session, user string) bool {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	return helper.Look(ns)
}

// CalleeKeeps passes it to one that keeps it.
func CalleeKeeps(s *locks.Session, k *helper.Keeper, user string) {
	k.Keep(s.Lock(user))
}

// CalleeLocks gets it from one and forgets it.
func CalleeLocks(s *locks.Session, user string, n int) {
	ns := helper.Lock(s, user) // want `leak: .*namespace lock`
	if n > 3 {
		return
	}
	ns.Unlock()
}

// Out gets it through a pointer.
func Out(s *locks.Session, user string) {
	var ns *locks.User
	helper.LockInto(s, user, &ns)
	ns.Unlock()
}

// OutLost forgets it.
func OutLost(s *locks.Session, user string, n int) {
	var ns *locks.User
	helper.LockInto(s, user, &ns) // want `leak: .*namespace lock`
	if n > 3 {
		return
	}
	ns.Unlock()
}

type conn struct {
	ns    *locks.User
	boxes map[string]*locks.Box
	stack []*locks.Box
}

// Field keeps it in a field.
func (c *conn) Field(s *locks.Session, user string) { c.ns = s.Lock(user) }

// Literal keeps it in a struct that it returns.
func Literal(s *locks.Session, user string) *conn { return &conn{ns: s.Lock(user)} }

// LiteralLost drops the struct on one way out.
func LiteralLost(s *locks.Session, user string, n int) *conn {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	c := &conn{ns: ns}
	if n > 3 {
		return nil
	}
	return c
}

// LiteralReleased releases through the struct.
func LiteralReleased(s *locks.Session, user string) {
	c := &conn{ns: s.Lock(user)}
	c.ns.Unlock()
}

// Map keeps it in a map.
func (c *conn) Map(s *locks.Session, id string) { c.boxes[id] = s.Open(id) }

// Slice keeps it in a slice.
func (c *conn) Slice(s *locks.Session, id string) { c.stack = append(c.stack, s.Open(id)) }

// LocalSlice keeps some in a slice of its own, which a function releases.
func LocalSlice(s *locks.Session, ids []string) {
	var all []*locks.User
	for _, id := range ids {
		ns, ok := s.TryLock(id)
		if !ok {
			break
		}
		all = append(all, ns)
	}
	helper.ReleaseAll(all)
}

// Channel sends it to somebody.
func Channel(s *locks.Session, user string, to chan<- *locks.User) { to <- s.Lock(user) }

// Goroutine gives it to a goroutine.
func Goroutine(s *locks.Session, user string) {
	ns := s.Lock(user)
	go func() { ns.Unlock() }()
}

// GoroutineArg passes it to one.
func GoroutineArg(s *locks.Session, user string) {
	ns := s.Lock(user)
	go helper.Release(ns)
}

// Closure returns the function that releases it.
func Closure(s *locks.Session, user string) func() {
	ns := s.Lock(user)
	return func() { ns.Unlock() }
}

// MethodValue returns the method that does.
func MethodValue(s *locks.Session, user string) func() { return s.Lock(user).Unlock }

// FuncDropped does not call what it is given.
func FuncDropped(s *locks.Session, user string, n int) {
	release := Closure(s, user) // want `leak: .*namespace lock`
	if n > 3 {
		return
	}
	release()
}

// FuncCalled calls it.
func FuncCalled(s *locks.Session, user string) {
	release := Closure(s, user)
	defer release()
}

var last *locks.User

// Global keeps it in a variable of the package.
func Global(s *locks.Session, user string) { last = s.Lock(user) }

// Param hands the lock that it was given on, or not: it is its caller's.
func Param(ns *locks.User, n int) {
	if n > 3 {
		ns.Unlock()
	}
}

// Interface keeps it as a value of an interface.
func Interface(s *locks.Session, user string) interface{ Unlock() } { return s.Lock(user) }
