// Package sortkey puts users in order by something else than the userids
// that it locks.
package sortkey

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"fixtures/locks"
)

// Mailbox is an entry of the mailbox list.
type Mailbox struct{ Name, User string }

func two(first, second *locks.User) {
	second.Unlock()
	first.Unlock()
}

// ByName compares the names of the mailboxes.
func ByName(s *locks.Session, a, b Mailbox) {
	if a.Name > b.Name {
		a, b = b, a
	}
	first := s.Lock(a.User)
	second := s.Lock(b.User) // want `sort-key: acquiring namespace lock of b.User while holding namespace lock of a.User \(line \d+\)`
	two(first, second)
}

// ByUser compares what it locks.
func ByUser(s *locks.Session, a, b Mailbox) {
	if a.User > b.User {
		a, b = b, a
	}
	first := s.Lock(a.User)
	second := s.Lock(b.User)
	two(first, second)
}

// Folded compares lower-case forms.
func Folded(s *locks.Session, a, b string) {
	if strings.ToLower(a) > strings.ToLower(b) {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b) // want `(sort-key|users-unordered): acquiring namespace lock of b`
	two(first, second)
}

// ByLength compares lengths.
func ByLength(s *locks.Session, a, b string) {
	if len(a) > len(b) {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b) // want `(sort-key|users-unordered): acquiring namespace lock of b`
	two(first, second)
}

func release(all []*locks.User) {
	for _, ns := range all {
		ns.Unlock()
	}
}

// SortedByName sorts the mailboxes by name and locks their users.
func SortedByName(s *locks.Session, list []Mailbox) {
	slices.SortFunc(list, func(a, b Mailbox) int { return cmp.Compare(a.Name, b.Name) })
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User)) // want `sort-key: acquiring namespace lock of m.User`
	}
	release(all)
}

// SortedByUser sorts them by user.
func SortedByUser(s *locks.Session, list []Mailbox) {
	slices.SortFunc(list, func(a, b Mailbox) int { return cmp.Compare(a.User, b.User) })
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User))
	}
	release(all)
}

// TieBreak sorts them by user, then by name.
func TieBreak(s *locks.Session, list []Mailbox) {
	slices.SortFunc(list, func(a, b Mailbox) int {
		if c := strings.Compare(a.User, b.User); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User))
	}
	release(all)
}

// TieBreakOr does the same with cmp.Or.
func TieBreakOr(s *locks.Session, list []Mailbox) {
	slices.SortFunc(list, func(a, b Mailbox) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Name, b.Name))
	})
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User))
	}
	release(all)
}

// TieBreakFirst has the tie-break before the key.
func TieBreakFirst(s *locks.Session, list []Mailbox) {
	slices.SortFunc(list, func(a, b Mailbox) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.User, b.User))
	})
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User)) // want `sort-key: acquiring namespace lock of m.User`
	}
	release(all)
}

// SliceByName uses sort.Slice with the name.
func SliceByName(s *locks.Session, list []Mailbox) {
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User)) // want `sort-key: acquiring namespace lock of m.User`
	}
	release(all)
}

// SliceByUser uses it with the user.
func SliceByUser(s *locks.Session, list []Mailbox) {
	sort.Slice(list, func(i, j int) bool { return list[i].User < list[j].User })
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User))
	}
	release(all)
}

// SliceDescending sorts them the wrong way round.
func SliceDescending(s *locks.Session, list []Mailbox) {
	sort.Slice(list, func(i, j int) bool { return list[i].User > list[j].User })
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User)) // want `loop-unsorted: acquiring namespace lock of m.User`
	}
	release(all)
}

type byUser []Mailbox

func (l byUser) Len() int           { return len(l) }
func (l byUser) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l byUser) Less(i, j int) bool { return l[i].User < l[j].User }

type byName []Mailbox

func (l byName) Len() int           { return len(l) }
func (l byName) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l byName) Less(i, j int) bool { return l[i].Name < l[j].Name }

// InterfaceByUser sorts through a type of its own.
func InterfaceByUser(s *locks.Session, list []Mailbox) {
	sort.Sort(byUser(list))
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User))
	}
	release(all)
}

// InterfaceByName sorts through one that compares names.
func InterfaceByName(s *locks.Session, list []Mailbox) {
	sort.Sort(byName(list))
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User)) // want `sort-key: acquiring namespace lock of m.User`
	}
	release(all)
}

// FuncValue sorts with a function that has a name.
func FuncValue(s *locks.Session, users []string) {
	slices.SortFunc(users, strings.Compare)
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// Stable sorts with a stable sort.
func Stable(s *locks.Session, list []Mailbox) {
	sort.SliceStable(list, func(i, j int) bool { return cmp.Less(list[i].User, list[j].User) })
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User))
	}
	release(all)
}

// StableByName does so with the name.
func StableByName(s *locks.Session, list []Mailbox) {
	slices.SortStableFunc(list, func(a, b Mailbox) int { return strings.Compare(a.Name, b.Name) })
	var all []*locks.User
	for _, m := range list {
		all = append(all, s.Lock(m.User)) // want `sort-key: acquiring namespace lock of m.User`
	}
	release(all)
}
