// Package other locks a user for others.
package other

import "fixtures/locks"

// Charge locks user for the moment.
func Charge(s *locks.Session, user string) { s.Lock(user).Unlock() }

// Locked calls fn with user locked.
func Locked(s *locks.Session, user string, fn func()) {
	ns := s.Lock(user)
	defer ns.Unlock()
	fn()
}

// Admin is somebody whom only this package knows.
var Admin = "postmaster"

// ChargeAdmin locks the administrator.
func ChargeAdmin(s *locks.Session) { s.Lock(Admin).Unlock() }
