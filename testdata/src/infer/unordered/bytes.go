package unordered

import (
	"bytes"
	"sync"
)

// A Peer has an id.
type Peer struct {
	mu sync.Mutex
	id string
}

// ID returns the id.
func (p *Peer) ID() string { return p.id }

// ByBytes locks them in the order of their ids, compared as bytes.
func ByBytes(a, b *Peer) {
	if bytes.Compare([]byte(a.ID()), []byte(b.ID())) > 0 {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
}

// ByNoBytes compares one with itself.
func ByNoBytes(a, b *Peer) {
	if bytes.Compare([]byte(a.ID()), []byte(a.ID())) > 0 {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock() // want `^unordered: acquiring unordered.Peer.mu lock of b while holding unordered.Peer.mu lock of a`
	defer b.mu.Unlock()
}
