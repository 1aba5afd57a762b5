package handed

import (
	"slices"

	"fixtures/locks"
)

func fromBehind(all []*locks.User) {
	for i := len(all) - 1; i >= 0; i-- {
		all[i].Unlock()
	}
}

func popped(all []*locks.User) {
	for len(all) > 0 {
		all[len(all)-1].Unlock()
		all = all[:len(all)-1]
	}
}

func backward(all []*locks.User) {
	for _, ns := range slices.Backward(all) {
		ns.Unlock()
	}
}

// Unwound releases what it has, the last one first, when one is missing.
func Unwound(s *locks.Session, users []string, how int) ([]*locks.User, error) {
	slices.Sort(users)
	var all []*locks.User
	for _, user := range users {
		ns, err := s.LockErr(user)
		if err != nil {
			switch how {
			case 0:
				fromBehind(all)
			case 1:
				popped(all)
			default:
				backward(all)
			}
			return nil, err
		}
		all = append(all, ns)
	}
	return all, nil
}

// A Stack releases in the order of a stack.
type Stack struct{ all []*locks.User }

func (st *Stack) pop() {
	if n := len(st.all); n > 0 {
		st.all[n-1].Unlock()
		st.all = st.all[:n-1]
	}
}

// Close releases all.
func (st *Stack) Close() {
	for len(st.all) > 0 {
		st.pop()
	}
}

// Stacked puts locks on a stack.
func Stacked(s *locks.Session, a, b string) {
	var st Stack
	defer st.Close()
	st.all = append(st.all, s.LockAll(a, b))
}

// AfterPops locks another when the stack is empty.
func AfterPops(s *locks.Session, a, b, c string) {
	var st Stack
	st.all = append(st.all, s.LockAll(a, b))
	s.Lock(c).Unlock() // want `users-unordered: `
	st.Close()
	s.Lock(c).Unlock()
}
