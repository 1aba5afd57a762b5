// Package called has a function kept by a hub, which locks what is locked
// around calls of the hub elsewhere.
package called

import (
	"sync"

	"fixtures/infer/observers/hub"
)

// A Table has a mutex.
type Table struct {
	mu  sync.Mutex
	hub *hub.Hub
	n   int
}

// Kept closes the ring that Len begins.
func (t *Table) Kept() {
	t.hub.OnChange(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.n++
	})
}

// Len takes the two the other way round.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hub.Len() // want `^cycle: acquiring hub.Hub.mu lock while holding called.Table.mu lock closes a ring: Table.Len holds called.Table.mu .* hub.Hub.Notify holds hub.Hub.mu .* and takes called.Table.mu .* through function value calls func literal in Table.Kept calls Lock`
}

// A List is called without the lock of the hub.
type List struct {
	mu  sync.Mutex
	hub *hub.Hub
	n   int
}

// NotKept locks under no lock.
func (l *List) NotKept() {
	l.hub.Later(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.n++
	})
}

// Len closes no ring.
func (l *List) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hub.Len()
}
