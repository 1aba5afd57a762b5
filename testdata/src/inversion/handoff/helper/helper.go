// Package helper takes locks for its callers, and gives them up.
package helper

import "fixtures/locks"

// Close closes mb.
func Close(mb *locks.Box) { mb.Close() }

// Keep does nothing to mb.
func Keep(mb *locks.Box) string { return mb.ID }

// Into opens id and leaves the mailbox in *mb.
func Into(s *locks.Session, id string, mb **locks.Box) { *mb = s.Open(id) }

// Opened opens id and returns the function that closes it.
func Opened(s *locks.Session, id string) func() { return s.Open(id).Close }

// Maybe opens id if it is not empty.
func Maybe(s *locks.Session, id string) (mb *locks.Box, ok bool) {
	if id == "" {
		return nil, false
	}
	return s.Open(id), true
}

// Swap closes mb and opens id in its place.
func Swap(s *locks.Session, mb *locks.Box, id string) *locks.Box {
	mb.Close()
	return s.Open(id)
}
