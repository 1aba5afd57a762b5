package wrappers

import (
	"errors"

	"fixtures/locks"
)

var errClosed = errors.New("closed")

// Once is a guard that notes whether it is closed.
type Once struct {
	*locks.User
	closed bool
}

func takeOnce(s *locks.Session, user string) *Once { return &Once{User: s.Lock(user)} }

// Close releases the lock, the first time.
func (o *Once) Close() error {
	if o.closed {
		return errClosed
	}
	o.closed = true
	o.Unlock()
	return nil
}

// OnceClosed closes what is new, and so not closed.
func OnceClosed(s *locks.Session, user string) error {
	o := takeOnce(s, user)
	return o.Close()
}

// OnceMarked has marked it as closed before.
func OnceMarked(s *locks.Session, user string) error {
	o := takeOnce(s, user) // want `leak: .*namespace lock`
	o.closed = true
	return o.Close()
}
