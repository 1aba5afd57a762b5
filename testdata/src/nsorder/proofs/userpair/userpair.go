// Package userpair computes keys and puts them in order, for others.
package userpair

import (
	"slices"

	"fixtures/locks"
)

// A Box is a mailbox.
type Box struct{ user, name string }

// Owner is the user whose box it is.
func (b *Box) Owner() string { return b.user }

// Order returns the smaller one first.
func Order(a, b string) (string, string) {
	if a <= b {
		return a, b
	}
	return b, a
}

// Disorder returns the larger one first.
func Disorder(a, b string) (first, second string) {
	first, second = a, b
	if first < second {
		first, second = second, first
	}
	return first, second
}

// Of returns the users of boxes, sorted.
func Of(boxes []*Box) []string {
	var users []string
	for _, b := range boxes {
		if !slices.Contains(users, b.user) {
			users = append(users, b.user)
		}
	}
	slices.Sort(users)
	return users
}

// Raw returns them as they come.
func Raw(boxes []*Box) []string {
	users := make([]string, len(boxes))
	for i, b := range boxes {
		users[i] = b.user
	}
	return users
}

// Touch locks the owner of b.
func Touch(s *locks.Session, b *Box) { s.Lock(b.Owner()).Unlock() }
