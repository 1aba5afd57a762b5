// Package plug registers a handler that locks the user. It does not know who
// runs the handlers.
package plug

import (
	"fixtures/inversion/tables/registry"
	"fixtures/locks"
)

func init() { registry.RegisterQuiet("CHARGE", charge) }

func charge(s *locks.Session, user string) { s.Lock(user).Unlock() }
