// Package serve runs handlers with a mailbox open. It does not know which there
// are.
package serve

import (
	"fixtures/inversion/tables/registry"
	"fixtures/locks"
)

// Run runs one.
func Run(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	again(s, name, user)
}

func again(s *locks.Session, name, user string) { registry.RunQuiet(s, name, user) }
