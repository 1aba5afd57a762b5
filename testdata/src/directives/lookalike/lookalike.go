// Package lookalike has comments that were meant to be directives, and prose
// that was not.
//
// lockvet:order spool outbox // want `^bad-directive: this comment is no directive; one begins with //lockvet:order$`
package lookalike

import "sync"

// A Spool has locks.
type Spool struct {
	spaced  sync.Mutex // lockvet:class spool // want `^bad-directive: this comment is no directive; one begins with //lockvet:class$`
	capital sync.Mutex //Lockvet:class spool // want `^bad-directive: .*//lockvet:class$`
	colon   sync.Mutex //lockvet class spool // want `^bad-directive: .*//lockvet:class$`
	block   sync.Mutex /*lockvet:class spool*/ // want `^bad-directive: .*//lockvet:class$`

	//lockvet:ignore bad-directive -- an older tool reads it
	silenced sync.Mutex // lockvet:class spool
}

// Reset writes without a lock. In this package
// lockvet:order says nothing, as it stands in no directive's place, and
// lockvet:class would not either.
func (s *Spool) Reset() {
	// lockvet: this is prose
	// lockvet order is a command; Lockvet has others.
	s.spaced = sync.Mutex{} // lockvet:ignore order -- nobody sees it yet // want `^bad-directive: .*//lockvet:ignore$`
}
