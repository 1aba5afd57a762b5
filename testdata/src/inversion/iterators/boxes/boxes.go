// Package boxes iterates over mailboxes.
package boxes

import (
	"iter"

	"fixtures/locks"
)

// Open yields the messages of id, which is open meanwhile.
func Open(s *locks.Session, id string) iter.Seq[int] {
	return func(yield func(int) bool) {
		mb := s.Open(id)
		defer mb.Close()
		for n := range 3 {
			if !yield(n) {
				return
			}
		}
	}
}

// Closed yields them when id is closed again.
func Closed(s *locks.Session, id string) iter.Seq[int] {
	return func(yield func(int) bool) {
		mb := s.Open(id)
		mb.Close()
		for n := range 3 {
			if !yield(n) {
				return
			}
		}
	}
}

// A List is many mailboxes.
type List struct {
	S   *locks.Session
	IDs []string
}

// All opens each mailbox for the turn that gets it.
func (l *List) All(yield func(int, *locks.Box) bool) {
	for i, id := range l.IDs {
		mb := l.S.Open(id)
		ok := yield(i, mb)
		mb.Close()
		if !ok {
			return
		}
	}
}

// Charged locks user for each element, one at a time.
func Charged(s *locks.Session, users []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, user := range users {
			s.Lock(user).Unlock()
			if !yield(user) {
				return
			}
		}
	}
}

// Filter yields what keep keeps; it holds nothing.
func Filter[V any](seq iter.Seq[V], keep func(V) bool) iter.Seq[V] {
	return func(yield func(V) bool) {
		for v := range seq {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}
