// Package watch asks a hub to be told of changes.
package watch

import (
	"sync"

	"fixtures/inversion/observers/hub"
)

// A Conn locks when it is told.
type Conn struct {
	mu  sync.Mutex //lockvet:class conn
	hub *hub.Hub
	n   int
}

// Changed takes the lock of the connection, with that of the hub held.
func (c *Conn) Changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

// Send keeps the order.
func (c *Conn) Send() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n = c.hub.Len()
}

// Added is kept by the hub.
func Added(h *hub.Hub) *Conn {
	c := &Conn{hub: h}
	h.Add(c) // want `^order: handing over Conn.Changed acquires conn lock while holding hub lock \(hub/hub.go:57\): hub.Hub.Notify calls Watcher.Changed \(hub/hub.go:60\), here Conn.Changed calls Lock \(watch/watch.go:19\); order is conn, then hub$`
	return c
}

// Kept is a function that the hub keeps.
func Kept(h *hub.Hub, c *Conn) {
	h.OnChange(func() { // want `^order: handing over func literal in Kept acquires conn lock while holding hub lock`
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	})
}

// KeptDeeper is a function that the hub keeps in a struct of a field.
func KeptDeeper(h *hub.Hub, c *Conn) {
	h.Quick(func() { // want `^order: handing over func literal in KeptDeeper acquires conn lock while holding hub lock`
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	})
}

// Told is not kept.
func Told(c *Conn) { hub.Tell(c) }

// NotKept is called without the lock.
func NotKept(h *hub.Hub, c *Conn) {
	h.Later(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	})
}

// Free locks nothing when it is told.
type Free struct{ n int }

// Changed counts.
func (f *Free) Changed() { f.n++ }

// AddedFree is kept, and takes no lock.
func AddedFree(h *hub.Hub) { h.Add(&Free{}) }
