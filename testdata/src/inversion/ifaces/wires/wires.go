// Package wires uses what other packages have put together, where that has been
// told, and puts something together itself.
package wires

import (
	"fixtures/inversion/ifaces/events"
	"fixtures/inversion/ifaces/listens"
	"fixtures/locks"
)

// Add is told of where the listener was registered.
func Add(s *locks.Session, id, user string) { listens.New(s).Add(id, user) }

// Main registers a listener with the package.
func Main(s *locks.Session, id, user string) {
	events.Listen(&listens.Locks{S: s}) // want `^ns-under-mailbox: .*listens.Locks.Added acquires namespace lock while holding mailbox lock`
	events.Add(s, id, user)
}
