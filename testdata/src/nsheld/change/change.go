// Package change asks for a lock in another mode than the one it is held in:
// it would wait for itself.
package change

import "fixtures/locks"

// Upgrade holds it shared and asks for it exclusively.
func Upgrade(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	again := s.Lock(user) // want `^mode-change: acquiring namespace lock of user exclusive.* while holding .*shared.*line \d+`
	again.Unlock()
}

// Downgrade holds it exclusively and asks for it shared.
func Downgrade(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	again := s.LockShared(user) // want `^mode-change: acquiring namespace lock of user shared.* while holding .*exclusive.*line \d+`
	again.Unlock()
}

// Same asks in the same mode.
func Same(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	again := s.LockShared(user)
	again.Unlock()
}

// Released asks when it is released.
func Released(s *locks.Session, user string) {
	ns := s.LockShared(user)
	ns.Unlock()
	again := s.Lock(user)
	again.Unlock()
}

// Try does not wait.
func Try(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	if again, ok := s.TryLock(user); ok {
		again.Unlock()
	}
}

// TryNever succeeds never: the lock is in the way of itself.
func TryNever(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	if again, ok := s.TryLock(user); ok {
		s.Write(user)
		again.Unlock()
	}
}

// TryMay succeeds if the other lock is not in the way.
func TryMay(s *locks.Session, user, other string) {
	ns := s.LockShared(other)
	defer ns.Unlock()
	if again, ok := s.TryLock(user); ok {
		s.Write(other) // want `^shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of other exclusively; held shared`
		again.Unlock()
	}
}

// AfterTry waits with what the attempt got.
func AfterTry(s *locks.Session, user string) {
	ns, ok := s.TryLock(user)
	if !ok {
		return
	}
	defer ns.Unlock()
	again := s.LockShared(user) // want `mode-change: acquiring namespace lock of user`
	again.Unlock()
}

// Param asks in a mode that nobody knows.
func Param(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	again := s.LockMode(user, mode)
	again.Unlock()
}

// Constant asks in one that everybody knows.
func Constant(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	again := s.LockMode(user, locks.Exclusive) // want `mode-change: acquiring namespace lock of user`
	again.Unlock()
}

func create(s *locks.Session, user string) { s.Lock(user).Unlock() }

var created = map[string]bool{}

func ensure(s *locks.Session, user string) {
	if !created[user] {
		create(s, user)
	}
}

// Lazy reads, and creates the first time, two calls down.
func Lazy(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	ensure(s, user) // want `mode-change: calling ensure acquires namespace lock.*: ensure calls create calls .*Lock`
}

// LazyFirst creates before it reads.
func LazyFirst(s *locks.Session, user string) {
	ensure(s, user)
	ns := s.LockShared(user)
	defer ns.Unlock()
}

// LazyExclusive holds it as the callee wants it.
func LazyExclusive(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	ensure(s, user)
}

// Exclusively asks for one mode or the other by a flag, and is consistent.
func Exclusively(s *locks.Session, user string, write bool) {
	mode := locks.Shared
	if write {
		mode = locks.Exclusive
	}
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	again := s.LockMode(user, mode)
	again.Unlock()
}

// All asks for one of several again, in the other mode.
func All(s *locks.Session, a, b string) {
	ns := s.LockAll(a, b)
	defer ns.Unlock()
	again := s.LockShared(a) // want `mode-change: acquiring namespace lock of a`
	again.Unlock()
}

// chosen asks in a mode that a closure shares.
func chosen(s *locks.Session, user string, write bool) {
	mode := locks.Shared
	if write {
		mode = locks.Exclusive
	}
	func() {
		ns := s.LockMode(user, mode)
		ns.Unlock()
	}()
}

// Chosen holds it exclusively.
func Chosen(s *locks.Session, user string, write bool) {
	ns := s.Lock(user)
	defer ns.Unlock()
	chosen(s, user, write) // want `^mode-change: calling chosen acquires namespace lock shared while holding it exclusively`
}

// ChosenWell asks for the mode that it holds.
func ChosenWell(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	chosen(s, user, true)
}

// inMode locks user again, in the mode that its callers give.
func inMode(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	again := s.LockMode(user, mode) // want `^mode-change: acquiring namespace lock of user exclusively while holding it shared`
	again.Unlock()
}

// passMode passes it on.
func passMode(s *locks.Session, user string, mode locks.Mode) { inMode(s, user, mode) }

// PassExclusive gives the wrong one.
func PassExclusive(s *locks.Session, user string) { passMode(s, user, locks.Exclusive) }

// asHeld does the same, and is given the right one only.
func asHeld(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	again := s.LockMode(user, mode)
	again.Unlock()
}

// GiveShared gives it.
func GiveShared(s *locks.Session, user string) { asHeld(s, user, locks.Shared) }

// twice locks user twice in one mode, whichever that is.
func twice(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	again := s.LockMode(user, mode)
	again.Unlock()
}

// Twice gives both, one after the other.
func Twice(s *locks.Session, user string) {
	twice(s, user, locks.Shared)
	twice(s, user, locks.Exclusive)
}

// writes holds user in the mode that its callers give, and writes.
func writes(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	s.Write(user) // want `^shared-not-exclusive: calling .*Write requires holding namespace lock of user exclusively; held shared`
}

// WriteShared gives the wrong one.
func WriteShared(s *locks.Session, user string) { writes(s, user, locks.Shared) }

// writesWell is given the right one only.
func writesWell(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	s.Write(user)
}

// WriteExclusive gives it.
func WriteExclusive(s *locks.Session, user string) { writesWell(s, user, locks.Exclusive) }
