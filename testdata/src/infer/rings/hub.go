package rings

import "sync"

// A Reload, a Hub and a Conn are locked in this order nearly everywhere.
type Reload struct{ mu sync.RWMutex }

// A Hub has connections.
type Hub struct {
	mu     sync.Mutex
	reload *Reload
	conns  []*Conn
	n      int
}

// A Conn belongs to a hub.
type Conn struct {
	mu  sync.Mutex
	hub *Hub
	n   int
}

// Open waits for a reload inside a connection: that closes two rings, and is one
// fault.
func (c *Conn) Open() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hub.reload.mu.RLock() // want `^cycle: acquiring rings.Reload.mu lock while holding rings.Conn.mu lock closes a ring`
	defer c.hub.reload.mu.RUnlock()
	c.n++
}

// Reload takes the hub, and then its connections by themselves.
func (h *Hub) Reload() {
	h.reload.mu.Lock()
	defer h.reload.mu.Unlock()
	h.mu.Lock()
	h.n++
	conns := h.conns
	h.mu.Unlock()
	for _, c := range conns {
		c.mu.Lock()
		c.n = 0
		c.mu.Unlock()
	}
}

// Count takes the connections inside the hub.
func (h *Hub) Count() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.conns {
		c.mu.Lock()
		n += c.n
		c.mu.Unlock()
	}
	return n
}
