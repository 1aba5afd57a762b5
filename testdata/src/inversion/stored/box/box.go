// Package box keeps an open mailbox in types of its own.
package box

import "fixtures/locks"

// A Reader has a mailbox open until Close.
type Reader struct {
	mb  *locks.Box
	pos int
}

// Open opens id.
func Open(s *locks.Session, id string) *Reader { return &Reader{mb: s.Open(id)} }

// Next moves on; it takes nothing.
func (r *Reader) Next() int {
	r.pos++
	return r.pos
}

// Close closes the mailbox.
func (r *Reader) Close() { r.mb.Close() }

// A Cursor opens and closes its mailbox in methods.
type Cursor struct {
	S  *locks.Session
	mb *locks.Box
}

// Seek opens id; what was open is closed.
func (c *Cursor) Seek(id string) {
	c.Stop()
	c.mb = c.S.Open(id)
}

// Stop closes what is open.
func (c *Cursor) Stop() {
	if c.mb != nil {
		c.mb.Close()
		c.mb = nil
	}
}

// A Safe is a Reader whose Close may be called on nil.
type Safe struct{ mb *locks.Box }

// OpenSafe opens id.
func OpenSafe(s *locks.Session, id string) *Safe { return &Safe{mb: s.Open(id)} }

// Close closes the mailbox, if there is one.
func (r *Safe) Close() {
	if r != nil {
		r.mb.Close()
	}
}
