package goroutines

import (
	"time"

	"fixtures/locks"
)

// Seen looks whether the goroutine has ended, and waits for nobody.
func Seen(s *locks.Session, id, user string) bool {
	mb := s.Open(id)
	defer mb.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Lock(user).Unlock()
	}()
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// Impatient waits for a minute at most: so long it is in the way.
func Impatient(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Lock(user).Unlock()
	}()
	select {
	case <-done: // want `ns-under-mailbox: waiting for a goroutine acquires namespace lock while holding mailbox lock`
	case <-time.After(time.Minute):
	}
}
