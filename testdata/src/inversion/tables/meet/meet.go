// Package meet brings a handler that locks together with a server that runs
// handlers with a mailbox open.
package meet

import (
	_ "fixtures/inversion/tables/harmless"
	_ "fixtures/inversion/tables/plug" // want `ns-under-mailbox: handing over plug.charge acquires namespace lock while holding mailbox lock \(serve/serve.go:12\): serve.Run calls registry.RunQuiet \(serve/serve.go:14\), here plug.charge calls Lock`
	"fixtures/inversion/tables/serve"
	"fixtures/locks"
)

// Serve serves.
func Serve(s *locks.Session, id, name, user string) { serve.Run(s, id, name, user) }
