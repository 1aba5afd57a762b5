// Package server calls under a mailbox what its options have set.
package server

import "fixtures/locks"

// A Server tells somebody of each message that it reads.
type Server struct {
	s     *locks.Session
	note  func(user string)
	hello string
}

// An Option changes a Server.
type Option func(*Server)

// WithNote has note called for each message.
func WithNote(note func(user string)) Option {
	return func(v *Server) { v.note = note }
}

// WithHello sets the greeting.
func WithHello(hello string) Option { return func(v *Server) { v.hello = hello } }

// New returns a Server that tells nobody, if no option says otherwise.
func New(s *locks.Session, opts ...Option) *Server {
	v := &Server{s: s, note: func(string) {}}
	for _, opt := range opts {
		opt(v)
	}
	return v
}

// Fetch reads a mailbox.
func (v *Server) Fetch(id, user string) {
	mb := v.s.Open(id)
	defer mb.Close()
	v.note(user)
}
