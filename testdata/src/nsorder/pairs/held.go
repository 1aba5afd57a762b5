package pairs

import (
	"strings"

	"fixtures/locks"
)

// Below locks a user again, below somebody who came out of a channel and was
// only tried.
func Below(s *locks.Session, user string, names <-chan string) {
	first := s.Lock(user)
	defer first.Unlock()
	func() {
		other, ok := s.TryLock(<-names)
		if !ok {
			return
		}
		defer other.Unlock()
		again := s.Lock(user)
		again.Unlock()
	}()
}

// BelowNone locks her for the first time.
func BelowNone(s *locks.Session, user string, names <-chan string) {
	func() {
		other, ok := s.TryLock(<-names)
		if !ok {
			return
		}
		defer other.Unlock()
		first := s.Lock(user) // want `^users-unordered: acquiring namespace lock of user while holding`
		first.Unlock()
	}()
}

// Captured puts two in order by variables that a closure shares.
func Captured(s *locks.Session, a, b string) {
	low, high := strings.TrimSpace(a), strings.TrimSpace(b)
	if high < low {
		low, high = high, low
	}
	first := s.Lock(low)
	defer first.Unlock()
	second := s.Lock(high)
	defer second.Unlock()
	func() {
		s.Write(low)
		s.Write(high)
	}()
}

// CapturedWrong puts them in the opposite order.
func CapturedWrong(s *locks.Session, a, b string) {
	low, high := strings.TrimSpace(a), strings.TrimSpace(b)
	if low < high {
		low, high = high, low
	}
	first := s.Lock(low)
	defer first.Unlock()
	second := s.Lock(high) // want `^users-unordered: acquiring namespace lock of high while holding`
	defer second.Unlock()
	func() { s.Write(high) }()
}

// counts locks alice again, below another class, if that is whom it is given.
func counts(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	box := s.Open(user)
	defer box.Close()
	again := s.Lock("alice") // want `^ns-under-mailbox: acquiring namespace lock of "alice" while holding mailbox lock`
	again.Unlock()
}

// CountsBob gives somebody else.
func CountsBob(s *locks.Session) { counts(s, "bob") }

// countsAlice does the same, and is given alice only.
func countsAlice(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	box := s.Open(user)
	defer box.Close()
	again := s.Lock("alice")
	again.Unlock()
}

// CountsAlice is who gives it.
func CountsAlice(s *locks.Session) { countsAlice(s, "alice") }

// under yields user under her lock.
func under(s *locks.Session, user string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		ns := s.Lock(user)
		defer ns.Unlock()
		yield(user) // want `^users-unordered: calling yield acquires namespace lock`
	}
}

// lend calls f under the lock of user.
func lend(s *locks.Session, user string, f func()) {
	ns := s.Lock(user)
	defer ns.Unlock()
	f() // want `^users-unordered: calling f acquires namespace lock`
}

// Body locks her again in the body of the loop, below another class.
func Body(s *locks.Session, a, b string) {
	user := strings.TrimSpace(a)
	for range under(s, user) {
		box := s.Open("1")
		again := s.Lock(user)
		again.Unlock()
		box.Close()
	}
	for range under(s, user) {
		box := s.Open("2")
		other := s.Lock(b) // want `^ns-under-mailbox: acquiring namespace lock of b while holding mailbox lock`
		other.Unlock()
		box.Close()
	}
}

// Lent does so in a function that is called back.
func Lent(s *locks.Session, a, b string) {
	user := strings.TrimSpace(a)
	lend(s, user, func() {
		box := s.Open("1")
		again := s.Lock(user)
		again.Unlock()
		box.Close()
	})
	lend(s, user, func() {
		box := s.Open("2")
		other := s.Lock(b) // want `^ns-under-mailbox: acquiring namespace lock of b while holding mailbox lock`
		other.Unlock()
		box.Close()
	})
}
