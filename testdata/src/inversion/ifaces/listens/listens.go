// Package listens registers listeners that lock, in all the ways there are.
package listens

import (
	"fixtures/inversion/ifaces/events"
	"fixtures/locks"
)

// Locks locks the user.
type Locks struct{ S *locks.Session }

// Added locks.
func (l *Locks) Added(user string) { l.S.Lock(user).Unlock() }

type locksToo struct{ s *locks.Session }

func (l *locksToo) Added(user string) { l.s.Lock(user).Unlock() }

type counts struct{ n int }

func (c *counts) Added(string) { c.n++ }

type global struct{}

func (global) Added(user string) { locks.NewSession().Lock(user).Unlock() }

func init() {
	events.Default.Listen(global{}) // want `^ns-under-mailbox: .*global.Added acquires namespace lock while holding mailbox lock`
	events.Default.Listen(&counts{})
}

// A Server has a bus of its own.
type Server struct {
	s   *locks.Session
	bus *events.Bus
}

// New returns a server.
func New(s *locks.Session) *Server {
	v := &Server{s: s, bus: events.New(s)}
	v.bus.Listen(&counts{})
	v.bus.Listen(&locksToo{s}) // want `^ns-under-mailbox: .*locksToo.Added acquires namespace lock while holding mailbox lock`
	v.bus.Hook(v.hook)         // want `^ns-under-mailbox: handing over Server.hook acquires namespace lock while holding mailbox lock`
	return v
}

func (v *Server) hook(user string) { v.s.Lock(user).Unlock() }

// Add adds.
func (v *Server) Add(id, user string) { v.bus.Add(id, user) }

// Local knows the only listener.
func Local(s *locks.Session, id, user string) {
	bus := events.New(s)
	bus.Listen(&counts{})
	bus.Add(id, user)
}
