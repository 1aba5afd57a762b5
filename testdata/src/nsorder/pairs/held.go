package pairs

import "fixtures/locks"

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
