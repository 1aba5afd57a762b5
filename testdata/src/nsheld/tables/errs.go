package tables

import (
	"iter"

	"fixtures/locks"
)

// users yields the users of names under their locks, or the error.
func users(s *locks.Session, names []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, n := range names {
			if !one(s, n, yield) {
				return
			}
		}
	}
}

func one(s *locks.Session, name string, yield func(string, error) bool) bool {
	ns, err := s.LockErr(name)
	if err != nil {
		return yield(name, err)
	}
	defer ns.Unlock()
	return yield(name, nil)
}

// YieldsHeld writes where it was yielded no error: the lock is held.
func YieldsHeld(s *locks.Session, names []string) error {
	for name, err := range users(s, names) {
		if err != nil {
			return err
		}
		s.Write(name)
	}
	return nil
}

// YieldsBare writes in any case.
func YieldsBare(s *locks.Session, names []string) {
	for name := range users(s, names) {
		s.Write(name) // want `not-held: .*requires holding namespace lock`
	}
}
