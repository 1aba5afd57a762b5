// Package inner has a mutex that others take inside theirs.
package inner

import "sync"

// Mu is the mutex.
var Mu sync.Mutex

var n int

// Count counts under the mutex.
func Count() int {
	Mu.Lock()
	defer Mu.Unlock()
	n++
	return n
}

// Do calls fn under the mutex.
func Do(fn func()) {
	Mu.Lock()
	defer Mu.Unlock()
	fn()
}
