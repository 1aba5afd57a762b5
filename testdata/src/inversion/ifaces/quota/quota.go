// Package quota calls an interface of its own while a mailbox is open; it
// knows no implementation.
package quota

import "fixtures/locks"

// A Keeper keeps count of what users store.
type Keeper interface {
	Update(user string, delta int)
	Peek(user string) int
}

// Expunge removes a message and tells k while the mailbox is open.
func Expunge(s *locks.Session, id, user string, k Keeper) {
	mb := s.Open(id)
	defer mb.Close()
	k.Update(user, -1)
}

// Look asks k for what it takes no lock.
func Look(s *locks.Session, id, user string, k Keeper) int {
	mb := s.Open(id)
	defer mb.Close()
	return k.Peek(user)
}

// Late tells k when the mailbox is closed.
func Late(s *locks.Session, id, user string, k Keeper) {
	mb := s.Open(id)
	mb.Close()
	k.Update(user, -1)
}

// A Server keeps a Keeper in a field.
type Server struct{ Keeper Keeper }

// Store tells the keeper of the server.
func (v *Server) Store(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	v.Keeper.Update(user, 1)
}
