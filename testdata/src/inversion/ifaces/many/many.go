// Package many has twenty implementations of one interface; one of them
// locks a user, and the call under the open mailbox is told once.
package many

import "fixtures/locks"

// A Filter looks at a message.
type Filter interface{ Apply(user string) bool }

type (
	f01 struct{}
	f02 struct{}
	f03 struct{}
	f04 struct{}
	f05 struct{}
	f06 struct{}
	f07 struct{}
	f08 struct{}
	f09 struct{}
	f10 struct{}
	f11 struct{}
	f12 struct{ s *locks.Session }
	f13 struct{}
	f14 struct{}
	f15 struct{}
	f16 struct{}
	f17 struct{}
	f18 struct{}
	f19 struct{}
	f20 struct{}
)

func (f01) Apply(user string) bool { return user == "01" }
func (f02) Apply(user string) bool { return user == "02" }
func (f03) Apply(user string) bool { return user == "03" }
func (f04) Apply(user string) bool { return user == "04" }
func (f05) Apply(user string) bool { return user == "05" }
func (f06) Apply(user string) bool { return user == "06" }
func (f07) Apply(user string) bool { return user == "07" }
func (f08) Apply(user string) bool { return user == "08" }
func (f09) Apply(user string) bool { return user == "09" }
func (f10) Apply(user string) bool { return user == "10" }
func (f11) Apply(user string) bool { return user == "11" }
func (f13) Apply(user string) bool { return user == "13" }
func (f14) Apply(user string) bool { return user == "14" }
func (f15) Apply(user string) bool { return user == "15" }
func (f16) Apply(user string) bool { return user == "16" }
func (f17) Apply(user string) bool { return user == "17" }
func (f18) Apply(user string) bool { return user == "18" }
func (f19) Apply(user string) bool { return user == "19" }
func (f20) Apply(user string) bool { return user == "20" }

// Apply locks user.
func (f f12) Apply(user string) bool {
	f.s.Lock(user).Unlock()
	return user == "12"
}

// All returns one filter of each kind.
func All(s *locks.Session) []Filter {
	return []Filter{
		f01{}, f02{}, f03{}, f04{}, f05{}, f06{}, f07{}, f08{}, f09{}, f10{},
		f11{}, f12{s}, f13{}, f14{}, f15{}, f16{}, f17{}, f18{}, f19{}, f20{},
	}
}

// Run applies every filter while the mailbox is open.
func Run(s *locks.Session, id, user string) (n int) {
	filters := All(s)
	mb := s.Open(id)
	defer mb.Close()
	for _, f := range filters {
		if f.Apply(user) { // want `ns-under-mailbox: calling (\S+\.)?Apply acquires namespace lock while holding mailbox lock \(line \d+\): Apply of f12 through Filter calls Lock`
			n++
		}
	}
	return n
}

// RunClosed applies every filter when it is closed.
func RunClosed(s *locks.Session, id, user string) (n int) {
	filters := All(s)
	mb := s.Open(id)
	mb.Close()
	for _, f := range filters {
		if f.Apply(user) {
			n++
		}
	}
	return n
}
