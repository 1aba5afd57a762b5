package declared

import "sync"

// A Conn has its lock in a field of an interface type.
type Conn struct {
	l    sync.Locker //lockvet:class inlocker
	hub  *Hub
	name string
}

// A Hub is locked before its connections.
//
//lockvet:class hub
type Hub struct {
	sync.Mutex
	conns map[string]*Conn
}

// Join takes them in order.
func (h *Hub) Join(c *Conn) {
	h.Lock()
	defer h.Unlock()
	c.l.Lock()
	defer c.l.Unlock()
	h.conns[c.name] = c
}

// Leave takes them the other way round.
func (c *Conn) Leave() {
	c.l.Lock()
	defer c.l.Unlock()
	c.hub.Lock() // want `order: acquiring hub lock of c.hub while holding inlocker lock \(line 31\)`
	defer c.hub.Unlock()
	delete(c.hub.conns, c.name)
}
