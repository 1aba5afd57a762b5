// Package store runs other people's functions while a mailbox is open, or
// when it is closed again.
package store

import "fixtures/locks"

// With calls fn while id is open.
func With(s *locks.Session, id string, fn func()) {
	mb := s.Open(id)
	defer mb.Close()
	fn()
}

// After calls fn when id is closed.
func After(s *locks.Session, id string, fn func()) {
	mb := s.Open(id)
	mb.Close()
	fn()
}

// Both calls first while id is open and then when it is closed.
func Both(s *locks.Session, id string, first, then func()) {
	mb := s.Open(id)
	first()
	mb.Close()
	then()
}

// Every calls each of fns while id is open.
func Every(s *locks.Session, id string, fns ...func()) {
	mb := s.Open(id)
	defer mb.Close()
	for _, fn := range fns {
		fn()
	}
}

// Through passes fn on to With, and Twice to Through.
func Through(s *locks.Session, id string, fn func()) { With(s, id, fn) }

// Twice passes fn on.
func Twice(s *locks.Session, id string, fn func()) { Through(s, id, func() { fn() }) }

// Hooks are what a store calls.
type Hooks struct {
	OnOpen  func(id string)
	OnClose func(id string)
	extra   []func(id string)
}

// Add adds a hook that runs while the mailbox is open.
func (h *Hooks) Add(fn func(id string)) { h.extra = append(h.extra, fn) }

// Visit opens id and calls the hooks.
func (h *Hooks) Visit(s *locks.Session, id string) {
	mb := s.Open(id)
	if h.OnOpen != nil {
		h.OnOpen(id)
	}
	for _, fn := range h.extra {
		fn(id)
	}
	mb.Close()
	if h.OnClose != nil {
		h.OnClose(id)
	}
}

// Map calls fn for every one of ids, which is open meanwhile.
func Map[T any](s *locks.Session, ids []string, fn func(id string) T) []T {
	out := make([]T, 0, len(ids))
	for _, id := range ids {
		mb := s.Open(id)
		out = append(out, fn(id))
		mb.Close()
	}
	return out
}

// Keep keeps fn for later and calls nothing now.
//
//lockvet:async fn
func Keep(fn func()) { kept = append(kept, fn) }

var kept []func()

// Visitor is what Accept calls.
type Visitor func(id string)

// Visit calls v.
func (v Visitor) Visit(id string) { v(id) }

// Accept lets v visit id while it is open.
func Accept(s *locks.Session, id string, v Visitor) {
	mb := s.Open(id)
	defer mb.Close()
	v.Visit(id)
}
