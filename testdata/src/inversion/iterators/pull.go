package iterators

import (
	"iter"

	"fixtures/inversion/iterators/boxes"
	"fixtures/locks"
)

// Pulled locks between two steps of an iterator that keeps a mailbox open.
func Pulled(s *locks.Session, id, user string) {
	next, stop := iter.Pull(boxes.Open(s, id))
	defer stop()
	for {
		if _, ok := next(); !ok {
			return
		}
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock`
	}
}

// PulledEnd locks when the iterator has come to its end.
func PulledEnd(s *locks.Session, id, user string) {
	next, stop := iter.Pull(boxes.Open(s, id))
	defer stop()
	for {
		if _, ok := next(); !ok {
			break
		}
	}
	s.Lock(user).Unlock()
}

// PulledStop stops it first.
func PulledStop(s *locks.Session, id, user string) {
	next, stop := iter.Pull(boxes.Open(s, id))
	_, ok := next()
	stop()
	if ok {
		s.Lock(user).Unlock()
	}
}

// PulledClosed pulls from one that has closed by then.
func PulledClosed(s *locks.Session, id, user string) {
	next, stop := iter.Pull(boxes.Closed(s, id))
	defer stop()
	if _, ok := next(); ok {
		s.Lock(user).Unlock()
	}
}
