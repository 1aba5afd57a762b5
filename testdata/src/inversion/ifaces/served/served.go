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
	v := &quota.Server{Keeper: &plain.Table{S: s}}
	v.Store(s, id, user) // want `ns-under-mailbox: calling (\S+\.)?Store acquires namespace lock while holding mailbox lock \(.*quota.go:\d+\): .*calls Update of plain.Table through (quota\.)?Keeper calls`
}
