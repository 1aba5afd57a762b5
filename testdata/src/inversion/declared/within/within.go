// Package within runs functions under locks that it is given.
package within

import "sync"

// Locked runs fn under l.
func Locked(l sync.Locker, fn func()) {
	l.Lock()
	defer l.Unlock()
	fn()
}

// Value returns what fn returns under l.
func Value[T any](l sync.Locker, fn func() T) T {
	l.Lock()
	defer l.Unlock()
	return fn()
}

// Two runs fn under both.
func Two(outer, inner sync.Locker, fn func()) {
	Locked(outer, func() { Locked(inner, fn) })
}

// Mutex runs fn under mu.
func Mutex(mu *sync.Mutex, fn func()) {
	mu.Lock()
	defer mu.Unlock()
	fn()
}

// Take locks l and returns what unlocks it.
func Take(l sync.Locker) func() {
	l.Lock()
	return l.Unlock
}
