// Package waits has waits for goroutines that need what the waiting one holds.
package waits

import (
	"sync"
	"time"
)

// A Log is written by one at a time.
type Log struct {
	mu sync.Mutex
	n  int
}

func (l *Log) write() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
}

// Wait waits until the goroutine has the mutex that is held here.
func (l *Log) Wait() {
	done := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	go func() {
		l.write()
		close(done)
	}()
	<-done // want `^relock: waiting for a goroutine acquires waits.Log.mu lock while holding it`
}

// WaitOnly waits in a select statement that has no other way.
func (l *Log) WaitOnly() {
	done := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	go func() {
		l.write()
		close(done)
	}()
	select {
	case <-done: // want `^relock: waiting for a goroutine acquires waits.Log.mu lock while holding it`
	}
}

// Look does not wait.
func (l *Log) Look() bool {
	done := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	go func() {
		l.write()
		close(done)
	}()
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// Hurry waits for a while at most, as a test does that wants to see the
// goroutine wait.
func (l *Log) Hurry() bool {
	done := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	go func() {
		l.write()
		close(done)
	}()
	return soon(done)
}

func soon(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-time.After(time.Second):
		return false
	}
}
