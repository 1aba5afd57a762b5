package iterators

import (
	"iter"

	"fixtures/locks"
)

// A tree of users is walked by a function that calls itself.
type tree[T any] struct {
	left, right *tree[T]
	val         T
}

func (t *tree[T]) walk(yield func(T) bool) bool {
	return t == nil || t.left.walk(yield) && yield(t.val) && t.right.walk(yield)
}

func (t *tree[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) { t.walk(yield) }
}

// TreeBody locks in the body of a loop over a tree.
func TreeBody(s *locks.Session, id string, users *tree[string]) {
	mb := s.Open(id)
	defer mb.Close()
	for u := range users.all() {
		s.Lock(u).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of u while holding mailbox lock`
	}
}

// TreeCollected locks when the loop is over.
func TreeCollected(s *locks.Session, id string, users *tree[string]) {
	var list []string
	mb := s.Open(id)
	for u := range users.all() {
		list = append(list, u)
	}
	mb.Close()
	for _, u := range list {
		s.Lock(u).Unlock()
	}
}
