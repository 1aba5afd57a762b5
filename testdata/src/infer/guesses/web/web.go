// Package web keeps what it is given. It has nothing to do with locks, and so is
// not looked into.
package web

// A Route is a way to a handler.
type Route struct {
	path    string
	handler func() error
}

// Get returns a route.
func Get(path string, handler func() error) Route { return Route{path, handler} }

// A Logger writes lines.
type Logger interface{ Log(line string) }

var logger Logger

// Use sets the logger.
func Use(l Logger) { logger = l }

// Later starts a timer.
var Later = func(f func()) func() { return f }
