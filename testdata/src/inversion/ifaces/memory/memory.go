// Package memory keeps an implementation that takes nothing in a field of a
// server of another package.
package memory

import (
	"fixtures/inversion/ifaces/plain"
	"fixtures/inversion/ifaces/quota"
	"fixtures/locks"
)

// Field stores through a server whose keeper counts in memory.
func Field(s *locks.Session, id, user string) {
	v := &quota.Server{Keeper: plain.Memory{}}
	v.Store(s, id, user)
}
