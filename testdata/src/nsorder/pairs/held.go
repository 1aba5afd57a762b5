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
