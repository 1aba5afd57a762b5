// Package events tells listeners, whom it does not know, of what happens in a
// mailbox that is open.
package events

import "fixtures/locks"

// A Listener hears of messages.
type Listener interface{ Added(user string) }

// A Bus has listeners.
type Bus struct {
	s         *locks.Session
	listeners []Listener
	hooks     []func(user string)
}

// Default is the bus of the process.
var Default = New(locks.NewSession())

// New returns a bus.
func New(s *locks.Session) *Bus { return &Bus{s: s} }

// Listen adds a listener.
func (b *Bus) Listen(l Listener) { b.listeners = append(b.listeners, l) }

// Hook adds a function.
func (b *Bus) Hook(f func(user string)) { b.hooks = append(b.hooks, f) }

// Add tells the listeners.
func (b *Bus) Add(id, user string) {
	mb := b.s.Open(id)
	defer mb.Close()
	for _, l := range b.listeners {
		l.Added(user)
	}
	for _, f := range b.hooks {
		f(user)
	}
}

var listeners []Listener

// Listen adds a listener to those of the package.
func Listen(l Listener) { listeners = append(listeners, l) }

// Add tells those of the package.
func Add(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	for _, l := range listeners {
		l.Added(user)
	}
}
