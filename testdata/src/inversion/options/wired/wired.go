// Package wired has handlers, and wraps them.
package wired

import (
	"fixtures/inversion/options/layers"
	"fixtures/locks"
)

type counter struct{ n int }

// Handle counts under the lock of the user.
func (c *counter) Handle(s *locks.Session, user string) {
	defer s.Lock(user).Unlock()
	c.n++
}

type reader struct{}

// Handle reads.
func (reader) Handle(*locks.Session, string) {}

// Count has the counter within the mailbox.
func Count(s *locks.Session, id, user string) {
	h := layers.Named(layers.Open(id, &counter{}))
	h.Handle(s, user) // want `ns-under-mailbox: calling h.Handle acquires namespace lock while holding mailbox lock \(layers/layers.go:18\)`
}

// Read has a reader there.
func Read(s *locks.Session, id, user string) {
	h := layers.Named(layers.Open(id, reader{}))
	h.Handle(s, user)
}

// Bare has the counter without a mailbox.
func Bare(s *locks.Session, user string) {
	h := layers.Named(&counter{})
	h.Handle(s, user)
}
