// Package apart has handlers that lock nothing.
package apart

import (
	_ "fixtures/inversion/tables/harmless"
	"fixtures/inversion/tables/serve"
	"fixtures/locks"
)

// Serve serves.
func Serve(s *locks.Session, id, name, user string) { serve.Run(s, id, name, user) }
