// Package embed implements an interface of another package, which calls it
// while a mailbox is open, through an embedded type. The implementing
// package imports the interface's, and is the first that knows both sides.
package embed

import (
	"fixtures/inversion/ifaces/plain"
	"fixtures/inversion/ifaces/quota"
	"fixtures/locks"
)

// Cached is a table with a cache before it.
type Cached struct {
	*plain.Table
	cache map[string]int
}

// Peek looks into the cache first.
func (c *Cached) Peek(user string) int {
	if n, ok := c.cache[user]; ok {
		return n
	}
	return c.Table.Peek(user)
}

// Expunge gives it to the package that calls Update, which is promoted.
func Expunge(s *locks.Session, id, user string) {
	c := &Cached{Table: &plain.Table{S: s}}
	quota.Expunge(s, id, user, c) // want `ns-under-mailbox: calling quota.Expunge acquires namespace lock`
}
