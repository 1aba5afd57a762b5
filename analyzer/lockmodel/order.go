package lockmodel

import (
	"maps"
	"slices"
)

// An Order answers questions about the declared order of a model. It holds
// the transitive closure, computed once; it does not change, and any number of
// goroutines may use it.
//
// Classes on a common cycle have no order among themselves: their directives
// contradict each other, which the check of the directives reports, and no
// acquisition can be blamed for that.
type Order struct {
	index map[string]int
	names []string // sorted; every class that an edge names
	next  [][]int  // direct edges, sorted
	reach []bits   // transitive, not reflexive but on a cycle
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bits) set(i int)      { b[i/64] |= 1 << (i % 64) }

// Order returns the order that the edges of m declare. It does not see later
// changes of m.
func (m *Model) Order() *Order {
	o := newOrder(m.Edges)
	o.close()
	return o
}

// newOrder returns an order that knows its edges, but not yet what they lead to.
func newOrder(edges []Edge) *Order {
	seen := map[string]bool{}
	for _, e := range edges {
		seen[e.Outer], seen[e.Inner] = true, true
	}
	o := &Order{names: slices.Sorted(maps.Keys(seen)), index: make(map[string]int, len(seen))}
	for i, name := range o.names {
		o.index[name] = i
	}
	o.next = make([][]int, len(o.names))
	for _, e := range edges {
		i := o.index[e.Outer]
		o.next[i] = append(o.next[i], o.index[e.Inner])
	}
	for i, to := range o.next {
		slices.Sort(to)
		o.next[i] = slices.Compact(to)
	}
	return o
}

// close computes what each class reaches, by a search from each.
func (o *Order) close() {
	o.reach = make([]bits, len(o.names))
	for i := range o.names {
		reach := make(bits, (len(o.names)+63)/64)
		todo := []int{i}
		for len(todo) > 0 {
			from := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, to := range o.next[from] {
				if !reach.has(to) {
					reach.set(to)
					todo = append(todo, to)
				}
			}
		}
		o.reach[i] = reach
	}
}

// cyclic reports whether a class is declared to come before itself.
func (o *Order) cyclic() bool {
	for i, reach := range o.reach {
		if reach.has(i) {
			return true
		}
	}
	return false
}

// Before reports whether a is declared, directly or through other classes, to
// be acquired before b.
func (o *Order) Before(a, b string) bool {
	i, okA := o.index[a]
	j, okB := o.index[b]
	return okA && okB && o.reach[i].has(j) && !o.reach[j].has(i)
}

// Known reports whether a and b have an order at all.
func (o *Order) Known(a, b string) bool { return o.Before(a, b) || o.Before(b, a) }

// Chain returns the shortest declared path from a to b, both included, or nil
// if a is not before b. Of equally short paths it is the first in byte order.
func (o *Order) Chain(a, b string) []string {
	if !o.Before(a, b) {
		return nil
	}
	return o.path(o.index[a], o.index[b])
}

// Cycle returns a ring of classes that the edges declare, its first class
// repeated at its end, or nil if the order is sound. Of several rings it is
// the shortest through the first class, in byte order, that lies on one.
func (o *Order) Cycle() []string {
	for i := range o.names {
		if o.reach[i].has(i) {
			return o.path(i, i)
		}
	}
	return nil
}

// path returns the shortest path of at least one edge from i to j, or nil. The
// search goes in byte order, so the path found is the first of its length.
func (o *Order) path(i, j int) []string {
	from := make([]int, len(o.names))
	for k := range from {
		from[k] = -1
	}
	todo := []int{i}
	for len(todo) > 0 {
		k := todo[0]
		todo = todo[1:]
		for _, to := range o.next[k] {
			if to == j {
				return o.back(from, i, k, j)
			}
			if from[to] < 0 && to != i {
				from[to] = k
				todo = append(todo, to)
			}
		}
	}
	return nil
}

// back follows a search from k back to its start i, and ends the path with j.
func (o *Order) back(from []int, i, k, j int) []string {
	path := []string{o.names[j]}
	for ; k != i; k = from[k] {
		path = append(path, o.names[k])
	}
	path = append(path, o.names[i])
	slices.Reverse(path)
	return path
}
