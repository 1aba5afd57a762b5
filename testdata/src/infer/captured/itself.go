package captured

import "sync"

// A Tree is walked by closures that call themselves.
type Tree struct {
	mu   sync.Mutex
	kids []*Tree
}

// A Walker knows a tree that is elsewhere.
type Walker interface{ walk(f func(*Tree)) }

func (t *Tree) walk(f func(*Tree)) {
	for _, k := range t.kids {
		f(k)
	}
}

// Count gives itself to a function of an interface.
func Count(w Walker) (n int) {
	var visit func(*Tree)
	visit = func(t *Tree) {
		n++
		t.mu.Lock()
		defer t.mu.Unlock()
		w.walk(visit)
	}
	w.walk(visit)
	return n
}

// Levels has two closures that have captured each other.
func Levels(w Walker) (n int) {
	var even, odd func(*Tree)
	even = func(t *Tree) {
		n++
		w.walk(odd)
	}
	odd = func(t *Tree) {
		t.mu.Lock()
		defer t.mu.Unlock()
		w.walk(even)
	}
	w.walk(even)
	return n
}
