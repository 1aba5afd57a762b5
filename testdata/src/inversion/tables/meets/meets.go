// Package meets imports a publisher and a subscriber, and is told nothing.
package meets

import (
	"fixtures/inversion/tables/publishes"
	"fixtures/inversion/tables/subscribes"
	"fixtures/locks"
)

// Run brings both together.
func Run(s *locks.Session, id, user string) {
	subscribes.Start(s)
	publishes.Append(s, id, user)
}
