// Package iterators ranges over functions that keep a mailbox open while
// the body of the loop runs.
package iterators

import (
	"fixtures/inversion/iterators/boxes"
	"fixtures/locks"
)

// Body locks in the body.
func Body(s *locks.Session, id, user string) {
	for range boxes.Open(s, id) { // want `ns-under-mailbox: `
		s.Lock(user).Unlock()
	}
}

// BodyReads takes nothing.
func BodyReads(s *locks.Session, id string) (n int) {
	for m := range boxes.Open(s, id) {
		n += m
	}
	return n
}

// BodyClosed ranges over one that has closed by then.
func BodyClosed(s *locks.Session, id, user string) {
	for range boxes.Closed(s, id) {
		s.Lock(user).Unlock()
	}
}

// After locks when the loop is over.
func After(s *locks.Session, id, user string) {
	for range boxes.Open(s, id) {
		continue
	}
	s.Lock(user).Unlock()
}

// Broken locks when the loop was left early; the iterator has closed.
func Broken(s *locks.Session, id, user string) {
	for m := range boxes.Open(s, id) {
		if m == 1 {
			break
		}
	}
	s.Lock(user).Unlock()
}

// Returned leaves the function from the body.
func Returned(s *locks.Session, id, user string) int {
	for m := range boxes.Open(s, id) {
		if m == 1 {
			return m
		}
	}
	s.Lock(user).Unlock()
	return 0
}

// Method ranges over a method value.
func Method(l *boxes.List, user string) {
	for range l.All { // want `ns-under-mailbox: `
		l.S.Lock(user).Unlock()
	}
}

// MethodCloses closes what the iterator gave it before it locks.
func MethodCloses(l *boxes.List, user string) {
	for _, mb := range l.All {
		mb.Close()
		l.S.Lock(user).Unlock()
	}
}

// Within opens a mailbox around an iterator that locks.
func Within(s *locks.Session, id string, users []string) (n int) {
	mb := s.Open(id)
	defer mb.Close()
	for range boxes.Charged(s, users) { // want `ns-under-mailbox: `
		n++
	}
	return n
}

// Around opens in the body of one that locks before it yields.
func Around(s *locks.Session, id string, users []string) {
	for range boxes.Charged(s, users) {
		mb := s.Open(id)
		mb.Close()
	}
}

// Adapted ranges through a generic adapter.
func Adapted(s *locks.Session, id, user string) {
	odd := boxes.Filter(boxes.Open(s, id), func(n int) bool { return n%2 == 1 })
	for range odd { // want `ns-under-mailbox: `
		s.Lock(user).Unlock()
	}
}

// AdaptedReads takes nothing.
func AdaptedReads(s *locks.Session, id string) (n int) {
	odd := boxes.Filter(boxes.Open(s, id), func(n int) bool { return n%2 == 1 })
	for range odd {
		n++
	}
	return n
}

// DeferInBody defers a lock in the body: it runs when the function returns.
func DeferInBody(s *locks.Session, id, user string) {
	for range boxes.Open(s, id) {
		defer func() { s.Lock(user).Unlock() }()
		break
	}
}
