package tables

import "fixtures/locks"

// Nested has lists of functions one inside the other, which need the same.
func Nested(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	for _, outer := range []func(){
		func() {
			s.Write(user)
			for _, inner := range []func(){
				func() { s.Write(user) },
			} {
				inner()
			}
		},
	} {
		outer()
	}
}

// Two has a handler of which its caller meets the one need and not the other.
func Two(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	for _, f := range []func(string){
		func(of string) {
			s.Write("admin") // want `^not-held: calling (\S+\.)?Write requires holding namespace lock of "admin" exclusively; none is held$`
			s.Write(of)
		},
	} {
		f(user)
	}
}

func write(s *locks.Session, user string) { s.Write(user) }

var writers = map[string]func(*locks.Session, string){"write": write, "read": func(*locks.Session, string) {}}

func writeAs(s *locks.Session, name, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	writers[name](s, user) // want `^shared-not-exclusive: calling writers\[name\] requires holding namespace lock exclusively.*; held shared \(line \d+\)`
}

// Modes calls a handler under a lock whose mode its own caller has chosen.
func Modes(s *locks.Session, name, user string) {
	writeAs(s, name, user, locks.Shared)
	writeAs(s, name, user, locks.Exclusive)
}

// Captured has the mode from the function around it, and calls what is a
// handler elsewhere.
func Captured(s *locks.Session, user string) {
	mode := locks.Shared
	func() {
		ns := s.LockMode(user, mode)
		defer ns.Unlock()
		write(s, user) // want `^shared-not-exclusive: calling write requires holding namespace lock of user exclusively.*; held shared \(line \d+\)`
	}()
}

func writeExclusive(s *locks.Session, name, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	writers[name](s, user)
}

// Strong calls it under a lock that is strong enough.
func Strong(s *locks.Session, name, user string) {
	writeExclusive(s, name, user, locks.Exclusive)
}

type account struct {
	s    *locks.Session
	user string
}

func (a *account) all() {
	ns := a.s.Lock("admin")
	defer ns.Unlock()
	for _, f := range []func(){
		func() { a.s.Write(a.user) },
	} {
		f()
	}
}

// One has the very user whom the method locks.
func One(s *locks.Session) { (&account{s, "admin"}).all() }

func (a *account) allOfOther() {
	ns := a.s.Lock("admin")
	defer ns.Unlock()
	for _, f := range []func(){
		func() { a.s.Write(a.user) }, // want `not-held: calling (\S+\.)?Write requires holding namespace lock of a.user exclusively`
	} {
		f()
	}
}

// Other has another one.
func Other(s *locks.Session) { (&account{s, "guest"}).allOfOther() }
