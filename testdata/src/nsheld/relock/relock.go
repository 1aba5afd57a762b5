// Package relock locks a declared mutex again that it holds: a mutex does
// not count, it waits.
//
//lockvet:class account
//lockvet:class cache
package relock

import "sync"

// Account has a mutex.
type Account struct {
	mu sync.Mutex //lockvet:class account
	n  int
}

// Cache has a read-write mutex.
type Cache struct {
	mu sync.RWMutex //lockvet:class cache
	n  int
}

// Twice locks it twice.
func (a *Account) Twice() {
	a.mu.Lock()
	a.mu.Lock() // want `^relock: acquiring account lock .*while holding .*line \d+`
	a.mu.Unlock()
	a.mu.Unlock()
}

// InTurn locks it when it is unlocked.
func (a *Account) InTurn() {
	a.mu.Lock()
	a.mu.Unlock()
	a.mu.Lock()
	a.mu.Unlock()
}

// Add locks.
func (a *Account) Add(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n += n
}

// AddTwice calls what locks, with the lock held.
func (a *Account) AddTwice(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Add(n) // want `relock: calling (\S+\.)?Add acquires account lock`
}

// AddOther calls it for another account.
func (a *Account) AddOther(b *Account, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.Add(n)
}

// Tried tries it again, which fails and does not wait.
func (a *Account) Tried() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mu.TryLock() {
		a.mu.Unlock()
		return true
	}
	return false
}

// Deferred locks it again in a deferred call that runs before the unlock.
func (a *Account) Deferred() {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.Add(1) // want `relock: calling (\S+\.)?Add acquires account lock`
}

// DeferredAfter runs it after the unlock.
func (a *Account) DeferredAfter() {
	defer a.Add(1)
	a.mu.Lock()
	defer a.mu.Unlock()
}

// ReadThenWrite asks for the write lock with the read lock held.
func (c *Cache) ReadThenWrite() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.mu.Lock() // want `relock: acquiring cache lock`
	c.n++
	c.mu.Unlock()
}

// WriteThenRead asks for the read lock with the write lock held.
func (c *Cache) WriteThenRead() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.RLock() // want `relock: acquiring cache lock`
	defer c.mu.RUnlock()
	return c.n
}

// ReadTwice takes the read lock twice: with a writer in between it waits.
func (c *Cache) ReadTwice() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.mu.RLock() // want `relock: acquiring cache lock`
	defer c.mu.RUnlock()
	return c.n
}

// ReadInTurn takes it in turn.
func (c *Cache) ReadInTurn() int {
	c.mu.RLock()
	n := c.n
	c.mu.RUnlock()
	c.mu.RLock()
	defer c.mu.RUnlock()
	return n + c.n
}

// Loop locks it in each turn and unlocks it in each.
func (a *Account) Loop(n int) {
	for range n {
		a.mu.Lock()
		a.n++
		a.mu.Unlock()
	}
}

// LoopDeferred unlocks at the end of the function.
func (a *Account) LoopDeferred(n int) {
	for range n {
		a.mu.Lock() // want `relock: acquiring account lock`
		defer a.mu.Unlock()
		a.n++
	}
}

// Branches locks it in one of two branches.
func (a *Account) Branches(first bool) {
	if first {
		a.mu.Lock()
	}
	if !first {
		a.mu.Lock()
	}
	a.n++
	a.mu.Unlock()
}

// Lockers locks each of two, and each of them again.
func Lockers(a *Account, c *Cache) {
	for _, l := range []sync.Locker{&a.mu, &c.mu} {
		l.Lock()
	}
	a.n += c.n
	for _, l := range []sync.Locker{&a.mu, &c.mu} {
		l.Unlock()
	}
}

// LockersTwice goes through them twice.
func LockersTwice(a *Account, c *Cache) {
	both := []sync.Locker{&a.mu, &c.mu}
	for _, l := range both {
		l.Lock()
	}
	for _, l := range both {
		l.Lock() // want `relock: acquiring account lock`
	}
}
