package settled

import "sync"

// Gate has a mutex, and a way to use it that does nothing if there is no gate.
type Gate struct {
	mu sync.Mutex
	n  int
}

// Leave does nothing to a gate that is not there.
func (g *Gate) Leave() {
	if g != nil {
		g.mu.Unlock()
	}
}

// Pass has gone through when it returns: the gate whose mutex it has taken is
// there.
func (g *Gate) Pass() {
	g.mu.Lock()
	defer g.Leave()
	g.n++
}

// Twice passes two times.
func (g *Gate) Twice() {
	g.Pass()
	g.Pass()
}

// Inside passes while it has the mutex.
func (g *Gate) Inside() {
	g.mu.Lock()
	defer g.Leave()
	g.Pass() // want `^relock: calling (\S+\.)?Pass acquires settled.Gate.mu lock`
}
