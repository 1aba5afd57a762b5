package loops

import (
	"cmp"
	"slices"
	"sort"

	"fixtures/locks"
)

type share struct{ user, folder string }

func keepGiven(s *locks.Session, users []string) []*locks.User {
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user))
	}
	return all
}

// GivenSorted sorts the list that a helper runs over.
func GivenSorted(s *locks.Session, users []string) {
	slices.Sort(users)
	release(keepGiven(s, users))
}

// GivenSortedBelow has it sorted two calls above.
func GivenSortedBelow(s *locks.Session, users []string) {
	sort.Strings(users)
	below(s, users)
}

func below(s *locks.Session, users []string) { release(keepGiven(s, users)) }

func keepUnsorted(s *locks.Session, users []string) []*locks.User {
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user)) // want `^loop-unsorted: `
	}
	return all
}

// GivenOnceUnsorted sorts it.
func GivenOnceUnsorted(s *locks.Session, users []string) {
	slices.Sort(users)
	release(keepUnsorted(s, users))
}

// GivenUnsorted does not.
func GivenUnsorted(s *locks.Session, users []string) {
	release(keepUnsorted(s, users))
}

func keepShares(s *locks.Session, shares []share) []*locks.User {
	var all []*locks.User
	for _, sh := range shares {
		all = append(all, s.Lock(sh.user))
	}
	return all
}

// GivenByUser sorts it by what is locked.
func GivenByUser(s *locks.Session, shares []share) {
	slices.SortFunc(shares, func(a, b share) int { return cmp.Compare(a.user, b.user) })
	release(keepShares(s, shares))
}

type byFolder []share

func (s byFolder) Len() int           { return len(s) }
func (s byFolder) Less(i, j int) bool { return s[i].folder < s[j].folder }
func (s byFolder) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

func keepByFolder(s *locks.Session, shares []share) []*locks.User {
	var all []*locks.User
	for _, sh := range shares {
		all = append(all, s.Lock(sh.user)) // want `^sort-key: .*ordered by something else than the keys`
	}
	return all
}

// GivenByFolder sorts it by something else.
func GivenByFolder(s *locks.Session, shares []share) {
	sort.Sort(byFolder(shares))
	release(keepByFolder(s, shares))
}
