// Package low has functions whose requirements are found and not declared.
package low

import "fixtures/locks"

func write(s *locks.Session, user string) { s.Write(user) }

func rewrite(s *locks.Session, user string) { write(s, user) }

// Exported needs a lock, holds none and declares nothing.
func Exported(s *locks.Session, user string) {
	rewrite(s, user) // want `not-held: calling rewrite requires holding namespace lock of user.*: rewrite calls (low\.)?write calls .*Write`
}

// Locked holds it.
func Locked(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	rewrite(s, user)
}

// Declared says what it needs.
//
//lockvet:require namespace exclusive key=user
func Declared(s *locks.Session, user string) { rewrite(s, user) }
