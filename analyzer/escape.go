package analyzer

import (
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// escape judges a function that is put where callers come by who are not seen:
// a handler that is registered, returned or stored. It is looked at as a root
// of its own, like every function; but what it has captured is known only
// here: the handler that another one wraps. So what it calls of that is judged
// here, under what it holds itself. Whoever lets it go does not call it.
func (x *exec) escape(s *state, cs callSite, v *lockset.Value) {
	for v.Op == lockset.OpIface {
		v = v.Args[0] // a method of a function type
	}
	if v.Op != lockset.OpFunc || x.silent || !x.wraps(s, v) {
		return
	}
	c, ok := x.a.calleeOfValue(v, nil)
	if !ok {
		return
	}
	sum := x.effectsOf(c)
	if sum == nil || !slices.ContainsFunc(sum.events, func(e *event) bool { return e.kind == evCall }) {
		return
	}
	alone := s.clone()
	alone.held = nil
	cs.part, cs.result, cs.through = acquireOnly, nil, nil
	x.silent = true
	x.applyEvents(alone, cs, c, sum, x.substitution(alone, cs, c))
	x.silent = false
}

// wraps reports whether a function has captured another one, and whether this
// package has a part in it: elsewhere it is judged there.
func (x *exec) wraps(s *state, fn *lockset.Value) bool {
	wraps, ours := false, false
	var look func(v *lockset.Value, depth int)
	look = func(v *lockset.Value, depth int) {
		for v.Op == lockset.OpIface {
			v = v.Args[0]
		}
		if v.Op != lockset.OpFunc || depth > maxCallbacks {
			return
		}
		wraps = wraps || depth > 0
		ours = ours || x.a.local[v.Aux] != nil
		for _, c := range v.Args {
			look(c, depth+1)
			if held := x.lookup(s, x.t.Deref(c)); held != c {
				look(held, depth+1)
			}
		}
	}
	look(fn, 0)
	return wraps && ours
}
