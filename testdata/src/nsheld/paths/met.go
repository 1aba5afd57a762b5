package paths

import (
	"errors"

	"fixtures/locks"
)

var errKind = errors.New("no such kind")

// EitherFails locks in one of two calls, either of which may fail; the error
// is looked at once, where the branches have met.
func EitherFails(s *locks.Session, user string, kind int) error {
	var ns *locks.User
	var err error
	switch kind {
	case 0:
		ns, err = s.LockErr(user)
	case 1:
		ns, err = s.LockErr(user)
	default:
		return errKind
	}
	if err != nil {
		return err
	}
	defer ns.Unlock()
	s.Write(user)
	return nil
}

// EitherIgnored looks at the error of neither.
func EitherIgnored(s *locks.Session, user string, kind int) {
	var ns *locks.User
	if kind == 0 {
		ns, _ = s.LockErr(user)
	} else {
		ns, _ = s.LockErr(user)
	}
	defer ns.Unlock()
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
}

// EitherNamed has the error in a result that a deferred call looks at.
func EitherNamed(s *locks.Session, user string, first bool) (n int, err error) {
	var ns *locks.User
	defer func() {
		ns.Unlock()
		if err != nil {
			n = -1
		}
	}()
	if first {
		ns, err = s.LockErr(user)
	} else {
		ns, err = s.LockErr(user)
	}
	if err != nil {
		return 0, err
	}
	s.Write(user)
	return 1, nil
}

// EitherAgain tries, and waits if that fails.
func EitherAgain(s *locks.Session, user, other string) error {
	ns, err := s.LockErr(other)
	if errors.Is(err, locks.ErrBusy) {
		ns, err = s.LockErr(user)
	} else if err == nil {
		ns.Unlock()
		ns, err = s.LockErr(user)
	}
	if err != nil {
		return err
	}
	defer ns.Unlock()
	s.Write(user)
	return nil
}

// Turns writes in each of three turns, in the last of which it gives up the
// lock: the loop has a first turn and no fourth.
func Turns(s *locks.Session, user string) {
	ns := s.Lock(user)
	for range 3 {
		ns.Unlock()
		ns = s.Lock(user)
		s.Write(user)
	}
	ns.Unlock()
}

// NoTurn releases in a loop that surely runs.
func NoTurn(s *locks.Session, user string) {
	ns := s.Lock(user)
	for range 2 {
		ns.Unlock()
	}
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user exclusively; released on line \d+`
}
