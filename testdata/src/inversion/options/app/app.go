// Package app serves with options of its own.
package app

import (
	"fixtures/inversion/options/server"
	"fixtures/locks"
)

// A Ledger counts what users read.
type Ledger struct {
	s *locks.Session
	n map[string]int
}

// add counts under the lock of the user.
func (l *Ledger) add(user string) {
	ns := l.s.Lock(user)
	defer ns.Unlock()
	l.n[user]++
}

// count counts without a lock.
func (l *Ledger) count(user string) { l.n[user]++ }

// Locks is told under the mailbox, and locks.
func Locks(s *locks.Session, l *Ledger, id, user string) {
	v := server.New(s, server.WithHello("hi"), server.WithNote(l.add))
	v.Fetch(id, user) // want `ns-under-mailbox: calling server.Server.Fetch acquires namespace lock while holding mailbox lock \(server/server.go:35\): server.Server.Fetch calls Ledger.add calls Lock`
}

// Counts is told, and locks nothing.
func Counts(s *locks.Session, l *Ledger, id, user string) {
	v := server.New(s, server.WithNote(l.count))
	v.Fetch(id, user)
}

// Silent is not told.
func Silent(s *locks.Session, id, user string) { server.New(s, server.WithHello("hi")).Fetch(id, user) }
