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

// same is the counter of an interface, nil if it has none.
func same(v any) *Counter {
	switch v := v.(type) {
	case *Counter:
		return v
	case interface{ Under() any }:
		return same(v.Under())
	}
	return nil
}

// Both takes two counters that it has looked up: a nil one is no lock.
func Both(list []any) {
	first := same(list[0])
	first.mu.Lock()
	for i, v := range list {
		other := same(v)
		if i == 0 {
			continue
		}
		other.mu.Lock()
		other.mu.Unlock()
	}
	first.mu.Unlock()
}

// A Pool lets one at a time work.
type Pool struct {
	mu   sync.Mutex
	room chan bool
	n    int
}

// work works, says so, and takes back what nobody has heard.
func (p *Pool) work() {
	p.mu.Lock()
	p.n++
	p.mu.Unlock()
	p.room <- true
	<-p.room
}

// Run waits for a goroutine that waits by way of the same channel.
func (p *Pool) Run() {
	p.mu.Lock()
	defer p.mu.Unlock()
	go p.work()
	<-p.room // want `^relock: `
}
