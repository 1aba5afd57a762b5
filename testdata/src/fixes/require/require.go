// Package require has exported functions that need a lock and do not say so.
package require

import "fixtures/locks"

// Rename writes the settings of user.
func Rename(s *locks.Session, user string) {
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
}

// Size reads them.
func Size(s *locks.Session, user string) int {
	return s.Read(user) // want `not-held: calling (\S+\.)?Read requires holding namespace lock of user`
}

// Declared says so.
//
//lockvet:require namespace exclusive key=user
func Declared(s *locks.Session, user string) { s.Write(user) }
