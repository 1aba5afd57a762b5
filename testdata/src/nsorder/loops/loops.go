// Package loops locks users in loops: one at a time, or keeping each while
// it takes the next.
package loops

import (
	"maps"
	"slices"
	"sort"

	"fixtures/locks"
)

func release(all []*locks.User) {
	for _, ns := range all {
		ns.Unlock()
	}
}

// Kept keeps them in the order of the arguments.
func Kept(s *locks.Session, users []string) {
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user)) // want `^loop-unsorted: acquiring namespace lock of user while holding namespace lock of user`
	}
	release(all)
}

// OneAtATime releases each before it takes the next.
func OneAtATime(s *locks.Session, users []string) {
	for _, user := range users {
		ns := s.Lock(user)
		ns.Unlock()
	}
}

// Deferred keeps them by its defer statements.
func Deferred(s *locks.Session, users []string) {
	for _, user := range users {
		ns := s.Lock(user) // want `loop-unsorted: acquiring namespace lock of user`
		defer ns.Unlock()
	}
}

// DeferredInFunc defers in a function that each turn calls.
func DeferredInFunc(s *locks.Session, users []string) {
	for _, user := range users {
		func() {
			ns := s.Lock(user)
			defer ns.Unlock()
		}()
	}
}

// Map runs over a map, in random order.
func Map(s *locks.Session, users map[string]int) {
	var all []*locks.User
	for user := range users {
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// MapSorted runs over the sorted keys of a map.
func MapSorted(s *locks.Session, users map[string]int) {
	var all []*locks.User
	for _, user := range slices.Sorted(maps.Keys(users)) {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// MapCollected runs over the keys as they come.
func MapCollected(s *locks.Session, users map[string]int) {
	var all []*locks.User
	for _, user := range slices.Collect(maps.Keys(users)) {
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// Sorted sorts first.
func Sorted(s *locks.Session, users []string) {
	slices.Sort(users)
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// SortedStrings sorts with package sort.
func SortedStrings(s *locks.Session, users []string) {
	sort.Strings(users)
	var all []*locks.User
	for i := range users {
		all = append(all, s.Lock(users[i]))
	}
	release(all)
}

// SortedIndex runs over the indexes with a counter.
func SortedIndex(s *locks.Session, users []string) {
	slices.Sort(users)
	var all []*locks.User
	for i := 0; i < len(users); i++ {
		all = append(all, s.Lock(users[i]))
	}
	release(all)
}

// SortedDown runs over them from the end.
func SortedDown(s *locks.Session, users []string) {
	slices.Sort(users)
	var all []*locks.User
	for i := len(users) - 1; i >= 0; i-- {
		all = append(all, s.Lock(users[i])) // want `loop-unsorted: acquiring namespace lock of users\[i\]`
	}
	release(all)
}

// SortedCopy sorts a copy and runs over the original.
func SortedCopy(s *locks.Session, users []string) {
	ordered := slices.Clone(users)
	slices.Sort(ordered)
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// SortedCopyUsed runs over the copy.
func SortedCopyUsed(s *locks.Session, users []string) {
	ordered := slices.Clone(users)
	slices.Sort(ordered)
	var all []*locks.User
	for _, user := range ordered {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// Reversed reverses what it sorted.
func Reversed(s *locks.Session, users []string) {
	slices.Sort(users)
	slices.Reverse(users)
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// Appended appends to what it sorted.
func Appended(s *locks.Session, users []string, admin string) {
	slices.Sort(users)
	users = append(users, admin)
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// Written writes an element of what it sorted.
func Written(s *locks.Session, users []string, admin string) {
	slices.Sort(users)
	users[0] = admin
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// AppendedFirst appends before it sorts.
func AppendedFirst(s *locks.Session, users []string, admin string) {
	users = append(users, admin)
	slices.Sort(users)
	users = slices.Compact(users)
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// SortedSometimes sorts on one path only.
func SortedSometimes(s *locks.Session, users []string, many bool) {
	if many {
		slices.Sort(users)
	}
	var all []*locks.User
	for _, user := range users {
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// SortedPart runs over a part of what it sorted.
func SortedPart(s *locks.Session, users []string) {
	slices.Sort(users)
	var all []*locks.User
	for _, user := range users[1:] {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// SortedSkipped skips some.
func SortedSkipped(s *locks.Session, users []string) {
	slices.Sort(users)
	var all []*locks.User
	for _, user := range users {
		if user == "" {
			continue
		}
		all = append(all, s.Lock(user))
	}
	release(all)
}

func inOrder(users []string) []string {
	users = slices.Clone(users)
	slices.Sort(users)
	return users
}

// SortedByFunc has them sorted by a function.
func SortedByFunc(s *locks.Session, users []string) {
	var all []*locks.User
	for _, user := range inOrder(users) {
		all = append(all, s.Lock(user))
	}
	release(all)
}

// Batches keeps them until the batch is full, and begins anew.
func Batches(s *locks.Session, users []string) {
	var all []*locks.User
	for _, user := range users {
		if len(all) == 10 {
			release(all)
			all = nil
		}
		all = append(all, s.Lock(user)) // want `loop-unsorted: acquiring namespace lock of user`
	}
	release(all)
}

// SwitchUser releases the one when it comes to the next.
func SwitchUser(s *locks.Session, hits []struct{ User, ID string }) {
	var ns *locks.User
	last := ""
	for _, hit := range hits {
		if hit.User != last {
			ns.Unlock()
			ns = s.Lock(hit.User)
			last = hit.User
		}
	}
	ns.Unlock()
}

// SwitchUserLate releases the one when it has the next.
func SwitchUserLate(s *locks.Session, hits []struct{ User, ID string }) {
	var ns *locks.User
	for _, hit := range hits {
		next := s.Lock(hit.User) // want `loop-unsorted: acquiring namespace lock of hit.User`
		ns.Unlock()
		ns = next
	}
	ns.Unlock()
}

// Tried keeps them and never waits.
func Tried(s *locks.Session, users []string) {
	var all []*locks.User
	for _, user := range users {
		if ns, ok := s.TryLock(user); ok {
			all = append(all, ns)
		}
	}
	release(all)
}

func keep(s *locks.Session, user string) *locks.User { return s.Lock(user) }

// KeptByFunc has each taken by a function.
func KeptByFunc(s *locks.Session, users []string) {
	var all []*locks.User
	for _, user := range users {
		all = append(all, keep(s, user)) // want `loop-unsorted: calling keep acquires namespace lock`
	}
	release(all)
}

// KeptByFuncSorted sorts first.
func KeptByFuncSorted(s *locks.Session, users []string) {
	slices.Sort(users)
	var all []*locks.User
	for _, user := range users {
		all = append(all, keep(s, user))
	}
	release(all)
}

// KeptMap keeps them in a map.
func KeptMap(s *locks.Session, users []string) {
	all := make(map[string]*locks.User)
	for _, user := range users {
		all[user] = s.Lock(user) // want `loop-unsorted: acquiring namespace lock of user`
	}
	for _, ns := range all {
		ns.Unlock()
	}
}
