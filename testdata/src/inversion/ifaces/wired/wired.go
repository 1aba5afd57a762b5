// Package wired gives one package the implementation of another: neither
// imports the other, and only here can the deadlock be seen.
package wired

import (
	"fixtures/inversion/ifaces/plain"
	"fixtures/inversion/ifaces/quota"
	"fixtures/locks"
)

// Locks passes the implementation that locks.
func Locks(s *locks.Session, id, user string) {
	quota.Expunge(s, id, user, &plain.Table{S: s}) // want `ns-under-mailbox: calling quota.Expunge acquires namespace lock while holding mailbox lock \(.*quota.go:\d+\): quota.Expunge calls .*Update`
}

// Counts passes the one that does not.
func Counts(s *locks.Session, id, user string) {
	quota.Expunge(s, id, user, plain.Memory{})
}

// Looks passes the one that locks to a call of a method that does not.
func Looks(s *locks.Session, id, user string) int {
	return quota.Look(s, id, user, &plain.Table{S: s})
}

// Late passes it to a function that calls it when the mailbox is closed.
func Late(s *locks.Session, id, user string) {
	quota.Late(s, id, user, &plain.Table{S: s})
}
