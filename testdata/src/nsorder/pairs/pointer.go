package pairs

import "fixtures/locks"

// A runner is what a pointer to R can do.
type runner[R any] interface {
	*R
	run(s *locks.Session, user string)
}

// with calls the method of the pointer to what it is given.
func with[R any, P runner[R]](r R, s *locks.Session, user string) { P(&r).run(s, user) }

// made calls the method of something that it has made.
func made[R any, P runner[R]](s *locks.Session, user string) {
	var r R
	P(&r).run(s, user)
}

type given struct{}

func (*given) run(s *locks.Session, user string) {
	ns := s.Lock(user)
	ns.Unlock()
}

type own struct{ user string }

func (o *own) run(s *locks.Session, _ string) {
	ns := s.Lock(o.user)
	ns.Unlock()
}

type needy struct{}

func (*needy) run(s *locks.Session, user string) { s.Write(user) }

// Pointer locks one user in the method, under the lock of another.
func Pointer(s *locks.Session, a, b string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	with[given](given{}, s, b) // want `^users-unordered: calling with acquires namespace lock while holding namespace lock of a .*: with calls run of given through runner calls Lock`
	with[given](given{}, s, a)
	made[given](s, b) // want `^users-unordered: calling made acquires namespace lock`
	made[given](s, a)
}

// PointerField has the user in the receiver.
func PointerField(s *locks.Session, a, b string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	with[own](own{b}, s, a) // want `^users-unordered: calling with acquires namespace lock`
	with[own](own{a}, s, b)
}

// PointerNeeds has the lock that the method needs.
func PointerNeeds(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	with[needy](needy{}, s, user)
	made[needy](s, user)
}

// PointerNeedsOther has another one.
func PointerNeedsOther(s *locks.Session, a, b string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	with[needy](needy{}, s, b) // want `^not-held: calling with requires holding namespace lock`
}

// through calls another generic function, from a closure.
func through[Q runner[S], S any](r S, s *locks.Session, user string) {
	func() { with[S, Q](r, s, user) }()
}

// PointerThrough comes to the method on a longer way.
func PointerThrough(s *locks.Session, a, b string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	through[*given](given{}, s, b) // want `^users-unordered: calling through\S* acquires namespace lock`
	through[*own](own{a}, s, b)
	through[*needy](needy{}, s, a)
}
