// Package safe takes undeclared mutexes in ways that look like rings and are
// none.
package safe

import "sync"

// Ordered has two mutexes that are always taken the same way round.
type Ordered struct {
	outer, inner sync.Mutex
	n            int
}

// Add takes both.
func (o *Ordered) Add() {
	o.outer.Lock()
	defer o.outer.Unlock()
	o.inner.Lock()
	defer o.inner.Unlock()
	o.n++
}

// Sub takes both.
func (o *Ordered) Sub() {
	o.outer.Lock()
	o.inner.Lock()
	o.n--
	o.inner.Unlock()
	o.outer.Unlock()
}

// InTurn takes the outer one when the inner one is free again.
func (o *Ordered) InTurn() {
	o.inner.Lock()
	o.n++
	o.inner.Unlock()
	o.outer.Lock()
	o.n++
	o.outer.Unlock()
}

// Gated has two mutexes that are taken both ways, always under a third.
type Gated struct {
	gate, left, right sync.Mutex
	n                 int
}

// Left takes the right one inside the left.
func (g *Gated) Left() {
	g.gate.Lock()
	defer g.gate.Unlock()
	g.left.Lock()
	defer g.left.Unlock()
	g.right.Lock()
	defer g.right.Unlock()
	g.n++
}

// Right takes the left one inside the right.
func (g *Gated) Right() {
	g.gate.Lock()
	defer g.gate.Unlock()
	g.right.Lock()
	defer g.right.Unlock()
	g.left.Lock()
	defer g.left.Unlock()
	g.n--
}

// Node has a mutex, and so has its list.
type Node struct {
	mu sync.Mutex
	v  int
}

// List has nodes.
type List struct {
	mu    sync.Mutex
	nodes []*Node
}

// Add locks a node that nobody else can see yet.
func (l *List) Add(v int) {
	n := new(Node)
	n.mu.Lock()
	n.v = v
	l.mu.Lock()
	l.nodes = append(l.nodes, n)
	l.mu.Unlock()
	n.mu.Unlock()
}

// Sum takes each node inside the list.
func (l *List) Sum() (sum int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.nodes {
		n.mu.Lock()
		sum += n.v
		n.mu.Unlock()
	}
	return sum
}

// Tried has two mutexes, one of which is only tried inside the other.
type Tried struct {
	a, b sync.Mutex
	n    int
}

// AB takes b inside a.
func (t *Tried) AB() {
	t.a.Lock()
	defer t.a.Unlock()
	t.b.Lock()
	defer t.b.Unlock()
	t.n++
}

// BA tries a inside b.
func (t *Tried) BA() {
	t.b.Lock()
	defer t.b.Unlock()
	if t.a.TryLock() {
		t.n--
		t.a.Unlock()
	}
}
