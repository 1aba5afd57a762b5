// Package served keeps an implementation that locks in a field of a server
// of another package.
package served

import (
	"fixtures/inversion/ifaces/plain"
	"fixtures/inversion/ifaces/quota"
	"fixtures/locks"
)

// Field stores through a server whose keeper locks.
func Field(s *locks.Session, id, user string) {
	v := &quota.Server{Keeper: &plain.Table{S: s}} // want `ns-under-mailbox: .*acquires namespace lock while holding mailbox lock \(.*quota.go:\d+\): .*Update`
	v.Store(s, id, user)
}
