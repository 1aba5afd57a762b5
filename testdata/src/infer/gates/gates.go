// Package gates takes undeclared mutexes in orders that only a third lock, or
// the way they are shared, keeps from going round, or fails to.
package gates

import "sync"

// Pair has two mutexes under a gate.
type Pair struct {
	gate        sync.Mutex
	left, right sync.Mutex
	n           int
}

// Forth is called under the gate by all its callers.
func (p *Pair) Forth() {
	p.gate.Lock()
	defer p.gate.Unlock()
	p.forth()
}

// Twice is one more caller.
func (p *Pair) Twice() {
	p.gate.Lock()
	p.forth()
	p.forth()
	p.gate.Unlock()
}

func (p *Pair) forth() {
	p.left.Lock()
	p.right.Lock()
	p.n++
	p.right.Unlock()
	p.left.Unlock()
}

// Back is the other way round, gated as well.
func (p *Pair) Back() {
	p.gate.Lock()
	defer p.gate.Unlock()
	p.right.Lock()
	defer p.right.Unlock()
	p.left.Lock()
	defer p.left.Unlock()
	p.n--
}

// Half has a gate that one side goes through alone.
type Half struct {
	gate        sync.Mutex
	left, right sync.Mutex
	n           int
}

// Forth goes through the gate.
func (h *Half) Forth() {
	h.gate.Lock()
	defer h.gate.Unlock()
	h.left.Lock()
	defer h.left.Unlock()
	h.right.Lock()
	defer h.right.Unlock()
	h.n++
}

// Back does not.
func (h *Half) Back() {
	h.right.Lock()
	defer h.right.Unlock()
	h.left.Lock() // want `^cycle: acquiring gates.Half.left lock while holding gates.Half.right lock`
	defer h.left.Unlock()
	h.n--
}

// Shared has a gate that both sides only share: it keeps nobody out.
type Shared struct {
	gate        sync.RWMutex
	left, right sync.Mutex
	n           int
}

// Forth shares the gate.
func (s *Shared) Forth() {
	s.gate.RLock()
	defer s.gate.RUnlock()
	s.left.Lock()
	defer s.left.Unlock()
	s.right.Lock()
	defer s.right.Unlock()
	s.n++
}

// Back shares it too.
func (s *Shared) Back() {
	s.gate.RLock()
	defer s.gate.RUnlock()
	s.right.Lock()
	defer s.right.Unlock()
	s.left.Lock() // want `^cycle: acquiring gates.Shared.left lock while holding gates.Shared.right lock`
	defer s.left.Unlock()
	s.n--
}

// Readers has two locks that both ways only read.
type Readers struct {
	left, right sync.RWMutex
	n           int
}

// Forth reads.
func (r *Readers) Forth() int {
	r.left.RLock()
	defer r.left.RUnlock()
	r.right.RLock()
	defer r.right.RUnlock()
	return r.n
}

// Back reads the other way round.
func (r *Readers) Back() int {
	r.right.RLock()
	defer r.right.RUnlock()
	r.left.RLock()
	defer r.left.RUnlock()
	return -r.n
}

// Gap has a helper that gives its caller's lock up before it takes the other.
type Gap struct {
	outer, inner sync.Mutex
	n            int
}

// Both takes the inner inside the outer.
func (g *Gap) Both() {
	g.outer.Lock()
	defer g.outer.Unlock()
	g.inner.Lock()
	defer g.inner.Unlock()
	g.n++
}

// Wait holds the inner, but not while the outer is taken.
func (g *Gap) Wait() {
	g.inner.Lock()
	defer g.inner.Unlock()
	g.refill()
	g.n--
}

// refill is called with the inner held, and holds it when it returns.
func (g *Gap) refill() {
	g.inner.Unlock()
	g.outer.Lock()
	g.n += 2
	g.outer.Unlock()
	g.inner.Lock()
}

var users, rooms sync.Mutex

// Conn has a mutex, and there are many connections.
type Conn struct {
	mu sync.Mutex
	n  int
}

// Join takes rooms inside users, under the connection's own mutex.
func (c *Conn) Join() {
	c.mu.Lock()
	defer c.mu.Unlock()
	users.Lock()
	defer users.Unlock()
	rooms.Lock()
	defer rooms.Unlock()
	c.n++
}

// Leave does it the other way round: the gate is another connection's.
func (c *Conn) Leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	rooms.Lock()
	defer rooms.Unlock()
	c.leave() // want `^cycle: acquiring gates.users lock while holding gates.rooms lock`
}

func (c *Conn) leave() {
	users.Lock()
	defer users.Unlock()
	c.n--
}

var world, sun, moon sync.Mutex

// Rise has a gate of which there is only one.
func Rise() {
	world.Lock()
	defer world.Unlock()
	sun.Lock()
	defer sun.Unlock()
	moon.Lock()
	defer moon.Unlock()
}

// Set has it too, in its caller.
func Set() {
	world.Lock()
	defer world.Unlock()
	set()
}

func set() {
	moon.Lock()
	defer moon.Unlock()
	sun.Lock()
	defer sun.Unlock()
}
