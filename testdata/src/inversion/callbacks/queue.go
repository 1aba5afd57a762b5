package callbacks

import "fixtures/locks"

// queue keeps work for later.
type queue struct{ pending []func() }

func (q *queue) add(fn func()) { q.pending = append(q.pending, fn) }

func (q *queue) flush() {
	for _, fn := range q.pending {
		fn()
	}
	q.pending = nil
}

// Flushed runs what it queued when the mailbox is closed.
func Flushed(s *locks.Session, id, user string) {
	var q queue
	mb := s.Open(id)
	q.add(func() { s.Lock(user).Unlock() })
	mb.Close()
	q.flush()
}

// FlushedOpen runs it with the mailbox open.
func FlushedOpen(s *locks.Session, id, user string) {
	var q queue
	mb := s.Open(id)
	defer mb.Close()
	q.add(func() { s.Lock(user).Unlock() })
	q.flush() // want `ns-under-mailbox: calling (\S+\.)?flush acquires namespace lock`
}

// FlushedQuiet runs what takes nothing.
func FlushedQuiet(s *locks.Session, id string) (n int) {
	var q queue
	mb := s.Open(id)
	defer mb.Close()
	q.add(func() { n++ })
	q.flush()
	return n
}

// middleware wraps one function in another.
func middleware(s *locks.Session, id string, next func(string)) func(string) {
	return func(user string) {
		mb := s.Open(id)
		defer mb.Close()
		next(user) // want `ns-under-mailbox: calling next acquires namespace lock`
	}
}

// Wrapped calls a function through one that opens a mailbox.
func Wrapped(s *locks.Session, id, user string) {
	h := middleware(s, id, func(user string) { s.Lock(user).Unlock() })
	h(user)
}

// before runs what it is given first, and then opens.
func before(s *locks.Session, id string, next func(string)) func(string) {
	return func(user string) {
		next(user)
		mb := s.Open(id)
		mb.Close()
	}
}

// WrappedBefore calls it through one that opens afterwards.
func WrappedBefore(s *locks.Session, id, user string) {
	h := before(s, id, func(user string) { s.Lock(user).Unlock() })
	h(user)
}

// visitor has functions for two moments.
type visitor struct{ enter, leave func(string) }

func walk(s *locks.Session, ids []string, v visitor) {
	for _, id := range ids {
		mb := s.Open(id)
		v.enter(id) // want `ns-under-mailbox: calling v.enter acquires namespace lock`
		mb.Close()
		v.leave(id)
	}
}

// Entering locks while the mailbox is open.
func Entering(s *locks.Session, ids []string) {
	walk(s, ids, visitor{
		enter: func(user string) { s.Lock(user).Unlock() },
		leave: func(string) {},
	})
}

func stroll(s *locks.Session, ids []string, v visitor) {
	for _, id := range ids {
		mb := s.Open(id)
		v.enter(id)
		mb.Close()
		v.leave(id)
	}
}

// Leaving locks when it is closed.
func Leaving(s *locks.Session, ids []string) {
	stroll(s, ids, visitor{
		enter: func(string) {},
		leave: func(user string) { s.Lock(user).Unlock() },
	})
}
