// Package relock locks undeclared mutexes again that it holds.
package relock

import "sync"

// Counter has a mutex.
type Counter struct {
	mu sync.Mutex
	n  int
}

// Add locks.
func (c *Counter) Add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
}

// AddAll locks, and calls what locks.
func (c *Counter) AddAll(list []int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range list {
		c.Add(n) // want `^relock: calling (\S+\.)?Add acquires relock.Counter.mu lock`
	}
}

// AddEach calls it without.
func (c *Counter) AddEach(list []int) {
	for _, n := range list {
		c.Add(n)
	}
}

// Table has a read-write mutex.
type Table struct {
	sync.RWMutex
	rows map[string]int
}

// Get reads.
func (t *Table) Get(name string) int {
	t.RLock()
	defer t.RUnlock()
	return t.rows[name]
}

// Sum reads, and calls what reads: a writer in between stops both.
func (t *Table) Sum(names ...string) (sum int) {
	t.RLock()
	defer t.RUnlock()
	for _, name := range names {
		sum += t.Get(name) // want `^relock: calling (\S+\.)?Get acquires relock.Table.RWMutex lock`
	}
	return sum
}

// Set writes, and reads when it is done.
func (t *Table) Set(name string, n int) int {
	t.Lock()
	t.rows[name] = n
	t.Unlock()
	return t.Get(name)
}
