package pairs

import "fixtures/locks"

// The callers, all of which are seen, decide whether the keys are one, and in
// which mode its lock is asked for then.

func admin(s *locks.Session, user string, mode locks.Mode) {
	own := s.LockMode(user, mode)
	defer own.Unlock()
	all := s.LockShared("admin") // want `users-unordered: acquiring namespace lock of "admin" while holding namespace lock of user`
	defer all.Unlock()
}

// AdminWrites has another mode for the one key.
func AdminWrites(s *locks.Session) { admin(s, "admin", locks.Exclusive) }

func adminAgain(s *locks.Session, user string, mode locks.Mode) {
	own := s.LockMode(user, mode)
	defer own.Unlock()
	all := s.LockShared("admin")
	defer all.Unlock()
}

// AdminReads has the same mode.
func AdminReads(s *locks.Session) { adminAgain(s, "admin", locks.Shared) }

func adminFar(s *locks.Session, user string, mode locks.Mode) {
	own := s.LockMode(user, mode)
	defer own.Unlock()
	all := s.LockShared("admin") // want `users-unordered: acquiring namespace lock of "admin" while holding namespace lock of user`
	defer all.Unlock()
}

func passes(s *locks.Session, user string, mode locks.Mode) { adminFar(s, user, mode) }

// AdminFar has another mode, two calls up.
func AdminFar(s *locks.Session) { passes(s, "admin", locks.Exclusive) }

func adminTwice(s *locks.Session, user string) {
	all := s.Lock("admin")
	defer all.Unlock()
	func() {
		again := s.Lock(user)
		defer again.Unlock()
	}()
}

// AdminTwice has the one that is locked already.
func AdminTwice(s *locks.Session) { adminTwice(s, "admin") }

func adminAndOther(s *locks.Session, user string) {
	all := s.Lock("admin")
	defer all.Unlock()
	func() { // want `users-unordered: calling func literal in adminAndOther acquires namespace lock while holding namespace lock of "admin"`
		again := s.Lock(user)
		defer again.Unlock()
	}()
}

// AdminAndOther has another one.
func AdminAndOther(s *locks.Session) { adminAndOther(s, "aaron") }
