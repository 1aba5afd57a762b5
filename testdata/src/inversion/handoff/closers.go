package handoff

import "fixtures/locks"

// A stack keeps what is to be done at the end.
type stack struct{ todo []func() }

func (k *stack) push(fn func()) { k.todo = append(k.todo, fn) }

func (k *stack) unwind() {
	for i := len(k.todo) - 1; i >= 0; i-- {
		k.todo[i]()
	}
	k.todo = nil
}

func openInto(s *locks.Session, id string, k *stack) {
	mb := s.Open(id)
	k.push(mb.Close)
}

// Unwound closes what another function has pushed, and locks.
func Unwound(s *locks.Session, id, user string) {
	var k stack
	openInto(s, id, &k)
	k.unwind()
	s.Lock(user).Unlock()
}

// UnwoundLate locks first.
func UnwoundLate(s *locks.Session, id, user string) {
	var k stack
	defer k.unwind()
	openInto(s, id, &k)
	s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock`
}

// Swept closes two by a loop over a list of functions.
func Swept(s *locks.Session, a, b, user string) {
	one, two := s.Open(a), s.Open(b)
	for _, fn := range []func(){one.Close, two.Close} {
		fn()
	}
	s.Lock(user).Unlock()
}

// SweptOne has only one of them in the list.
func SweptOne(s *locks.Session, a, b, user string) {
	one, two := s.Open(a), s.Open(b)
	defer two.Close()
	for _, fn := range []func(){one.Close, func() {}} {
		fn()
	}
	s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock`
}

type closer interface{ Close() }

// Kept is a guard of any kind with a name.
type Kept[T closer] struct {
	guard T
	name  string
}

func keep[T closer](guard T, name string) *Kept[T] { return &Kept[T]{guard, name} }

// Close closes what is kept.
func (k *Kept[T]) Close() { k.guard.Close() }

// KeptClosed closes it by way of its type parameter.
func KeptClosed(s *locks.Session, id, user string) {
	k := keep(s.Open(id), id)
	k.Close()
	s.Lock(user).Unlock()
}

// KeptOpen does not.
func KeptOpen(s *locks.Session, id, user string) {
	k := keep(s.Open(id), id)
	defer k.Close()
	s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock`
}

// finally runs fn, in the end.
func finally(fn func(), log *int) {
	*log++
	fn()
}

func finallyIf(fn func(), log *int) {
	if *log > 0 {
		fn()
	}
}

// Finally passes on what closes.
func Finally(s *locks.Session, id, user string) (n int) {
	mb := s.Open(id)
	finally(mb.Close, &n)
	s.Lock(user).Unlock()
	return n
}

// FinallyIf passes it to somebody who may not call it.
func FinallyIf(s *locks.Session, id, user string, n int) {
	mb := s.Open(id)
	defer mb.Close()
	finallyIf(mb.Close, &n)
	s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock`
}
