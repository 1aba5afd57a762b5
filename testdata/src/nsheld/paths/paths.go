// Package paths holds the lock on every path, or on some only.
package paths

import (
	"errors"

	"fixtures/locks"
)

// SomePaths locks in a branch.
func SomePaths(s *locks.Session, user string, fresh bool) {
	if !fresh {
		ns := s.Lock(user)
		defer ns.Unlock()
	}
	s.Write(user) // want `^not-held: calling (\S+\.)?Write requires holding namespace lock of user.*not held on every path.*line \d+`
}

// EveryPath locks in both branches.
func EveryPath(s *locks.Session, user string, fresh bool) {
	var ns *locks.User
	if fresh {
		ns = s.Lock(user)
	} else {
		ns = s.Lock(user)
	}
	defer ns.Unlock()
	s.Write(user)
}

// SamePaths writes where it locked.
func SamePaths(s *locks.Session, user string, write bool) {
	var ns *locks.User
	if write {
		ns = s.Lock(user)
	}
	if write {
		s.Write(user)
	}
	ns.Unlock()
}

// OtherPaths writes where it did not.
func OtherPaths(s *locks.Session, user string, write bool) {
	var ns *locks.User
	if write {
		ns = s.Lock(user)
	}
	if !write {
		s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
	}
	ns.Unlock()
}

// ModePaths locks as it must in each branch.
func ModePaths(s *locks.Session, user string, write bool) {
	var ns *locks.User
	if write {
		ns = s.Lock(user)
	} else {
		ns = s.LockShared(user)
	}
	if write {
		s.Write(user)
	} else {
		s.Read(user)
	}
	ns.Unlock()
}

// ModeSome has it shared on one path and writes on both.
func ModeSome(s *locks.Session, user string, write bool) {
	var ns *locks.User
	if write {
		ns = s.Lock(user)
	} else {
		ns = s.LockShared(user)
	}
	s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively`
	ns.Unlock()
}

// ReleasedOnError releases on the error path and goes on there.
func ReleasedOnError(s *locks.Session, user string, step func() error) error {
	ns := s.Lock(user)
	err := step()
	if err != nil {
		ns.Unlock()
	}
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
	ns.Unlock()
	return err
}

// ReturnedOnError returns there.
func ReturnedOnError(s *locks.Session, user string, step func() error) error {
	ns := s.Lock(user)
	if err := step(); err != nil {
		ns.Unlock()
		return err
	}
	s.Write(user)
	ns.Unlock()
	return nil
}

// Cleanup does work behind the release when something failed.
func Cleanup(s *locks.Session, user string, step func() error) error {
	ns := s.Lock(user)
	err := step()
	ns.Unlock()
	if err != nil {
		s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user.*released`
	}
	return err
}

// Loop takes it before the loop and gives it up inside.
func Loop(s *locks.Session, user string, n int) {
	ns := s.Lock(user)
	for range n {
		s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
		ns.Unlock()
	}
	ns.Unlock()
}

// LoopBoth takes and gives it up in each turn.
func LoopBoth(s *locks.Session, user string, n int) {
	for range n {
		ns := s.Lock(user)
		s.Write(user)
		ns.Unlock()
	}
}

// LoopAgain gives it up in the loop and takes it again.
func LoopAgain(s *locks.Session, user string, n int) {
	ns := s.Lock(user)
	for i := range n {
		s.Write(user)
		if i%100 == 99 {
			ns.Unlock()
			ns = s.Lock(user)
		}
	}
	ns.Unlock()
}

// Switch misses one case.
func Switch(s *locks.Session, user, what string) {
	var ns *locks.User
	switch what {
	case "add":
		ns = s.Lock(user)
	case "drop":
		ns = s.Lock(user)
	}
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
	ns.Unlock()
}

// SwitchDefault has a default that returns.
func SwitchDefault(s *locks.Session, user, what string) error {
	var ns *locks.User
	switch what {
	case "add", "drop":
		ns = s.Lock(user)
	default:
		return errors.New("what?")
	}
	s.Write(user)
	ns.Unlock()
	return nil
}

// Lazy locks the first time that it must.
func Lazy(s *locks.Session, user string, todo []bool) {
	var ns *locks.User
	for _, do := range todo {
		if !do {
			continue
		}
		if ns == nil {
			ns = s.Lock(user)
		}
		s.Write(user)
	}
	ns.Unlock()
}

// Panics releases in a deferred closure that recovers.
func Panics(s *locks.Session, user string, step func()) {
	ns := s.Lock(user)
	defer func() {
		if recover() != nil {
			s.Write(user)
		}
		ns.Unlock()
	}()
	step()
}

// CountedInner releases the inner of two.
func CountedInner(s *locks.Session, user string) {
	outer := s.Lock(user)
	defer outer.Unlock()
	inner := s.Lock(user)
	inner.Unlock()
	s.Write(user)
}

// CountedBoth releases both.
func CountedBoth(s *locks.Session, user string) {
	outer := s.Lock(user)
	inner := s.Lock(user)
	inner.Unlock()
	outer.Unlock()
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
}

var errGone = errors.New("gone")

// lock gives the lock up where it returns an error that is a variable.
func lock(s *locks.Session, user string, gone bool) (*locks.User, error) {
	ns, err := s.LockErr(user)
	if err != nil {
		return nil, err
	}
	if gone {
		ns.Unlock()
		return nil, errGone
	}
	return ns, nil
}

// Sentinel knows that such an error is one.
func Sentinel(s *locks.Session, user string, gone bool) error {
	ns, err := lock(s, user, gone)
	if err != nil {
		return err
	}
	defer ns.Unlock()
	s.Write(user)
	return nil
}
