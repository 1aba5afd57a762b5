// Package calls reaches the outer lock through static calls while a mailbox
// is open: functions, methods, promoted methods, closures called at once,
// recursion and generic functions, in this package and another.
package calls

import (
	"fixtures/inversion/calls/deep"
	"fixtures/locks"
)

// Chain is four calls and a package away from the lock.
func Chain(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	deep.Charge(s, user) // want `^ns-under-mailbox: calling deep.Charge acquires namespace lock while holding mailbox lock \(line \d+\): deep.Charge calls (deep\.)?book calls (deep\.)?enter calls .*Lock \(.*deep.go:\d+\); order is namespace, then mailbox$`
}

// ChainThatLooks calls as deep a chain that takes nothing.
func ChainThatLooks(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	deep.Look(s, user)
}

// ChainBefore calls the chain first.
func ChainBefore(s *locks.Session, id, user string) {
	deep.Charge(s, user)
	mb := s.Open(id)
	defer mb.Close()
}

// BugInside calls a function that has the bug: it is told there.
func BugInside(s *locks.Session, id, user string) { deep.Bug(s, id, user) }

// Method calls a method that locks.
func Method(s *locks.Session, l *deep.Ledger, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	l.Enter(user) // want `ns-under-mailbox: calling (\S+\.)?Enter acquires namespace lock`
}

// OtherMethod calls another method of the same type.
func OtherMethod(s *locks.Session, l *deep.Ledger, id string) int {
	mb := s.Open(id)
	defer mb.Close()
	return l.Len()
}

type account struct {
	*deep.Ledger
	name string
}

// Promoted calls a method that comes from an embedded pointer.
func Promoted(s *locks.Session, a account, id string) {
	mb := s.Open(id)
	defer mb.Close()
	a.Enter(a.name) // want `ns-under-mailbox: calling (\S+\.)?Enter acquires namespace lock`
}

// PromotedOther calls another promoted method.
func PromotedOther(s *locks.Session, a account, id string) int {
	mb := s.Open(id)
	defer mb.Close()
	return a.Len()
}

type shadow struct{ *deep.Ledger }

// Enter hides the promoted method and takes nothing.
func (shadow) Enter(string) {}

// Hidden calls the method that hides the promoted one.
func Hidden(s *locks.Session, a shadow, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	a.Enter(user)
}

// OpenedByCallee gets the open mailbox from a function.
func OpenedByCallee(s *locks.Session, id, user string) {
	mb := deep.OpenFor(s, id)
	defer mb.Close()
	ns := s.Lock(user) // want `ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock \(line \d+\)`
	ns.Unlock()
}

// LockedByCallee gets the user from one, in the right order.
func LockedByCallee(s *locks.Session, id, user string) {
	ns := deep.Keep(s, user)
	defer ns.Unlock()
	mb := deep.OpenFor(s, id)
	defer mb.Close()
}

// KeptByCallee gets the user from one, in the wrong order.
func KeptByCallee(s *locks.Session, id, user string) {
	mb := deep.OpenFor(s, id)
	defer mb.Close()
	ns := deep.Keep(s, user) // want `ns-under-mailbox: calling deep.Keep acquires namespace lock`
	ns.Unlock()
}

// InPlace calls a closure at once.
func InPlace(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	func() { s.Lock(user).Unlock() }() // want `ns-under-mailbox: `
}

// InPlaceClosed closes in one closure and locks in the next.
func InPlaceClosed(s *locks.Session, id, user string) {
	mb := s.Open(id)
	func() { mb.Close() }()
	func() { s.Lock(user).Unlock() }()
}

// OpenedInPlace opens in a closure that sets a captured variable.
func OpenedInPlace(s *locks.Session, id, user string) {
	var mb *locks.Box
	func() { mb = s.Open(id) }()
	defer mb.Close()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// Named keeps the closure in a variable first.
func Named(s *locks.Session, id, user string) {
	charge := func() { s.Lock(user).Unlock() }
	charge()
	mb := s.Open(id)
	defer mb.Close()
	charge() // want `ns-under-mailbox: calling charge acquires namespace lock`
}

// NamedElsewhere calls its closure only before the mailbox is open.
func NamedElsewhere(s *locks.Session, id, user string) {
	charge := func() { s.Lock(user).Unlock() }
	charge()
	mb := s.Open(id)
	defer mb.Close()
}

// Recursive goes down with the mailbox open, and the lock is at the bottom.
func Recursive(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	deep.Walk(s, user, 3) // want `ns-under-mailbox: calling deep.Walk acquires namespace lock while holding mailbox lock \(line \d+\): deep.Walk calls (deep\.)?enter calls`
}

// RecursiveIdle calls two functions that call each other and take nothing.
func RecursiveIdle(s *locks.Session, id string) {
	mb := s.Open(id)
	defer mb.Close()
	deep.Idle(3)
}

type tree struct {
	id, user string
	children []*tree
}

// visit locks the user, opens the mailbox, and visits the children with the
// mailbox open.
func (t *tree) visit(s *locks.Session) {
	ns := s.LockShared(t.user)
	mb := s.Open(t.id)
	ns.Unlock()
	defer mb.Close()
	for _, child := range t.children {
		child.visit(s) // want `ns-under-mailbox: calling (\S+\.)?visit acquires namespace lock`
	}
}

// scan closes the mailbox before it visits the children.
func (t *tree) scan(s *locks.Session) {
	ns := s.LockShared(t.user)
	mb := s.Open(t.id)
	mb.Close()
	ns.Unlock()
	for _, child := range t.children {
		child.scan(s)
	}
}

// Trees visits and scans.
func Trees(s *locks.Session, t *tree) {
	t.visit(s)
	t.scan(s)
}

// Generic calls a generic function that locks.
func Generic(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	deep.First(s, users, func(u string) string { return u }) // want `ns-under-mailbox: calling deep.First(\[.*\])? acquires namespace lock`
}

func last[E any](list []E) (e E) {
	if len(list) > 0 {
		e = list[len(list)-1]
	}
	return e
}

// GenericPlain calls a generic function that takes nothing.
func GenericPlain(s *locks.Session, id string, users []string) string {
	mb := s.Open(id)
	defer mb.Close()
	return last(users)
}

type stack[E any] struct {
	s    *locks.Session
	list []E
}

func (t *stack[E]) push(user string, e E) {
	t.s.Lock(user).Unlock()
	t.list = append(t.list, e)
}

func (t *stack[E]) len() int { return len(t.list) }

// GenericMethod calls a method of a generic type.
func GenericMethod(s *locks.Session, id, user string) int {
	t := &stack[int]{s: s}
	mb := s.Open(id)
	defer mb.Close()
	t.push(user, 1) // want `ns-under-mailbox: calling (\S+\.)?push acquires namespace lock`
	return t.len()
}
