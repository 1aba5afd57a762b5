package analyzer

import (
	"cmp"
	"slices"
)

// # The order that most of the code keeps
//
// Where classes are in rings, the fault is the step against the order that the
// rest of the code keeps. To find the order with the fewest steps against it is
// hard; a greedy one is near (Eades, Lin, Smyth 1993, "A fast and effective
// heuristic for the feedback arc set problem"): take the class that others follow
// most and that follows others least, put it in front, and go on with the rest.
// Then each class is moved to where the fewest steps are against it, until none
// moves any more.

// weight is how much a step says of the order: of the places of this package that
// make it, each counts; of two that count the same, the first says a little more,
// and what is only handed over says more than both. Tests, which take locks in ways
// of their own to see what others do meanwhile, say next to nothing.
func (e *ringEdge) weight() int {
	const one = 1000000
	switch {
	case e.test:
		return 1000 + e.early
	case e.local == nil:
		return one
	case e.local.met:
		return one*e.local.count + one/2
	}
	return one*e.local.count + e.early
}

// tellEarly gives each edge of this package a number below 100 that is the larger,
// the earlier its place.
func tellEarly(all []*ringEdge) {
	own := slices.DeleteFunc(slices.Clone(all), func(e *ringEdge) bool { return e.local == nil })
	slices.SortStableFunc(own, func(a, b *ringEdge) int { return cmp.Compare(b.local.at.Pos, a.local.at.Pos) })
	for i, e := range own {
		e.early = 100 * i / len(own)
	}
}

// rankClasses gives each class its place in the order that most of the code keeps.
// Components of the graph are ranked by themselves: no ring leads out of one.
func (s *ringSearch) rankClasses() []int {
	n := len(s.names)
	r := ranking{out: make([][]neighbour, n), in: make([][]neighbour, n), ahead: make([]int, n), follows: make([]int, n)}
	for p, edges := range s.edges {
		if s.comp[p[0]] != s.comp[p[1]] {
			continue
		}
		w := 0
		for _, e := range edges {
			w = max(w, e.weight())
		}
		r.out[p[0]] = append(r.out[p[0]], neighbour{p[1], w})
		r.in[p[1]] = append(r.in[p[1]], neighbour{p[0], w})
		r.ahead[p[0]] += w
		r.ahead[p[1]] -= w
		r.follows[p[0]]++
	}
	members := make([][]int, n)
	for v := range s.names {
		members[s.comp[v]] = append(members[s.comp[v]], v)
	}
	rank := make([]int, n)
	for _, left := range members {
		order := make([]int, len(left))
		for first, last := 0, len(left)-1; len(left) > 0; {
			v, end := r.next(left)
			if end {
				order[last] = v
				last--
			} else {
				order[first] = v
				first++
			}
			left = slices.DeleteFunc(left, func(w int) bool { return w == v })
			r.remove(v)
		}
		r.improve(order)
		for i, v := range order {
			rank[v] = i
		}
	}
	return rank
}

// maxMoves bounds how often all classes of a component are tried elsewhere.
const maxMoves = 10

// improve moves each class to the first of the places where it has the least
// weight against it.
func (r *ranking) improve(order []int) {
	for range maxMoves {
		moved := false
		for _, v := range slices.Clone(order) {
			to := make(map[int]int) // what a place behind a class adds to the weight against v
			for _, f := range r.out[v] {
				to[f.class] += f.weight
			}
			for _, f := range r.in[v] {
				to[f.class] -= f.weight
			}
			at := slices.Index(order, v)
			order = slices.Delete(order, at, at+1)
			best, least, sum, here := 0, 0, 0, 0
			for i, u := range order {
				if i == at {
					here = sum
				}
				if sum += to[u]; sum < least {
					best, least = i+1, sum
				}
			}
			if at == len(order) {
				here = sum
			}
			if here == least {
				best = at
			}
			order = slices.Insert(order, best, v)
			moved = moved || best != at
		}
		if !moved {
			return
		}
	}
}

// A ranking is what is left of a graph while it is put in order.
type ranking struct {
	out, in [][]neighbour
	ahead   []int // how much more follows a class than it follows
	follows []int // how many follow it; -1 once it has its place
}

// A neighbour is next to a class in the graph, and how much says so.
type neighbour struct{ class, weight int }

// next returns the class that gets its place next, and whether that is at the end:
// one that none follows; else the one that is ahead of most.
func (r *ranking) next(left []int) (v int, end bool) {
	best := left[0]
	for _, v := range left {
		if r.follows[v] == 0 {
			return v, true
		}
		if r.ahead[v] > r.ahead[best] {
			best = v
		}
	}
	return best, false
}

func (r *ranking) remove(v int) {
	r.follows[v] = -1
	for _, f := range r.out[v] {
		r.ahead[f.class] += f.weight
	}
	for _, f := range r.in[v] {
		r.ahead[f.class] -= f.weight
		if r.follows[f.class] > 0 {
			r.follows[f.class]--
		}
	}
}

// against reports whether e is a step against the order.
func (s *ringSearch) against(e *ringEdge) bool {
	p := s.pair(e)
	return s.rank[p[0]] > s.rank[p[1]]
}
