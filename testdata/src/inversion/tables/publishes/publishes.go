// Package publishes tells of mail while the mailbox is open. It does not see
// who is told, and who is told does not see it: a limit.
package publishes

import (
	"fixtures/inversion/tables/bus"
	"fixtures/locks"
)

// Append tells that mail has come.
func Append(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	bus.Publish("append", user)
}
