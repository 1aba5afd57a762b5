// Package layers wraps handlers in others, of types that it does not show.
package layers

import "fixtures/locks"

// A Handler answers a request of user.
type Handler interface {
	Handle(s *locks.Session, user string)
}

type opener struct {
	id   string
	next Handler
}

// Handle opens a mailbox around the next handler.
func (o *opener) Handle(s *locks.Session, user string) {
	mb := s.Open(o.id)
	defer mb.Close()
	o.next.Handle(s, user)
}

// Open returns a handler that opens a mailbox around next.
func Open(id string, next Handler) Handler { return &opener{id, next} }

// Func is a function as a Handler.
type Func func(s *locks.Session, user string)

// Handle calls f.
func (f Func) Handle(s *locks.Session, user string) { f(s, user) }

// Named returns a handler that does without a name what next does.
func Named(next Handler) Handler {
	return Func(func(s *locks.Session, user string) {
		if user != "" {
			next.Handle(s, user)
		}
	})
}
