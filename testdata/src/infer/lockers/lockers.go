// Package lockers has mutexes in interfaces of its own, so that they can be
// swapped for ones that log.
package lockers

import "sync"

// An RWMutex is what sync.RWMutex is.
type RWMutex interface {
	sync.Locker
	RLock()
	RUnlock()
}

// NewRWMutex returns one.
func NewRWMutex() RWMutex { return new(sync.RWMutex) }

// Meta has such a mutex.
type Meta struct {
	mu      RWMutex
	created int
	counts  []int
}

// New returns a Meta.
func New() *Meta { return &Meta{mu: NewRWMutex()} }

// Created reads.
func (m *Meta) Created() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.created
}

// Set writes.
func (m *Meta) Set(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.created = n
}

// Store reads, and reads again below.
func (m *Meta) Store() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.marshal() // want `^relock: calling Meta.marshal acquires lockers.Meta.mu lock shared while holding it shared`
}

func (m *Meta) marshal() int { return len(m.counts) + m.Created() }

// Other reads of another one.
func (m *Meta) Other(o *Meta) int {
	n := o.Created()
	m.mu.RLock()
	defer m.mu.RUnlock()
	return n + m.created
}

// A Tx has more to it than a lock.
type Tx interface {
	sync.Locker
	Put(k, v string)
}

// A Store has a transaction, whose methods lock what they lock.
type Store struct {
	tx Tx
	n  int
}

// Put locks the transaction.
func (s *Store) Put(k, v string) {
	s.tx.Lock()
	defer s.tx.Unlock()
	s.tx.Put(k, v)
}
