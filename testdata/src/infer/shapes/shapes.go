// Package shapes keeps undeclared mutexes in all kinds of places.
package shapes

import "sync"

// Lock wraps a mutex, and Outer wraps that.
type Lock struct{ mu sync.Mutex }

// Lock locks.
func (l *Lock) Lock() { l.mu.Lock() }

// Unlock unlocks.
func (l *Lock) Unlock() { l.mu.Unlock() }

// Wrapped has wrappers.
type Wrapped struct {
	a, b Lock
	n    int
}

// AB takes b inside a.
func (w *Wrapped) AB() {
	w.a.Lock()
	defer w.a.Unlock()
	w.b.Lock()
	defer w.b.Unlock()
	w.n++
}

// BA takes a inside b.
func (w *Wrapped) BA() {
	w.b.Lock()
	defer w.b.Unlock()
	w.a.Lock() // want `^cycle: acquiring shapes.Wrapped.a lock while holding shapes.Wrapped.b lock`
	defer w.a.Unlock()
	w.n--
}

var state struct {
	sync.Mutex
	n int
}

var hits struct {
	sync.Mutex
	n int
}

// Count takes one unnamed struct inside the other.
func Count() {
	state.Lock()
	defer state.Unlock()
	hits.Lock()
	defer hits.Unlock()
	hits.n += state.n
}

// Reset is the other way round.
func Reset() {
	hits.Lock()
	defer hits.Unlock()
	state.Lock() // want `^cycle: .*shapes.state.*shapes.hits`
	defer state.Unlock()
	state.n = 0
}

// Shards has an array of mutexes, taken in the order of their indices.
type Shards struct {
	mu [8]sync.Mutex
	n  int
}

// All takes all, upwards.
func (s *Shards) All() {
	for i := range s.mu {
		s.mu[i].Lock()
	}
	s.n++
	for i := range s.mu {
		s.mu[i].Unlock()
	}
}

// Named has a map of mutexes.
type Named struct {
	locks map[string]*sync.Mutex
	n     int
}

// Move takes two of them by names that come from outside.
func (m *Named) Move(from, to string) {
	m.locks[from].Lock()
	defer m.locks[from].Unlock()
	m.locks[to].Lock() // want `^unordered: acquiring shapes.Named.locks lock.* while holding shapes.Named.locks lock`
	defer m.locks[to].Unlock()
	m.n++
}

// Queue waits on a condition whose lock is its mutex.
type Queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
}

// NewQueue makes the condition.
func NewQueue() *Queue {
	q := &Queue{}
	q.cond = sync.NewCond(&q.mu)
	return q
}

// Take waits for an item.
func (q *Queue) Take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.cond.Wait()
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}

// Base is embedded.
type Base struct {
	sync.RWMutex
	n int
}

// Derived has a promoted mutex.
type Derived struct {
	*Base
	m int
}

// Len reads.
func (b *Base) Len() int {
	b.RLock()
	defer b.RUnlock()
	return b.n
}

// Grow writes, and reads what it holds.
func (d *Derived) Grow() {
	d.Lock()
	defer d.Unlock()
	d.m += d.Len() // want `^relock: calling Base.Len acquires shapes.Base.RWMutex lock while holding it`
}

// Box is generic.
type Box[T any] struct {
	mu sync.Mutex
	v  T
}

// Get locks.
func (b *Box[T]) Get() T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.v
}

// Swap locks, and calls what locks.
func (b *Box[T]) Swap(v T) T {
	b.mu.Lock()
	defer b.mu.Unlock()
	old := b.Get() // want `^relock: calling Box.Get acquires shapes.Box.mu lock while holding it`
	b.v = v
	return old
}

// Union takes the receiver and then the argument.
func (b *Base) Union(other *Base) {
	b.Lock()
	defer b.Unlock()
	other.RLock() // want `^unordered: acquiring shapes.Base.RWMutex lock of other while holding`
	defer other.RUnlock()
	b.n += other.n
}

// Link is a member of a chain, which is always walked forwards, hand over hand.
type Link struct {
	mu   sync.Mutex
	next *Link
	v    int
}

// Walk holds one while it takes the next.
func (l *Link) Walk() (sum int) {
	l.mu.Lock()
	for l.next != nil {
		n := l.next
		n.mu.Lock()
		l.mu.Unlock()
		l = n
		sum += l.v
	}
	l.mu.Unlock()
	return sum
}

// Tree is walked both down and up.
type Tree struct {
	mu     sync.Mutex
	parent *Tree
	left   *Tree
	n      int
}

// Down takes the child inside its parent.
func (t *Tree) Down() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left.mu.Lock()
	defer t.left.mu.Unlock()
	t.left.n++
}

// Up takes the parent inside its child.
func (t *Tree) Up() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parent.mu.Lock() // want `^unordered: acquiring shapes.Tree.mu lock of t.parent while holding shapes.Tree.mu lock of t`
	defer t.parent.mu.Unlock()
	t.parent.n++
}

// A Forest is a map of itself, and no container of mutexes.
type Forest map[string]Forest

// Plant has nothing to lock.
func (f Forest) Plant(q *Queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f["new"] = Forest{}
}
