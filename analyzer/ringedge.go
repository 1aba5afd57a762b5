package analyzer

import (
	"cmp"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Edges
//
// An edge says that a lock of one class was waited for while one of another
// class was held. It carries all that was held besides: two edges with a lock
// in common are never walked at the same time, so the common lock, the gate,
// keeps a ring from closing (Havelund 2000, "Using runtime analysis to guide
// model checking of Java programs"). What a function's callers hold at every
// one of their calls counts as a gate too, and so does what the function gives
// up on all its ways without having taken it. A gate must be one lock, and not one
// of its class: where both locks of an edge are package variables, of which
// there is one each, a lock in some object is no gate, since there may be
// another object. Where they lie in objects, a gate in an object is taken to
// belong to them.
//
// Of one pair of classes a few edges are kept, those with the fewest gates: an
// edge with more of them closes no ring that the other does not.

// An EdgeFact is one step of the order that the code shows: Inner was waited
// for somewhere while Outer was held.
type EdgeFact struct {
	Outer, Inner string
	Gates        []string // what else was held, sorted; a shared lock begins with sharedMark
	Kind         EdgeKind
	Func         string // "expunge.Run"
	OuterPos     string // "dir/file.go:25"
	InnerPos     string
	Chain        []Hop // from Func to the acquisition
}

// An EdgeKind says how the two locks of an edge were asked for.
type EdgeKind uint8

// The bits of an EdgeKind.
const (
	OuterShared EdgeKind = 1 << iota // the lock held is held shared
	InnerShared                      // the lock wanted is wanted shared
	OuterImplied
	InnerImplied
)

// sharedMark begins the name of a gate that is held shared: it keeps out
// writers, but not another reader.
const sharedMark = "~"

// maxEdges is how many edges of one pair of classes are kept.
const maxEdges = 4

func (e *EdgeFact) pair() string { return e.Outer + "|" + e.Inner }

// compareEdges puts the edges of a pair in order, the freest first.
func compareEdges(a, b *EdgeFact) int {
	return cmp.Or(
		cmp.Compare(a.Outer, b.Outer), cmp.Compare(a.Inner, b.Inner),
		cmp.Compare(len(a.Gates), len(b.Gates)), cmp.Compare(a.Kind, b.Kind), slices.Compare(a.Gates, b.Gates),
		cmp.Compare(len(a.Chain), len(b.Chain)), cmp.Compare(a.InnerPos, b.InnerPos), cmp.Compare(a.OuterPos, b.OuterPos),
		cmp.Compare(a.Func, b.Func), slices.CompareFunc(a.Chain, b.Chain, compareHops),
	)
}

// covers reports whether every ring that b closes is closed by e too: e has no
// gate that b has not, and is no weaker.
func (e *EdgeFact) covers(b *EdgeFact) bool {
	const shared = OuterShared | InnerShared
	if e.Kind&shared&^b.Kind != 0 {
		return false
	}
	for _, g := range e.Gates {
		if !slices.Contains(b.Gates, g) && (!strings.HasPrefix(g, sharedMark) || !slices.Contains(b.Gates, g[len(sharedMark):])) {
			return false
		}
	}
	return true
}

// freest sorts edges and drops those that others of their pair cover.
func freest[E interface{ fact() *EdgeFact }](edges []E) []E {
	slices.SortStableFunc(edges, func(a, b E) int { return compareEdges(a.fact(), b.fact()) })
	var out []E
	start := 0 // of the pair in out
	for _, e := range edges {
		if len(out) > 0 && out[len(out)-1].fact().pair() != e.fact().pair() {
			start = len(out)
		}
		kept := out[start:]
		if len(kept) < maxEdges && !slices.ContainsFunc(kept, func(o E) bool { return o.fact().covers(e.fact()) }) {
			out = append(out, e)
		}
	}
	return out
}

func (e *EdgeFact) fact() *EdgeFact { return e }

// uniqueEdges returns the freest edges of es, sorted.
func uniqueEdges(es []EdgeFact) []EdgeFact {
	ptrs := make([]*EdgeFact, len(es))
	for i := range es {
		ptrs[i] = &es[i]
	}
	var out []EdgeFact
	for _, e := range freest(ptrs) {
		out = append(out, *e)
	}
	return out
}

// A localEdge is an edge of the package under analysis.
type localEdge struct {
	EdgeFact
	fn    string // what this package calls the function
	at    Range  // where the inner lock is asked for
	met   bool   // what this package hands over asks for it, in the function of another package
	count int    // places that take the two classes this way round
	test  bool   // its place is in a test
}

type stepKey struct {
	outer, inner string
	pos          token.Pos
	gates        string
	kind         EdgeKind
}

// orderStep notes that w is waited for while held is held, as the edges that this
// adds to the order. A lock that nobody else can see is no part of any.
func (x *exec) orderStep(s *state, cs callSite, w wanted, key *lockset.Value, held lockset.Set) {
	if w.try || cs.guess || w.class == "" || len(held) == 0 || w.plain && x.unseen(s, key) {
		return
	}
	sure := x.sure(s, held)
	for _, l := range sure {
		if l.Class == w.class || !l.Is(lockset.Implied) && !w.implied {
			continue
		}
		k := stepKey{outer: l.Class, inner: w.class, pos: cs.pos}
		k.kind = edgeKind(x.mode(s, l.Mode, l.ModeBy), w.mode, l.Is(lockset.Implied), w.implied)
		keepers := sure
		only := isUnique(l.Key) && isUnique(key)
		if only {
			keepers = slices.DeleteFunc(slices.Clone(sure), func(l lockset.Lock) bool { return !isUnique(l.Key) })
		}
		gates := x.gates(s, keepers, l.Class, w.class)
		k.gates = strings.Join(gates, ",")
		freed := freedClasses(s.freed, w.freed)
		old := x.record.steps[k]
		if old != nil {
			freed = sortedUnion(freed, old.freed)
			old.freed = freed
		}
		if old == nil || w.chain.less(old.chain) {
			x.record.steps[k] = &stepRec{cs: cs, gates: gates, freed: freed, outer: x.takenAt(l).last().pos, chain: w.chain, unique: only}
		}
	}
}

// edgeKind returns the kind of an edge from a lock to another.
func edgeKind(outer, inner lockmodel.Mode, outerImplied, innerImplied bool) EdgeKind {
	var k EdgeKind
	if outer == lockmodel.Shared {
		k |= OuterShared
	}
	if inner == lockmodel.Shared {
		k |= InnerShared
	}
	if outerImplied {
		k |= OuterImplied
	}
	if innerImplied {
		k |= InnerImplied
	}
	return k
}

// freedClasses returns the classes of the locks of callers that were given up.
func freedClasses(lists ...[]freed) []string {
	var out []string
	for _, list := range lists {
		for _, f := range list {
			out = append(out, f.class)
		}
	}
	return sortedUnion(out, nil)
}

func sortedUnion(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// entryGates returns the gates that a place in the function has from its
// callers: what they are known to hold, and what the function gives up on all
// its ways. A lock that may have been given up by then is none.
func (x *exec) entryGates(callers, freed []string) []string {
	var own []string
	for i, e := range x.sum.exits {
		if classes := freedClasses(e.freed); i == 0 {
			own = classes
		} else {
			own = slices.DeleteFunc(own, func(class string) bool { return !slices.Contains(classes, class) })
		}
	}
	out := slices.Clone(callers)
	for _, class := range own {
		if !slices.Contains(callers, class) {
			out = append(out, sharedMark+class) // how it is held is not known
		}
	}
	out = slices.DeleteFunc(out, func(g string) bool { return slices.Contains(freed, strings.TrimPrefix(g, sharedMark)) })
	return sortedUnion(out, nil)
}

// sure returns the locks of held that are held for certain and that others may
// wait for.
func (x *exec) sure(s *state, held lockset.Set) []lockset.Lock {
	var out []lockset.Lock
	for _, l := range held {
		if l.Class != "" && !l.Is(lockset.Given) && !l.Is(lockset.Maybe) && !(l.Is(lockset.Plain) && x.unseen(s, l.Key)) {
			out = append(out, l)
		}
	}
	return out
}

// A stepRec is an edge as one function shows it.
type stepRec struct {
	cs    callSite
	gates []string
	freed []string // classes of locks of the callers that may have been given up by then
	outer string
	chain *hop
	// unique: both locks are package variables.
	unique bool
}

// isUnique reports whether a key is a package variable, or lies in one: there
// is only one such lock.
func isUnique(key *lockset.Value) bool {
	for key != nil && (key.Op == lockset.OpField || key.Op == lockset.OpAddr) {
		key = key.Args[0]
	}
	return key != nil && key.Op == lockset.OpGlobal
}

// gates names what of held keeps others out, besides two classes.
func (x *exec) gates(s *state, held []lockset.Lock, but ...string) []string {
	var out []string
	for _, l := range held {
		if isUnique(l.Key) {
			x.a.uniques[l.Class] = true
		}
		if slices.Contains(but, l.Class) {
			continue
		}
		g := l.Class
		if x.mode(s, l.Mode, l.ModeBy) == lockmodel.Shared {
			g = sharedMark + g
		}
		out = append(out, g)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// An under is what is held at all calls of a function, and which locks of the
// callers of the calling function may have been given up before.
type under struct{ gates, freed []string }

// calledUnder notes what is held at a call of a function of this package: what
// is held at all its calls are gates of what it does.
func (x *exec) calledUnder(s *state, fn *ssa.Function) {
	if !x.a.infer || fn == nil {
		return
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	u := under{x.gates(s, x.sure(s, s.held)), freedClasses(s.freed)}
	if old, ok := x.record.under[fn]; ok {
		u = under{bothGates(old.gates, u.gates), sortedUnion(old.freed, u.freed)}
	}
	x.record.under[fn] = u
}

// bothGates returns the gates that are in a and in b, shared if they are so in
// one of them.
func bothGates(a, b []string) []string {
	var out []string
	for _, g := range a {
		name := strings.TrimPrefix(g, sharedMark)
		switch {
		case slices.Contains(b, name):
			out = append(out, g)
		case slices.Contains(b, sharedMark+name):
			out = append(out, sharedMark+name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// entryGates returns, for each function of the package that only the package
// itself calls, what all its callers hold: the greatest fixpoint of what is
// held at its calls and what its callers were called under.
func (a *unit) entryGates() map[*ssa.Function][]string {
	if a.entered != nil {
		return a.entered
	}
	callers := make(map[*ssa.Function][]*ssa.Function)
	for _, f := range a.funcs {
		if x := a.execs[f]; x != nil {
			for fn := range x.record.under {
				callers[fn] = append(callers[fn], f) // in order of a.funcs
			}
		}
	}
	gates := make(map[*ssa.Function][]string)
	known := make(map[*ssa.Function]bool) // not known: everything, so far
	for changed := true; changed; {
		changed = false
		for _, f := range a.funcs {
			var all []string
			called := false
			if !a.isRoot(f) {
				for _, c := range callers[f] {
					if !a.isRoot(c) && len(callers[c]) > 0 && !known[c] {
						continue
					}
					u := a.execs[c].record.under[f]
					at := sortedUnion(u.gates, a.execs[c].entryGates(gates[c], u.freed))
					if called {
						at = bothGates(all, at)
					}
					all, called = at, true
				}
				if !called && len(callers[f]) > 0 {
					continue // only from itself, so far
				}
			}
			if !known[f] || !slices.Equal(gates[f], all) {
				known[f], gates[f], changed = true, all, true
			}
		}
	}
	a.entered = gates
	return gates
}

// localEdges returns the edges that the functions of this package add.
func (a *unit) localEdges() []*localEdge {
	entry := a.entryGates()
	counts := make(map[string]map[token.Pos]bool)
	out := slices.Clone(a.met)
	for _, f := range a.funcs {
		x := a.execs[f]
		if x == nil {
			continue
		}
		for k, r := range x.record.steps {
			e := &localEdge{fn: displayName(f, a.pkg), at: a.rangeOf(r.cs)}
			e.test = strings.HasSuffix(a.pass.Fset.Position(e.at.Pos).Filename, "_test.go")
			e.EdgeFact = EdgeFact{
				Outer: k.outer, Inner: k.inner, Kind: k.kind, Func: qualified(x), OuterPos: r.outer,
				InnerPos: a.place(k.pos), Chain: shortChain(hops(r.chain)),
			}
			if n := len(e.Chain); n > 0 {
				e.InnerPos = e.Chain[n-1].Pos
			}
			for i, g := range slices.Concat(r.gates, x.entryGates(entry[f], r.freed)) {
				name := strings.TrimPrefix(g, sharedMark)
				if r.unique && i >= len(r.gates) && !a.uniques[name] {
					continue
				}
				if name != e.Outer && name != e.Inner {
					e.Gates = append(e.Gates, g)
				}
			}
			slices.Sort(e.Gates)
			e.Gates = slices.Compact(e.Gates)
			if counts[e.pair()] == nil {
				counts[e.pair()] = make(map[token.Pos]bool)
			}
			counts[e.pair()][k.pos] = true
			out = append(out, e)
		}
	}
	for _, e := range out {
		e.count = max(len(counts[e.pair()]), 1)
	}
	slices.SortFunc(out, func(a, b *localEdge) int {
		return cmp.Or(compareEdges(&a.EdgeFact, &b.EdgeFact), cmp.Compare(a.at.Pos, b.at.Pos))
	})
	tests, others := slices.Clone(out), out
	tests = slices.DeleteFunc(tests, func(e *localEdge) bool { return !e.test })
	others = slices.DeleteFunc(others, func(e *localEdge) bool { return e.test })
	return append(freest(others), freest(tests)...) // no test stands in for what it tests
}

// shortChain keeps of a witness what a fact keeps: the first calls and the last.
func shortChain(chain []Hop) []Hop {
	if len(chain) <= maxHops {
		return chain
	}
	return append(slices.Clone(chain[:maxHops-1]), chain[len(chain)-1])
}
