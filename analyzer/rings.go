package analyzer

import (
	"cmp"
	"slices"
	"strconv"
)

// # Rings
//
// The edges of this package and of its imports are a graph of classes. A ring
// in it is a deadlock, if all its edges can be walked at one time: no two of
// them hold a lock in common that keeps one of them out, and the locks that
// meet in a class can block each other.
//
// The first package that sees all edges of a ring reports it: then one edge,
// the culprit, is taken out of the graph, here and (as a fact) in all
// importers, and the search goes on. So a call that takes two locks the wrong
// way round is told once, however many rings it closes.

const (
	// maxRing is the longest ring that is looked for.
	maxRing = 6
	// maxSteps bounds the search in one package.
	maxSteps = 200000
)

// A ringEdge is an edge in the graph of one package.
type ringEdge struct {
	EdgeFact
	local *localEdge // nil for one of an import
	from  []int      // the imports, by number, whose facts have it
	early int        // how early its place is, of those of this package
	test  bool       // its place is in a test, as that of all others of its pair
}

func (e *ringEdge) fact() *EdgeFact { return &e.EdgeFact }

// A ringSearch looks for rings among edges.
type ringSearch struct {
	names   []string
	next    [][]int // successors, by class, sorted
	edges   map[[2]int][]*ringEdge
	gone    map[[2]int]bool
	written map[string]bool // classes that are taken exclusively somewhere
	comp    []int           // strongly connected component, by class
	rank    []int           // place in the order that most of the code keeps, by class
	steps   int
	path    []*ringEdge
}

// findRings looks for rings that this package closes, and collects the edges
// and what else importers need of them.
func (a *unit) findRings(res *Result, own *Fact) {
	im := a.imports
	if !a.infer {
		own.Edges, own.Broken, own.Written = im.edges, sortedKeys(im.broken), sortedKeys(im.written)
		return
	}
	local := a.localEdges()
	written := a.writtenClasses(local, res)
	own.Written = sortedKeys(written)
	facts := slices.Clone(im.edges)
	for _, e := range local {
		facts = append(facts, e.EdgeFact)
	}
	own.Edges = uniqueEdges(facts)
	a.dropReaders(res, written)
	broken := make(map[string]bool, len(im.broken))
	for k := range im.broken {
		broken[k] = true
	}
	if len(local) > 0 || len(im.edgesOf) > 1 {
		s := a.ringGraph(local, written, broken)
		for n := 2; n <= maxRing && s.steps < maxSteps; n++ {
			for ring := s.search(n); ring != nil; ring = s.search(n) {
				culprit := a.toldOf(ring, res)
				if culprit == nil {
					culprit = s.culpritOf(ring)
					res.Rings = append(res.Rings, a.ring(ring, culprit))
				}
				s.gone[s.pair(culprit)] = true
				broken[culprit.pair()] = true
			}
		}
		if s.steps >= maxSteps {
			a.stats.Bounded++
		}
	}
	slices.SortStableFunc(res.Rings, func(p, q Ring) int { return cmp.Compare(p.Pos, q.Pos) })
	own.Broken = sortedKeys(broken)
}

// toldOf returns an edge of a ring whose call is at fault already, for two locks
// of the class that it holds: it takes the one of another object, and whatever
// else it takes of that object comes with it. It is nil if there is none.
func (a *unit) toldOf(ring []*ringEdge, res *Result) *ringEdge {
	told := func(e *ringEdge) bool {
		return e.local != nil && slices.ContainsFunc(res.Acquires, func(q Acquire) bool {
			return q.Range == e.local.at && slices.ContainsFunc(q.Pairs, func(p Pair) bool {
				return p.Either && p.Held.Class == e.Outer
			})
		})
	}
	if i := slices.IndexFunc(ring, told); i >= 0 {
		return ring[i]
	}
	return nil
}

// ringGraph builds the graph of all edges that are known here.
func (a *unit) ringGraph(local []*localEdge, written, broken map[string]bool) *ringSearch {
	order := a.order()
	var all []*ringEdge
	add := func(e *ringEdge) {
		if e.Outer != e.Inner && !order.Before(e.Inner, e.Outer) {
			all = append(all, e)
		}
	}
	for _, e := range local {
		add(&ringEdge{EdgeFact: e.EdgeFact, local: e, test: e.test})
	}
	seen := make(map[string]*ringEdge)
	for i, edges := range a.imports.edgesOf {
		for _, e := range edges {
			k := e.pair() + "|" + strconv.Itoa(int(e.Kind)) + "|" + e.InnerPos + "|" + e.OuterPos
			for _, g := range e.Gates {
				k += "|" + g
			}
			r := seen[k]
			if r == nil {
				r = &ringEdge{EdgeFact: e}
				seen[k] = r
				add(r)
			}
			r.from = append(r.from, i)
		}
	}
	slices.SortStableFunc(all, func(a, b *ringEdge) int {
		return cmp.Or(cmp.Compare(a.Outer, b.Outer), cmp.Compare(a.Inner, b.Inner), cmp.Compare(flag(a.test), flag(b.test)), compareEdges(&a.EdgeFact, &b.EdgeFact))
	})
	s := &ringSearch{edges: make(map[[2]int][]*ringEdge), gone: make(map[[2]int]bool), written: written}
	for _, e := range all {
		s.names = append(s.names, e.Outer, e.Inner)
	}
	slices.Sort(s.names)
	s.names = slices.Compact(s.names)
	s.next = make([][]int, len(s.names))
	for _, e := range all {
		p := s.pair(e)
		if s.edges[p] == nil {
			s.next[p[0]] = append(s.next[p[0]], p[1])
		}
		e.test = e.test && (len(s.edges[p]) == 0 || s.edges[p][0].test)
		s.edges[p] = append(s.edges[p], e)
		if broken[e.pair()] {
			s.gone[p] = true
		}
	}
	s.comp = make([]int, len(s.names))
	for i, members := range components(len(s.names), func(v int) []int { return s.next[v] }) {
		for _, m := range members {
			s.comp[m] = i
		}
	}
	tellEarly(all)
	s.rank = s.rankClasses()
	return s
}

func (s *ringSearch) pair(e *ringEdge) [2]int {
	i, _ := slices.BinarySearch(s.names, e.Outer)
	j, _ := slices.BinarySearch(s.names, e.Inner)
	return [2]int{i, j}
}

// search returns a ring of n classes that no import alone has seen, nil if
// there is none. A ring is met at its first class in byte order.
func (s *ringSearch) search(n int) []*ringEdge {
	for v := range s.names {
		s.path = s.path[:0]
		if ring := s.extend(v, v, n); ring != nil {
			return ring
		}
	}
	return nil
}

// extend continues s.path, which leads from class start to class at, to a ring
// of n more classes.
func (s *ringSearch) extend(start, at, n int) []*ringEdge {
	for _, to := range s.next[at] {
		if s.comp[to] != s.comp[start] || (n == 1) != (to == start) || to < start || s.gone[[2]int{at, to}] || s.passes(to) && to != start {
			continue
		}
		for _, e := range s.edges[[2]int{at, to}] {
			if s.steps++; s.steps > maxSteps {
				return nil
			}
			if !s.fits(e) {
				continue
			}
			s.path = append(s.path, e)
			if n > 1 {
				if ring := s.extend(start, to, n-1); ring != nil {
					return ring
				}
			} else if s.closes() {
				return slices.Clone(s.path)
			}
			s.path = s.path[:len(s.path)-1]
		}
	}
	return nil
}

// passes reports whether the path has left class v already.
func (s *ringSearch) passes(v int) bool {
	return slices.ContainsFunc(s.path, func(e *ringEdge) bool { return e.Outer == s.names[v] })
}

// fits reports whether e can be walked while each edge of the path is: they
// hold no lock in common, unless both hold it shared.
func (s *ringSearch) fits(e *ringEdge) bool {
	return !slices.ContainsFunc(s.path, func(o *ringEdge) bool { return excludes(&e.EdgeFact, &o.EdgeFact) })
}

func excludes(a, b *EdgeFact) bool {
	for _, g := range a.heldNames() {
		shared := g[:1] == sharedMark
		name := g
		if shared {
			name = g[len(sharedMark):]
		}
		for _, h := range b.heldNames() {
			if h == name || !shared && h == sharedMark+name {
				return true
			}
		}
	}
	return false
}

// heldNames returns all that is held on the edge, as gates are written.
func (e *EdgeFact) heldNames() []string {
	outer := e.Outer
	if e.Kind&OuterShared != 0 {
		outer = sharedMark + outer
	}
	return append([]string{outer}, e.Gates...)
}

// closes reports whether the path, which is a ring, is a deadlock that no
// import has told of: one of its classes was inferred; where two share a lock, a
// writer that waits between them stops the second, so that there has to be one.
func (s *ringSearch) closes() bool {
	implied := false
	for i, e := range s.path {
		implied = implied || e.Kind&OuterImplied != 0
		next := s.path[(i+1)%len(s.path)]
		if e.Kind&InnerShared != 0 && next.Kind&OuterShared != 0 && !s.written[e.Inner] {
			return false
		}
	}
	return implied && !s.knownBefore()
}

// knownBefore reports whether one import has all edges of the path.
func (s *ringSearch) knownBefore() bool {
	for _, i := range s.path[0].from {
		if !slices.ContainsFunc(s.path, func(e *ringEdge) bool { return !slices.Contains(e.from, i) }) {
			return true
		}
	}
	return false
}

// culpritOf returns the edge of a ring that is to blame: of those of this
// package one of a test; then one against the order that most of the code keeps;
// then the one that the fewest calls make, then the last one, before those that it
// only hands over; if there is none, the last one in order of place.
func (s *ringSearch) culpritOf(ring []*ringEdge) *ringEdge {
	return slices.MaxFunc(ring, func(a, b *ringEdge) int {
		if a.local == nil || b.local == nil {
			return cmp.Or(cmp.Compare(flag(a.local != nil), flag(b.local != nil)), cmp.Compare(a.InnerPos, b.InnerPos), compareEdges(&a.EdgeFact, &b.EdgeFact))
		}
		return cmp.Or(cmp.Compare(flag(a.test), flag(b.test)), cmp.Compare(flag(s.against(a)), flag(s.against(b))),
			cmp.Compare(flag(b.local.met), flag(a.local.met)), cmp.Compare(b.local.count, a.local.count), cmp.Compare(a.local.at.Pos, b.local.at.Pos))
	})
}

// ring states a ring for the checks. It begins with the culprit.
func (a *unit) ring(ring []*ringEdge, culprit *ringEdge) Ring {
	i := slices.Index(ring, culprit)
	var out Ring
	for _, e := range slices.Concat(ring[i:], ring[:i]) {
		r := RingEdge{Outer: e.Outer, Inner: e.Inner, Func: e.Func, OuterPos: e.OuterPos, InnerPos: e.InnerPos, Chain: e.Chain,
			OuterShared: e.Kind&OuterShared != 0, InnerShared: e.Kind&InnerShared != 0}
		if e.local != nil {
			r.Func = e.local.fn
			r.Here = e.local.at
		} else if e == culprit {
			r.Here = a.importOf(e)
		}
		out.Edges = append(out.Edges, r)
	}
	out.Range, out.Func = out.Edges[0].Here, out.Edges[0].Func
	return out
}

// importOf is where this package imports the one that an edge is known from.
func (a *unit) importOf(e *ringEdge) Range {
	for _, f := range a.pass.Files {
		for _, spec := range f.Imports {
			for _, i := range e.from {
				if path, err := strconv.Unquote(spec.Path.Value); err == nil && path == a.imports.edgesFrom[i] {
					return Range{spec.Pos(), spec.End()}
				}
			}
		}
	}
	name := a.pass.Files[0].Name
	return Range{name.Pos(), name.End()}
}
