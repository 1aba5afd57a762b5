package analyzer

import (
	"strconv"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// iter.Pull turns an iterator into a function that runs it up to its next
// yield. Between two calls the iterator stands still, and holds what it holds
// where it yields, until it is run to its end or stopped.
const (
	pulled = "pull" // the next function of an iterator
	halt   = "halt" // its stop function
)

// pull runs a call of the next or the stop function of an iterator.
func (x *exec) pull(s *state, cs callSite, fn *lockset.Value) ([]*state, bool) {
	if fn.Op != lockset.OpSum || fn.Aux != pulled && fn.Aux != halt {
		return nil, false
	}
	own := x.t.Sum(pulled, fn.Args[0])
	s.held = s.held.Without(func(l lockset.Lock) bool { return l.Guard == own })
	if fn.Aux == halt {
		return []*state{s}, true
	}
	c, ok := x.a.calleeOfValue(fn.Args[0], []*lockset.Value{x.t.Unknown})
	if !ok {
		return nil, false
	}
	out := x.yields(s, cs, c, own)
	ended := cs
	ended.result = nil
	for _, t := range x.run1(s, ended, c) {
		x.pullResults(t, cs, nil, false)
		out = append(out, t)
	}
	return x.dedupe(out), true
}

// yields returns the states in which the iterator c stands still, at each of
// the calls of its parameter.
func (x *exec) yields(s *state, cs callSite, c callee, own *lockset.Value) []*state {
	sum := x.effectsOf(c)
	if sum == nil {
		return nil
	}
	sub := x.substitution(s, cs, c)
	var out []*state
	for _, ev := range sum.events {
		if ev.kind != evCall || ev.method != "" || ev.fn.Op != lockset.OpParam || ev.fn.N != 0 {
			continue
		}
		t, ok := x.under(s, ev.guard, sub)
		if !ok {
			continue
		}
		t = t.clone()
		for i, l := range ev.held {
			for _, l := range x.heldInCallee(s, cs, c, ev, i, subLock(l, sub)) {
				l.Guard, l.Flags = own, l.Flags|lockset.Handed
				t.held = t.held.Add(l)
			}
		}
		var args []*lockset.Value
		for _, a := range ev.args {
			args = append(args, sub(a))
		}
		x.pullResults(t, cs, args, true)
		out = append(out, t)
	}
	return out
}

// pullResults gives a call of next its results: what was yielded, and whether
// anything was.
func (x *exec) pullResults(s *state, cs callSite, args []*lockset.Value, more bool) {
	if cs.result == nil {
		return
	}
	n := cs.common.Signature().Results().Len()
	vals := make([]*lockset.Value, n)
	for i := range vals {
		vals[i] = x.t.Site(x.siteNumber(cs), "r"+itoa(i))
		if i < len(args) && (isNilValue(args[i]) || args[i].Op == lockset.OpIface) {
			vals[i] = args[i]
		}
	}
	vals[n-1] = x.t.Const(strconv.FormatBool(more))
	x.bind(s, cs.result, x.t.Tuple(vals...))
}
