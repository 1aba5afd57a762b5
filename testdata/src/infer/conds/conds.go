// Package conds locks by way of condition variables and other lockers.
package conds

import "sync"

// Queue has a condition whose lock is its mutex.
type Queue struct {
	mu    sync.Mutex
	log   sync.Mutex
	cond  *sync.Cond
	items []int
	n     int
}

// NewQueue makes the condition.
func NewQueue() *Queue {
	q := &Queue{}
	q.cond = sync.NewCond(&q.mu)
	return q
}

// Len locks.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// Put takes the mutex under its other name, and again.
func (q *Queue) Put(item int) {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	q.items = append(q.items, item)
	q.n = q.Len() // want `^relock: calling Queue.Len acquires conds.Queue.mu lock while holding it`
	q.cond.Signal()
}

// Add does so in turn.
func (q *Queue) Add(item int) {
	q.cond.L.Lock()
	q.items = append(q.items, item)
	q.cond.L.Unlock()
	q.n = q.Len()
	q.cond.Signal()
}

// Take waits, and holds the log while it gets its mutex back.
func (q *Queue) Take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.log.Lock()
	defer q.log.Unlock()
	for len(q.items) == 0 {
		q.cond.Wait() // want `^cycle: .*acquiring conds.Queue.mu lock while holding conds.Queue.log lock`
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}

// Ring has a condition that is no pointer, and waits with nothing else held.
type Ring struct {
	mu    sync.Mutex
	cond  sync.Cond
	items []int
}

// NewRing makes the condition.
func NewRing() *Ring {
	r := &Ring{}
	r.cond.L = &r.mu
	return r
}

// Take waits.
func (r *Ring) Take() int {
	r.cond.L.Lock()
	defer r.cond.L.Unlock()
	for len(r.items) == 0 {
		r.cond.Wait()
	}
	item := r.items[0]
	r.items = r.items[1:]
	return item
}

// Peek takes the mutex and its other name.
func (r *Ring) Peek() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Take() // want `^relock: calling Ring.Take acquires conds.Ring.mu lock while holding it`
}

// Local has a condition in a variable.
func Local() (n int) {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	cond.L.Lock()
	defer cond.L.Unlock()
	mu.Lock() // want `^relock: acquiring conds.Local.mu lock while holding it`
	defer mu.Unlock()
	n++
	return n
}

// Guarded has a lock of which it does not know the kind.
type Guarded struct {
	lock sync.Locker
	n    int
}

// Get locks.
func (g *Guarded) Get() int {
	g.lock.Lock()
	defer g.lock.Unlock()
	return g.n
}

// Swap calls what locks.
func (g *Guarded) Swap(n int) int {
	g.lock.Lock()
	defer g.lock.Unlock()
	old := g.Get() // want `^relock: calling Guarded.Get acquires conds.Guarded.lock lock while holding it`
	g.n = n
	return old
}

// Table has a mutex whose readers are a sync.Locker.
type Table struct {
	mu sync.RWMutex
	n  int
}

// Twice reads inside a read: a writer that waits in between stops the second.
func (t *Table) Twice() int {
	l := t.mu.RLocker()
	l.Lock()
	defer l.Unlock()
	return t.read() // want `^relock: calling Table.read acquires conds.Table.mu lock shared while holding it shared`
}

func (t *Table) read() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.n
}

// Write writes after it has read.
func (t *Table) Write(n int) {
	l := t.mu.RLocker()
	l.Lock()
	t.n = n
	l.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n = n
}

// Upgrade waits for its own reader.
func (t *Table) Upgrade(n int) {
	l := t.mu.RLocker()
	l.Lock()
	defer l.Unlock()
	t.mu.Lock() // want `^relock: acquiring conds.Table.mu lock of t while holding it`
	defer t.mu.Unlock()
	t.n = n
}
