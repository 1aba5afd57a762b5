// Package across makes a ring of its own mutex and one of another package.
package across

import (
	"sync"

	"fixtures/infer/across/inner"
)

var (
	mu    sync.Mutex
	total int
)

// Add takes the other one inside its own.
func Add() {
	mu.Lock()
	defer mu.Unlock()
	total += inner.Count()
}

// Sub takes its own inside the other one, in a callback.
func Sub() {
	inner.Do(func() { // want `^cycle: .*across.mu.*inner.Mu|^cycle: .*inner.Mu.*across.mu`
		mu.Lock()
		defer mu.Unlock()
		total--
	})
}
