package loops

import (
	"iter"
	"slices"

	"fixtures/locks"
)

// each is an iterator of this package.
func each(users []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, user := range users {
			if !yield(user) {
				return
			}
		}
	}
}

// OtherInBody holds one user around a loop whose body locks another: the lock
// is judged where the body takes it.
func OtherInBody(s *locks.Session, owner string, users []string) {
	ns := s.Lock(owner)
	defer ns.Unlock()
	for user := range each(users) {
		s.Lock(user).Unlock() // want `^users-unordered: acquiring namespace lock of user while holding namespace lock of owner \(line 24\)`
	}
}

// KeptInBody keeps what the body takes in the next turn.
func KeptInBody(s *locks.Session, users []string) {
	var all []*locks.User
	for user := range each(users) {
		all = append(all, s.Lock(user)) // want `^loop-unsorted: acquiring namespace lock of user while holding namespace lock of user \(line 35, an earlier turn of the loop\)`
	}
	release(all)
}

// KeptOfValues does the same over an iterator of the standard library.
func KeptOfValues(s *locks.Session, users []string) {
	var all []*locks.User
	for user := range slices.Values(users) {
		all = append(all, s.Lock(user)) // want `^loop-unsorted: .* namespace lock of user \(line 44, an earlier turn`
	}
	release(all)
}

// KeptOfSorted runs over sorted values.
func KeptOfSorted(s *locks.Session, users []string) {
	var all []*locks.User
	slices.Sort(users)
	for user := range slices.Values(users) {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// KeptBackward runs over sorted values from behind.
func KeptBackward(s *locks.Session, users []string) {
	var all []*locks.User
	slices.Sort(users)
	for _, user := range slices.Backward(users) {
		all = append(all, s.Lock(user)) // want `^loop-unsorted: `
	}
	release(all)
}

// DeferredInBody defers to the end of the function, and so keeps them.
func DeferredInBody(s *locks.Session, users []string) {
	for user := range each(users) {
		ns := s.Lock(user) // want `^loop-unsorted: `
		defer ns.Unlock()
	}
}

// DeferredOnce ends the loop with the first.
func DeferredOnce(s *locks.Session, users []string) {
	for user := range each(users) {
		ns := s.Lock(user)
		defer ns.Unlock()
		break
	}
}

// DeferredThenOther holds what the body has deferred to release.
func DeferredThenOther(s *locks.Session, users []string, other string) {
	for user := range each(users) {
		ns := s.Lock(user)
		defer ns.Unlock()
		break
	}
	s.Lock(other).Unlock() // want `^users-unordered: .* namespace lock of user \(line 89\)`
}

// ReleasedInBody has one at a time.
func ReleasedInBody(s *locks.Session, users []string) {
	for user := range each(users) {
		ns := s.Lock(user)
		if len(user) > 8 {
			ns.Unlock()
			continue
		}
		ns.Unlock()
	}
}
