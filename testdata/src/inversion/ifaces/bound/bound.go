// Package bound keeps methods of interfaces as functions.
package bound

import "fixtures/locks"

type keeper interface{ update(user string) }

type table struct{ s *locks.Session }

func (t *table) update(user string) { t.s.Lock(user).Unlock() }

type server struct {
	s      *locks.Session
	update func(user string)
}

func newServer(s *locks.Session, k keeper) *server { return &server{s: s, update: k.update} }

// New makes a server whose update locks.
func New(s *locks.Session) *server { return newServer(s, &table{s}) }

// Update calls it.
func (v *server) Update(id, user string) {
	mb := v.s.Open(id)
	defer mb.Close()
	v.update(user) // want `^ns-under-mailbox: calling v.update acquires namespace lock while holding mailbox lock .*update of table`
}

type counter interface{ count(user string) }

type memory struct{ n map[string]int }

func (m *memory) count(user string) { m.n[user]++ }

type meter struct {
	s     *locks.Session
	count func(user string)
}

func newMeter(s *locks.Session, c counter) *meter { return &meter{s: s, count: c.count} }

// NewMeter makes a meter that locks nothing.
func NewMeter(s *locks.Session) *meter { return newMeter(s, &memory{map[string]int{}}) }

// Count calls it.
func (m *meter) Count(id, user string) {
	mb := m.s.Open(id)
	defer mb.Close()
	m.count(user)
}
