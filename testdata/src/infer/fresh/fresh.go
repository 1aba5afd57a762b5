// Package fresh locks objects that nobody else can see yet, or can already.
package fresh

import (
	"sync"
	"time"
)

// Node is a member of a list.
type Node struct {
	mu   sync.Mutex
	v    int
	list *List
}

// List has nodes.
type List struct {
	mu    sync.Mutex
	nodes []*Node
}

// Visit takes each node inside the list.
func (l *List) Visit() (sum int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.nodes {
		n.mu.Lock()
		sum += n.v
		n.mu.Unlock()
	}
	return sum
}

// Made locks a node and then the list, before the list has the node.
func (l *List) Made(v int) {
	n := &Node{list: l}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.v = v
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nodes = append(l.nodes, n)
}

// Many locks many nodes that it has just made, all at once.
func (l *List) Many(count int) {
	var made []*Node
	for range count {
		n := &Node{list: l}
		n.mu.Lock()
		made = append(made, n)
	}
	for _, n := range made {
		n.v++
		n.mu.Unlock()
	}
}

// Known locks a node that the list has already, and then the list.
func (l *List) Known(v int) {
	n := &Node{list: l}
	l.mu.Lock()
	l.nodes = append(l.nodes, n)
	l.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.v = v
	l.mu.Lock() // want `^cycle: acquiring fresh.List.mu lock while holding fresh.Node.mu lock`
	defer l.mu.Unlock()
	l.nodes[0] = n
}

// Cache expires.
type Cache struct {
	mu    sync.Mutex
	timer *time.Timer
	users map[string]*User
}

// User belongs to a cache.
type User struct {
	mu    sync.Mutex
	cache *Cache
}

// Touch takes the user inside the cache.
func (c *Cache) Touch(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.users[name]
	u.mu.Lock()
	defer u.mu.Unlock()
	u.cache = c
}

// Later takes the cache in a timer that it starts under the user: it runs on
// a goroutine of its own, with nothing held.
func (u *User) Later() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.cache.timer = time.AfterFunc(time.Second, func() {
		u.cache.mu.Lock()
		defer u.cache.mu.Unlock()
		clear(u.cache.users)
	})
}

func newNode(v int) *Node {
	n := &Node{v: v}
	return n
}

func newListed(l *List) *Node {
	n := newNode(0)
	n.list = l
	return n
}

// Built locks a node that a function has made for it, and then the list.
func (l *List) Built(v int) {
	n := newListed(l)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.v = v
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nodes = append(l.nodes, n)
}

var nodes []*Node

func register(n *Node) { nodes = append(nodes, n) }

// Registry has nodes that others can see before it has them.
type Registry struct {
	mu sync.Mutex
	n  int
}

// Sum takes the registered nodes inside the registry.
func (r *Registry) Sum() (sum int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range nodes {
		n.mu.Lock()
		sum += n.v
		n.mu.Unlock()
	}
	return sum
}

// Registered locks a node that was made for it and is known to all by then.
func (r *Registry) Registered() {
	n := newNode(1)
	register(n)
	n.mu.Lock()
	defer n.mu.Unlock()
	r.mu.Lock() // want `^cycle: acquiring fresh.Registry.mu lock while holding fresh.Node.mu lock`
	defer r.mu.Unlock()
	r.n++
}
