// Package subscribes locks users when mail has come.
package subscribes

import (
	"fixtures/inversion/tables/bus"
	"fixtures/locks"
)

// Start subscribes.
func Start(s *locks.Session) {
	bus.Subscribe("append", func(user string) { s.Lock(user).Unlock() })
}
