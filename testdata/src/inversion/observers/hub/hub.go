// Package hub calls, with its lock held, whoever asked to be told. It cannot
// know them: they import it.
//
//lockvet:order conn hub
package hub

import "sync"

// A Watcher is told of changes.
type Watcher interface{ Changed() }

// A Hub has watchers.
type Hub struct {
	mu       sync.Mutex //lockvet:class hub
	watchers []Watcher
	last     Watcher
	funcs    []func()
	lists    struct{ quick []func() }
	n        int
}

// Add keeps a watcher.
func (h *Hub) Add(w Watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers = append(h.watchers, w)
	h.last = w
}

// OnChange keeps a function, in a field that only this package sees.
func (h *Hub) OnChange(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.funcs = append(h.funcs, f)
}

// Quick keeps a function deeper inside.
func (h *Hub) Quick(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lists.quick = append(h.lists.quick, f)
}

// Tell calls a watcher while the lock is not held.
func Tell(w Watcher) { w.Changed() }

// Later keeps nothing: its function is called without the lock.
func (h *Hub) Later(f func()) {
	h.mu.Lock()
	h.n++
	h.mu.Unlock()
	f()
}

// Notify calls all with the lock held.
func (h *Hub) Notify() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.watchers {
		w.Changed()
	}
	for _, f := range h.funcs {
		f()
	}
	for _, f := range h.lists.quick {
		f()
	}
}

// Len takes the lock.
func (h *Hub) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n
}
