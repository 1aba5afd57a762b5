// Package inner has types with Lock and Unlock: one that is a mutex by another
// name, and one that is an object with a mutex.
package inner

import "sync"

// Mutex counts how often it was taken: each variable is a lock of its own.
type Mutex struct {
	mu sync.Mutex
	n  int
}

// Lock takes it.
func (m *Mutex) Lock() {
	m.mu.Lock()
	m.n++
}

// Unlock gives it up.
func (m *Mutex) Unlock() { m.mu.Unlock() }

// Buffer can be locked by its users, and locks itself.
type Buffer struct {
	mu   sync.Mutex
	data []byte
}

// Lock is for those who write more than once.
func (b *Buffer) Lock() { b.mu.Lock() }

// Unlock ends what Lock has begun.
func (b *Buffer) Unlock() { b.mu.Unlock() }

// Append is for those who have the lock.
func (b *Buffer) Append(c byte) { b.data = append(b.data, c) }

// Write locks.
func (b *Buffer) Write(c byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Append(c)
}
