package open

import "sync"

// A Pile can be locked, and locks itself in other methods too: the mutex inside
// is the lock.
type Pile struct {
	sync.Mutex
	n int
}

// Lock is one of two ways to lock it.
func (b *Pile) Lock() { b.take() }

// LockOutside is the other one.
func (b *Pile) LockOutside() { b.take() }

func (b *Pile) take() { b.Mutex.Lock() }

// Unlock gives it up.
func (b *Pile) Unlock() {
	b.n = 0
	b.Mutex.Unlock()
}

// Len takes the mutex.
func (b *Pile) Len() int {
	b.Mutex.Lock()
	defer b.Mutex.Unlock()
	return b.n
}

// A Delayed is a batch with an Unlock of its own: the same mutex is the lock.
type Delayed struct {
	Pile
	m int
}

// Unlock gives it up.
func (b *Delayed) Unlock() {
	b.m = 0
	b.Pile.Unlock()
}

// A Shelf has one.
type Shelf struct{ b *Delayed }

// Clear gives up by the one type what it has taken by the other.
func (s *Shelf) Clear() int {
	s.b.LockOutside()
	s.b.Unlock()
	return s.b.Len()
}

// Keep still has it.
func (s *Shelf) Keep() int {
	s.b.LockOutside()
	defer s.b.Unlock()
	return s.b.Len() // want `^relock: calling Pile.Len acquires open.Pile.Mutex lock while holding it`
}
