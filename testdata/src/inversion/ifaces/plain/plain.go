// Package plain has keepers that know nothing of who calls them.
package plain

import "fixtures/locks"

// Table locks the user when it is updated.
type Table struct {
	S    *locks.Session
	used map[string]int
}

// Update locks user.
func (t *Table) Update(user string, delta int) {
	ns := t.S.Lock(user)
	defer ns.Unlock()
	t.used[user] += delta
}

// Peek takes nothing.
func (t *Table) Peek(user string) int { return t.used[user] }

// Memory takes no lock at all.
type Memory map[string]int

// Update counts.
func (m Memory) Update(user string, delta int) { m[user] += delta }

// Peek looks.
func (m Memory) Peek(user string) int { return m[user] }
