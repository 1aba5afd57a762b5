// Package watch asks a hub to be told of changes.
package watch

import (
	"sync"

	"fixtures/infer/observers/hub"
)

// A Conn locks when it is told.
type Conn struct {
	mu  sync.Mutex
	hub *hub.Hub
	n   int
}

// Changed takes the lock of the connection, with that of the hub held.
func (c *Conn) Changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

// Send takes the lock of the hub under that of the connection.
func (c *Conn) Send() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n = c.hub.Len() // want `^cycle: acquiring hub.Hub.mu lock while holding watch.Conn.mu lock closes a ring: Conn.Send holds watch.Conn.mu \(watch/watch.go:26\) and takes hub.Hub.mu \(hub/hub.go:70\) through hub.Hub.Len calls Lock, hub.Hub.Notify holds hub.Hub.mu \(hub/hub.go:55\) and takes watch.Conn.mu \(watch/watch.go:19\) through Watcher.Changed calls Conn.Changed calls Lock; take them in one order everywhere$`
}

// Added is kept by the hub.
func Added(h *hub.Hub) *Conn {
	c := &Conn{hub: h}
	h.Add(c)
	return c
}

// Kept is a function that the hub keeps.
func Kept(h *hub.Hub, c *Conn) {
	h.OnChange(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
	})
}

// KeptDeeper is a function that the hub keeps in a struct of a field.
func KeptDeeper(h *hub.Hub, c *Conn) {
	h.Quick(func() {
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
