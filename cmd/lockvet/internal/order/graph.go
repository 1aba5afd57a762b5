// Package order shows the order in which a program takes its locks beside the
// order that its directives declare: as text, as a DOT graph and as an SVG
// picture. It draws edges; finding them is the analyzers' work.
package order

import (
	"cmp"
	"maps"
	"slices"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// A Kind says how an edge of the code stands to the declared order.
type Kind int

// The kinds, the worst last.
const (
	Kept       Kind = iota // declared, and taken so
	Unseen                 // declared, and not seen in the code
	Undeclared             // seen, and in no contradiction to a directive
	Violation              // seen, and the reverse is declared
)

func (k Kind) String() string {
	return [...]string{"kept", "unseen", "undeclared", "violation"}[k]
}

// An Edge is a pair of classes: Inner is taken while Outer is held.
type Edge struct {
	report.Edge
	Kind Kind
}

// A Graph holds the classes and the edges between them, sorted by name. An
// edge from a class to itself is two locks of one class held together.
type Graph struct {
	Classes []string
	Edges   []Edge
}

// New returns the graph of the edges of a run, which may name a pair only once.
func New(edges []report.Edge) *Graph {
	declared := relation{}
	classes := map[string]bool{}
	for _, e := range edges {
		classes[e.Outer], classes[e.Inner] = true, true
		if e.Declared && e.Outer != e.Inner {
			declared.add(e.Outer, e.Inner)
		}
	}
	g := &Graph{Classes: slices.Sorted(maps.Keys(classes))}
	for _, e := range edges {
		g.Edges = append(g.Edges, Edge{Edge: e, Kind: kind(e, declared)})
	}
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.Outer, b.Outer), cmp.Compare(a.Inner, b.Inner))
	})
	return g
}

func kind(e report.Edge, declared relation) Kind {
	switch {
	case e.Count == 0:
		return Unseen
	case e.Outer == e.Inner:
		return Undeclared
	case declared.reaches(e.Inner, e.Outer):
		return Violation
	case e.Declared || declared.reaches(e.Outer, e.Inner):
		return Kept
	}
	return Undeclared
}

// A relation maps a class to the classes directly inside it, sorted.
type relation map[string][]string

func (r relation) add(outer, inner string) {
	if i, found := slices.BinarySearch(r[outer], inner); !found {
		r[outer] = slices.Insert(r[outer], i, inner)
	}
}

// reaches reports whether a chain of one or more edges leads from a to b.
func (r relation) reaches(a, b string) bool {
	seen := map[string]bool{}
	var walk func(string) bool
	walk = func(n string) bool {
		for _, next := range r[n] {
			if next == b {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if walk(next) {
					return true
				}
			}
		}
		return false
	}
	return walk(a)
}

// rings returns the pairs that lie on a ring of edges, violations left aside.
func (g *Graph) rings() map[[2]string]bool {
	all := relation{}
	for _, e := range g.Edges {
		if e.Kind != Violation && e.Outer != e.Inner {
			all.add(e.Outer, e.Inner)
		}
	}
	out := map[[2]string]bool{}
	for outer, inners := range all {
		for _, inner := range inners {
			if all.reaches(inner, outer) {
				out[[2]string{outer, inner}] = true
			}
		}
	}
	return out
}

// Directives returns the "//lockvet:order" lines for the order that the code
// already keeps, and the pairs that it does not keep, which no line states:
// those that contradict a directive and those that lie on a ring. What
// follows from the other lines, or is declared already, is left out.
func (g *Graph) Directives() (written []string, unkept []Edge) {
	rings := g.rings()
	keeps, known := relation{}, relation{}
	for _, e := range g.Edges {
		switch {
		case e.Outer == e.Inner:
		case e.Kind == Violation || rings[[2]string{e.Outer, e.Inner}]:
			if e.Count > 0 {
				unkept = append(unkept, e)
			}
		default:
			keeps.add(e.Outer, e.Inner)
		}
		if e.Declared && e.Outer != e.Inner {
			known.add(e.Outer, e.Inner)
		}
	}
	missing := reduce(keeps)
	for outer, inners := range missing {
		missing[outer] = slices.DeleteFunc(inners, func(inner string) bool { return known.reaches(outer, inner) })
	}
	for _, chain := range chains(missing) {
		line := "//lockvet:order"
		for _, c := range chain {
			line += " " + c
		}
		written = append(written, line)
	}
	return written, unkept
}

// reduce returns the least relation with the same chains. The relation must
// have no ring.
func reduce(r relation) relation {
	out := relation{}
	for _, outer := range slices.Sorted(maps.Keys(r)) {
		for _, inner := range r[outer] {
			indirect := slices.ContainsFunc(r[outer], func(mid string) bool { return mid != inner && r.reaches(mid, inner) })
			if !indirect {
				out.add(outer, inner)
			}
		}
	}
	return out
}

// chains covers every edge of a relation by chains, each edge once, the
// longest first from the names that come first. It takes the edges out of r.
func chains(r relation) [][]string {
	var out [][]string
	for {
		var best []string
		for _, start := range slices.Sorted(maps.Keys(r)) {
			if c := longest(r, start); len(c) > len(best) {
				best = c
			}
		}
		if len(best) < 2 {
			return out
		}
		for i := range len(best) - 1 {
			r[best[i]] = slices.DeleteFunc(r[best[i]], func(n string) bool { return n == best[i+1] })
		}
		out = append(out, best)
	}
}

// longest returns the longest chain from a class; the first of equals.
func longest(r relation, start string) []string {
	memo := map[string][]string{}
	var walk func(string) []string
	walk = func(n string) []string {
		if c, ok := memo[n]; ok {
			return c
		}
		var best []string
		for _, next := range r[n] {
			if c := walk(next); len(c) > len(best) {
				best = c
			}
		}
		memo[n] = append([]string{n}, best...)
		return memo[n]
	}
	return walk(start)
}
