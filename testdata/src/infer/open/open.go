// Package open has fields of types with Lock and Unlock. Those of a mutex by
// another name are locks; those of an object that has a mutex, and takes it in
// other methods too, are that object.
package open

import (
	"sync"

	"fixtures/infer/open/inner"
)

// Log has one of each.
type Log struct {
	mu  inner.Mutex
	buf inner.Buffer
	n   int
}

// Flush takes the mutex of the buffer, and its own, in this order.
func (l *Log) Flush() {
	l.buf.Lock()
	l.mu.Lock()
	l.n = 0
	l.mu.Unlock()
	l.buf.Unlock()
}

// Add writes while it has the lock of the buffer, as the buffer asks for.
func (l *Log) Add(s string) {
	l.buf.Lock()
	defer l.buf.Unlock()
	for i := range len(s) {
		l.buf.Append(s[i])
	}
}

// Twice calls what locks the buffer with that locked.
func (l *Log) Twice(c byte) {
	l.buf.Lock()
	defer l.buf.Unlock()
	l.buf.Write(c) // want `^relock: calling (\S+\.)?Write acquires inner.Buffer.mu lock`
}

// Count calls what locks the buffer under its own mutex.
func (l *Log) Count(c byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	l.buf.Write(c) // want `^cycle: acquiring inner.Buffer.mu lock while holding open.Log.mu lock`
}

// Tx is an object with a mutex. It has Lock for its users, and lock for itself.
type Tx struct {
	sync.Mutex
	n int
}

// Lock checks, and locks.
func (t *Tx) Lock() {
	if t == nil {
		panic("no transaction")
	}
	t.lock()
}

func (t *Tx) lock() { t.Mutex.Lock() }

// Unlock unlocks what both have locked.
func (t *Tx) Unlock() {
	t.n = 0
	t.Mutex.Unlock()
}

// Buffered is a Tx that does more when it is unlocked.
type Buffered struct {
	Tx
	pending int
}

// Unlock does more.
func (b *Buffered) Unlock() {
	b.pending = 0
	b.Tx.Unlock()
}

// Commit locks one way and unlocks the other: it is the same mutex.
func (b *Buffered) Commit() {
	b.lock()
	b.pending++
	b.Unlock()
}

// Run commits in turns, and has nothing in between.
func Run(b *Buffered) {
	for range 3 {
		b.Commit()
		b.Lock()
		b.Unlock()
	}
}

// Again commits while it has the mutex.
func Again(b *Buffered) {
	b.Lock()
	b.Commit() // want `^relock: calling (\S+\.)?Commit acquires open.Tx.Mutex lock`
	b.Unlock()
}
