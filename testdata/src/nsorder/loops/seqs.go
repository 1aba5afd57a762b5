package loops

import (
	"iter"

	"fixtures/locks"
)

// GivenIterator takes the users from whoever calls.
func GivenIterator(s *locks.Session, me string, users iter.Seq[string]) {
	own := s.Lock(me)
	defer own.Unlock()
	for user := range users {
		ns := s.Lock(user) // want `^users-unordered: acquiring namespace lock of user while holding namespace lock of me`
		ns.Unlock()
	}
}

// GivenIteratorKept keeps the lock of each.
func GivenIteratorKept(s *locks.Session, users iter.Seq[string]) {
	for user := range users {
		ns := s.Lock(user) // want `^loop-unsorted: `
		defer ns.Unlock()
	}
}

// GivenIteratorInTurn has one at a time.
func GivenIteratorInTurn(s *locks.Session, users iter.Seq[string]) {
	for user := range users {
		ns := s.Lock(user)
		ns.Unlock()
	}
}

// GivenIteratorNeeds has what the body needs.
func GivenIteratorNeeds(s *locks.Session, me string, users iter.Seq[string]) {
	own := s.Lock(me)
	defer own.Unlock()
	for range users {
		s.Write(me)
	}
}

func names(yield func(string) bool) {
	if yield("ann") {
		yield("bob")
	}
}

func locked(s *locks.Session, user string) iter.Seq[string] {
	return func(yield func(string) bool) {
		ns := s.Lock(user)
		defer ns.Unlock()
		yield(user + "'s friend") // want `^users-unordered: calling yield acquires namespace lock`
	}
}

// GivesIterators has nothing to say that is not said where the loops are.
func GivesIterators(s *locks.Session, me string) {
	GivenIterator(s, me, names)
	GivenIteratorKept(s, names)
	GivenIteratorNeeds(s, me, names)
}

// GivesLocked gives one that has a lock while the body runs.
func GivesLocked(s *locks.Session, me string) {
	GivenIteratorInTurn(s, locked(s, me))
}

// GivesUnderLock gives one with a lock in hand.
func GivesUnderLock(s *locks.Session, me string) {
	own := s.Lock(me)
	defer own.Unlock()
	GivenIteratorInTurn(s, names) // want `^users-unordered: calling GivenIteratorInTurn acquires namespace lock while holding namespace lock of me`
}
