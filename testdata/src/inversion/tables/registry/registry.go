// Package registry keeps the handlers that other packages register.
package registry

import "fixtures/locks"

// A Handler answers one command.
type Handler func(s *locks.Session, user string)

var handlers = make(map[string]Handler)

// Register adds a handler.
func Register(name string, h Handler) { handlers[name] = h }

// Run opens a mailbox and calls the handler of that name.
func Run(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if h, ok := handlers[name]; ok {
		h(s, user)
	}
}

var quiet = make(map[string]Handler)

// RegisterQuiet adds a handler that runs with nothing open.
func RegisterQuiet(name string, h Handler) { quiet[name] = h }

// RunQuiet calls the handler of that name with nothing open.
func RunQuiet(s *locks.Session, name, user string) {
	if h, ok := quiet[name]; ok {
		h(s, user)
	}
}
