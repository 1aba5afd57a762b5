// Package deep has functions that lock a user some calls down.
package deep

import "fixtures/locks"

// Charge charges user, three calls away from the lock.
func Charge(s *locks.Session, user string) { book(s, user) }

func book(s *locks.Session, user string) { enter(s, user) }

func enter(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
}

// Look is as deep and takes nothing.
func Look(s *locks.Session, user string) { peek(s, user) }

func peek(*locks.Session, string) {}

// A Ledger locks in its methods.
type Ledger struct{ S *locks.Session }

// Enter locks user.
func (l *Ledger) Enter(user string) { enter(l.S, user) }

// Len takes nothing.
func (l Ledger) Len() int { return 0 }

// Keep locks user and leaves the lock with the caller.
func Keep(s *locks.Session, user string) *locks.User { return s.Lock(user) }

// OpenFor opens a mailbox for the caller.
func OpenFor(s *locks.Session, id string) *locks.Box { return s.Open(id) }

// Bug has the inversion inside; it is told here and not to the callers.
func Bug(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	book(s, user) // want `^ns-under-mailbox: calling book acquires namespace lock while holding mailbox lock \(line \d+\): (deep\.)?book calls (deep\.)?enter calls .*Lock`
}

// Walk and Step call each other; the lock is at the end.
func Walk(s *locks.Session, user string, n int) {
	if n == 0 {
		enter(s, user)
		return
	}
	Step(s, user, n-1)
}

// Step goes one step.
func Step(s *locks.Session, user string, n int) { Walk(s, user, n) }

// Idle and Rest call each other and take nothing.
func Idle(n int) {
	if n > 0 {
		Rest(n - 1)
	}
}

// Rest goes on.
func Rest(n int) { Idle(n) }

// First locks the user of the first element.
func First[E any](s *locks.Session, list []E, user func(E) string) {
	if len(list) > 0 {
		enter(s, user(list[0]))
	}
}
