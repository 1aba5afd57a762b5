// Package remote is somebody else's.
package remote

// Lease is a lock.
type Lease struct{ name string }

// Get gets a lease.
func Get(name string) *Lease { return &Lease{name} }

// End ends it.
func (l *Lease) End() { l.name = "" }

// Pool runs things later.
type Pool interface{ Submit(fn func()) }
