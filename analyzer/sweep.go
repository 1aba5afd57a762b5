package analyzer

import (
	"cmp"
	"slices"
	"strconv"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// sweep runs a call in a loop of what lies in a container, if that is several
// functions, or values with a method, that do nothing but give up locks. In each turn it may be any of
// them, and so it would seem that the loop could leave some out; they are all
// called in one go. They are called in the order of the loop; where that is
// not known, those come first that lie within others.
func (x *exec) sweep(s *state, cs callSite, v ssa.Value, method string) ([]*state, bool) {
	load, ok := v.(*ssa.UnOp)
	if !ok || !x.code.cyclic[load.Block().Index] {
		return nil, false
	}
	at, ok := load.X.(*ssa.IndexAddr)
	if !ok {
		return nil, false
	}
	if _, ok := at.Index.(*ssa.Const); ok {
		return nil, false
	}
	targets, ok := x.closers(s, x.container(s, at.X), method, climbs(at.Index))
	if !ok {
		return nil, false
	}
	states := []*state{s}
	for _, c := range targets {
		var next []*state
		for _, t := range states {
			next = append(next, x.run1(t, cs, c)...)
		}
		states = x.dedupe(next)
	}
	return states, true
}

// closers returns the functions in a container, two at least, if all they do
// is to give up locks: in the order in which a loop meets them that goes up,
// or down.
func (x *exec) closers(s *state, container *lockset.Value, method string, up bool) ([]callee, bool) {
	type element struct {
		index int
		c     callee
	}
	var found []element
	known := true
	for _, m := range s.mem {
		if m.place.Op != lockset.OpElem || m.place.Args[0] != container {
			continue
		}
		c, ok := x.a.calleeOfValue(m.val, nil)
		if method != "" && m.val.Op == lockset.OpIface {
			c, ok = x.a.methodOf(m.val, method, nil)
		}
		if !ok || !x.onlyGivesUp(c) {
			return nil, false
		}
		i, err := strconv.Atoi(m.place.Args[1].Aux)
		known = known && err == nil && isConst(m.place.Args[1])
		found = append(found, element{i, c})
	}
	if len(found) < 2 {
		return nil, false
	}
	if known {
		slices.SortFunc(found, func(a, b element) int {
			if up {
				return cmp.Compare(a.index, b.index)
			}
			return cmp.Compare(b.index, a.index)
		})
	}
	var out []callee
	for _, e := range found {
		out = append(out, e.c)
	}
	if !known {
		x.innerFirst(out)
	}
	return out, true
}

// onlyGivesUp reports whether a function without parameters does nothing to
// locks but to give some up.
func (x *exec) onlyGivesUp(c callee) bool {
	sum := x.effectsOf(c)
	if sum == nil || slices.ContainsFunc(sum.events, func(e *event) bool { return e.kind != evRelease }) {
		return false
	}
	return slices.ContainsFunc(sum.exits, func(e *exit) bool { return len(e.freed) > 0 }) &&
		!slices.ContainsFunc(sum.exits, func(e *exit) bool { return len(e.held) > 0 })
}

// innerFirst puts functions that give up what others lie within behind the
// rest: the order in which a container is emptied that was filled bit by bit
// is not followed, and gets the benefit of the doubt.
func (x *exec) innerFirst(targets []callee) {
	outer := func(c callee) int {
		sum := x.effectsOf(c)
		if sum == nil {
			return 0
		}
		for _, e := range sum.exits {
			if slices.ContainsFunc(e.freed, func(f freed) bool { return x.a.isOuter(f.class) }) {
				return 1
			}
		}
		return 0
	}
	slices.SortStableFunc(targets, func(a, b callee) int { return outer(a) - outer(b) })
}

// climbs reports whether a loop variable grows from turn to turn.
func climbs(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.BinOp:
		return steps(v)
	case *ssa.Phi:
		return slices.ContainsFunc(v.Edges, func(e ssa.Value) bool {
			b, ok := e.(*ssa.BinOp)
			return ok && b.X == v && steps(b)
		})
	}
	return false
}
