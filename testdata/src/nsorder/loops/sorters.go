package loops

import (
	"cmp"
	"sort"

	"slices"
	"strings"

	"fixtures/locks"
)

func keepAll(s *locks.Session, users []string) {
	for _, user := range users {
		ns := s.Lock(user)
		defer ns.Unlock()
	}
}

// SliceType sorts by a type of the standard library.
func SliceType(s *locks.Session, users []string) {
	sort.Sort(sort.StringSlice(users))
	keepAll(s, users)
}

// SliceTypeMethod calls its method.
func SliceTypeMethod(s *locks.Session, users []string) {
	sort.StringSlice(users).Sort()
	for _, user := range users {
		ns := s.Lock(user)
		defer ns.Unlock()
	}
}

// ReversedType sorts downwards what was sorted upwards.
func ReversedType(s *locks.Session, users []string) {
	sort.Strings(users)
	sort.Sort(sort.Reverse(sort.StringSlice(users)))
	for _, user := range users {
		ns := s.Lock(user) // want `^loop-unsorted: `
		defer ns.Unlock()
	}
}

// A Member has a user, behind a method.
type Member struct {
	user string
	name string
}

// User returns it.
func (m Member) User() string { return m.user }

// Compare compares by user, then by name.
func (m Member) Compare(o Member) int {
	if c := strings.Compare(m.user, o.user); c != 0 {
		return c
	}
	return strings.Compare(m.name, o.name)
}

func byName(a, b Member) int { return cmp.Compare(a.name, b.name) }

// MethodExpression sorts by a method.
func MethodExpression(s *locks.Session, members []Member) {
	slices.SortFunc(members, Member.Compare)
	for _, m := range members {
		ns := s.Lock(m.user)
		defer ns.Unlock()
	}
}

// Getter compares what a method returns, and locks that.
func Getter(s *locks.Session, members []Member) {
	sort.Slice(members, func(i, j int) bool { return members[i].User() < members[j].User() })
	for _, m := range members {
		ns := s.Lock(m.User())
		defer ns.Unlock()
	}
}

// A Desk belongs to a member.
type Desk struct {
	of Member
	n  int
}

// Delegated leaves the comparison to that of a part.
func Delegated(s *locks.Session, desks []*Desk) {
	slices.SortFunc(desks, func(a, b *Desk) int { return a.of.Compare(b.of) })
	for _, d := range desks {
		ns := s.Lock(d.of.user)
		defer ns.Unlock()
	}
}

// DelegatedWrong leaves it to one that compares names.
func DelegatedWrong(s *locks.Session, desks []*Desk) {
	slices.SortFunc(desks, func(a, b *Desk) int { return byName(a.of, b.of) })
	for _, d := range desks {
		ns := s.Lock(d.of.user) // want `^sort-key: `
		defer ns.Unlock()
	}
}

// Array sorts an array, and runs over a copy, as a range statement does.
func Array(s *locks.Session, a, b string) {
	users := [...]string{a, b}
	slices.Sort(users[:])
	for _, user := range users {
		ns := s.Lock(user)
		defer ns.Unlock()
	}
}

// ArrayWritten sorts it, writes to it and runs over it.
func ArrayWritten(s *locks.Session, a, b, c string) {
	users := [...]string{a, b}
	slices.Sort(users[:])
	users[0] = c
	for _, user := range users {
		ns := s.Lock(user) // want `^loop-unsorted: `
		defer ns.Unlock()
	}
}

// FromSecond leaves the first one out.
func FromSecond(s *locks.Session, users []string) {
	slices.Sort(users)
	for i := 1; i < len(users); i++ {
		ns := s.Lock(users[i])
		defer ns.Unlock()
	}
}

// FromSecondDown has the second one and begins with the first.
func FromSecondDown(s *locks.Session, users []string) {
	slices.Sort(users)
	second := s.Lock(users[1])
	defer second.Unlock()
	for _, user := range users {
		ns := s.Lock(user) // want `^users-unordered: `
		ns.Unlock()
	}
}
