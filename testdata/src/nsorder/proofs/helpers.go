package proofs

import (
	"slices"

	"fixtures/locks"
	"fixtures/nsorder/proofs/userpair"
)

// Ordered leaves the order to a function of another package.
func Ordered(s *locks.Session, a, b string) {
	a, b = userpair.Order(a, b)
	first := s.Lock(a)
	second := s.Lock(b)
	two(first, second)
}

// Disordered leaves it to one that gets it wrong.
func Disordered(s *locks.Session, a, b string) {
	a, b = userpair.Disorder(a, b)
	first := s.Lock(a)
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	two(first, second)
}

// SortedThere keeps users that another package has sorted.
func SortedThere(s *locks.Session, boxes []*userpair.Box) {
	for _, user := range userpair.Of(boxes) {
		defer s.Lock(user).Unlock()
	}
}

// UnsortedThere keeps users that another package has collected.
func UnsortedThere(s *locks.Session, boxes []*userpair.Box) {
	for _, user := range userpair.Raw(boxes) {
		defer s.Lock(user).Unlock() // want `loop-unsorted: `
	}
}

// A Job is work on users.
type Job struct{ users []string }

func (j *Job) sort() { slices.Sort(j.users) }

// RunSorted sorts them in a method.
func (j *Job) RunSorted(s *locks.Session) {
	j.sort()
	for _, user := range j.users {
		defer s.Lock(user).Unlock()
	}
}

// Run does not.
func (j *Job) Run(s *locks.Session) {
	for _, user := range j.users {
		defer s.Lock(user).Unlock() // want `loop-unsorted: `
	}
}

// SameOwner takes a lock again by way of a method of another package.
func SameOwner(s *locks.Session, b *userpair.Box) {
	ns := s.Lock(b.Owner())
	defer ns.Unlock()
	userpair.Touch(s, b)
}

// OtherOwner takes another.
func OtherOwner(s *locks.Session, b, c *userpair.Box) {
	ns := s.Lock(b.Owner())
	defer ns.Unlock()
	userpair.Touch(s, c) // want `users-unordered: calling userpair.Touch acquires namespace lock while holding namespace lock of b.Owner\(\)`
}

// OneOfAll takes again one of those that one ordered call took.
func OneOfAll(s *locks.Session, users []string) {
	all := s.LockAll(users...)
	defer all.Unlock()
	for _, user := range users {
		s.Lock(user).Unlock()
	}
}

// OneOfMore takes again one of those, and one that was added to them.
func OneOfMore(s *locks.Session, owner, other string, users []string) {
	all := s.LockAll(append(users, owner)...)
	defer all.Unlock()
	for _, user := range users {
		s.Lock(user).Unlock()
	}
	s.Lock(owner).Unlock()
	s.Lock(other).Unlock() // want `users-unordered: acquiring namespace lock of other`
}

// TwoOfOne takes two elements at indices that it was given: no loop.
func TwoOfOne(s *locks.Session, users []string, i, j int) {
	first := s.Lock(users[i])
	second := s.Lock(users[j]) // want `users-unordered: acquiring namespace lock of users\[j\]`
	two(first, second)
}

// Refused goes on only if they are sorted.
func Refused(s *locks.Session, users []string) bool {
	if !slices.IsSorted(users) {
		return false
	}
	for _, user := range users {
		defer s.Lock(user).Unlock()
	}
	return true
}

// SortedIfNeeded sorts a copy of those that are not.
func SortedIfNeeded(s *locks.Session, users []string) {
	if !slices.IsSorted(users) {
		users = slices.Sorted(slices.Values(users))
	}
	for _, user := range users {
		defer s.Lock(user).Unlock()
	}
}

// LookedOnly looks whether they are sorted, and goes on if not.
func LookedOnly(s *locks.Session, users []string) {
	if slices.IsSorted(users) {
		return
	}
	for _, user := range users {
		defer s.Lock(user).Unlock() // want `loop-unsorted: `
	}
}

type owned interface{ Owner() string }

// inOrder compares what a method of a type parameter says.
func inOrder[T owned](s *locks.Session, a, b T) {
	if b.Owner() < a.Owner() {
		a, b = b, a
	}
	first := s.Lock(a.Owner())
	second := s.Lock(b.Owner())
	two(first, second)
}

func inNoOrder[T owned](s *locks.Session, a, b T) {
	first := s.Lock(a.Owner())
	second := s.Lock(b.Owner()) // want `users-unordered: acquiring namespace lock of b.Owner\(\) while holding namespace lock of a.Owner\(\)`
	two(first, second)
}

// Generic leaves it to both.
func Generic(s *locks.Session, a, b *userpair.Box) {
	inOrder(s, a, b)
	inNoOrder(s, a, b)
}
