package relock

import "sync"

// A Gauge is read only.
type Gauge struct {
	mu  sync.RWMutex
	set sync.RWMutex
	n   int
}

func (g *Gauge) get() int {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.n
}

// Twice reads twice. There is no writer to come between.
func (g *Gauge) Twice() int {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.n + g.get()
}

func (g *Gauge) is() bool {
	g.set.RLock()
	defer g.set.RUnlock()
	return g.n > 0
}

// Both reads twice what Set writes.
func (g *Gauge) Both() bool {
	g.set.RLock()
	defer g.set.RUnlock()
	return g.n < 10 && g.is() // want `^relock: calling Gauge.is acquires relock.Gauge.set lock shared while holding it shared`
}

// Set writes.
func (g *Gauge) Set(n int) {
	g.set.Lock()
	defer g.set.Unlock()
	g.n = n
}

// Loop reads a variable of its own again and again.
func Loop(n int) {
	var mu sync.RWMutex
	for range n {
		mu.RLock()
	}
	for range n {
		mu.RUnlock()
	}
}
