// Package harmless registers a handler that locks nothing.
package harmless

import (
	"fixtures/inversion/tables/registry"
	"fixtures/locks"
)

func init() { registry.RegisterQuiet("LOOK", func(s *locks.Session, user string) {}) }
