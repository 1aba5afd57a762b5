package relock

import "sync"

// HandedToGoroutine waits until the goroutine has unlocked what it was handed.
func HandedToGoroutine(prepare, stop func()) {
	var ready sync.Mutex
	ready.Lock()
	go func() {
		for {
			prepare()
			ready.Unlock()
			ready.Lock()
			stop()
		}
	}()
	ready.Lock()
	defer ready.Unlock()
}

// KeptFromGoroutine waits for itself: the goroutine takes another one.
func KeptFromGoroutine(prepare func()) {
	var ready, other sync.Mutex
	ready.Lock()
	go func() {
		other.Lock()
		prepare()
		other.Unlock()
	}()
	ready.Lock() // want `relock: acquiring relock.KeptFromGoroutine.ready lock while holding it`
	defer ready.Unlock()
}
