package safe

import "sync"

// A Route gives up its mutex while it writes.
type Route struct {
	mu sync.Mutex
	n  int
}

// flush is called with the mutex held, and returns with it.
func (r *Route) flush() {
	if r.n == 0 {
		return
	}
	r.mu.Unlock()
	r.mu.Lock()
}

// Router has routes.
type Router struct {
	mu     sync.Mutex
	routes map[int]*Route
}

// flushAll leaves no route locked: an element of the array that holds no route
// has no mutex.
func (a *Router) flushAll() {
	var array [32]*Route
	routes := array[:0]
	a.mu.Lock()
	for _, r := range a.routes {
		routes = append(routes, r)
	}
	a.mu.Unlock()
	for _, r := range routes {
		r.mu.Lock()
		r.flush()
		r.mu.Unlock()
	}
}

// Reload flushes twice, which takes the mutex of the router.
func (a *Router) Reload() {
	a.flushAll()
	a.flushAll()
}

// Remove takes the mutex of a route inside that of the router.
func (a *Router) Remove(i int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.routes[i]
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n = 0
}
