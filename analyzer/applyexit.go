package analyzer

import (
	"go/types"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// applyExit runs one way out of a callee on s, which it owns; it reports
// whether that way is possible.
func (x *exec) applyExit(s *state, cs callSite, c callee, e *exit, sub func(*lockset.Value) *lockset.Value) bool {
	x.spend(1)
	if !x.holds(s, e.guard, sub) {
		return false
	}
	// All values are read before anything is written.
	fs := x.subFreed(s, cs, e.freed, sub)
	var held []lockset.Lock
	for i, l := range e.held {
		for _, l := range x.withClass(s, cs, subLock(l, sub)) {
			if l.Is(lockset.Plain) && ofNil(l.Key) {
				continue
			}
			if x.isBodyOf(c) && i < len(e.heldIn) {
				in := e.heldIn[i]
				l.Site = x.acquisition(in.site, l.Class, in.chain, c.key, in.keys)
			} else {
				chain := e.heldAt[i]
				if !x.synthetic(c) {
					chain = newHop(c.name, x.a.place(cs.pos), chain)
				}
				l.Site = x.acquisition(cs, l.Class, chain, c.key+itoa(i), nil)
			}
			held = append(held, l)
		}
	}
	type pair struct{ place, val *lockset.Value }
	var writes []pair
	made := x.madeContainers(e, sub)
	for _, w := range e.writes {
		p := pair{x.subPlace(w.place, sub), sub(w.val)}
		if w.place.Op == lockset.OpElem {
			if c := made[w.place.Args[0]]; c != nil {
				p.place = x.t.Elem(c, sub(w.place.Args[1]))
				writes = append(writes, pair{c, c}) // it is there now
			}
		}
		if c := made[w.val]; c != nil {
			p.val = c
		}
		writes = append(writes, p)
	}
	var results []*lockset.Value
	for _, r := range e.results {
		results = append(results, sub(r))
	}
	for _, f := range e.guard {
		if !x.assume(s, sub(f.Cond), f.True) {
			return false
		}
	}
	if !x.choosesAgain(s, cs, c, results) {
		return false
	}
	for _, f := range fs {
		if x.free(s, f) {
			x.freedAt[f.class] = max(x.freedAt[f.class], cs.pos)
		}
	}
	for _, l := range held {
		s.held = s.held.Add(l)
		x.took[l.Guard] = l.Guard != nil
	}
	for _, w := range writes { // the whole before its parts
		if rest(w.place, w.val) {
			x.writeBack(s, w.place, w.val)
		}
	}
	for _, w := range writes {
		if !rest(w.place, w.val) {
			x.writeBack(s, w.place, w.val)
		}
	}
	for _, h := range e.handed {
		x.handOver(s, sub(h))
	}
	for _, f := range e.facts {
		var ok bool
		if s.facts, ok = x.t.Assume(s.facts, sub(f.Cond), f.True); !ok {
			return false
		}
	}
	for _, g := range e.started {
		sp := spawned{instr: cs.instr, fn: sub(g.fn)}
		for _, a := range g.args {
			sp.args = append(sp.args, sub(a))
		}
		for _, h := range g.handles {
			sp.handles = append(sp.handles, sub(h))
		}
		x.started(s, sp)
	}
	for _, d := range e.defers {
		q := deferred{instr: d.instr, fn: sub(d.fn)}
		for _, a := range d.args {
			q.args = append(q.args, sub(a))
		}
		s.queue(q)
	}
	x.setResults(s, cs, results)
	return true
}

// withClass returns the locks that a callee holds as l, which the callee may have
// been given without knowing their classes.
func (x *exec) withClass(s *state, cs callSite, l lockset.Lock) []lockset.Lock {
	if l.Class != "" {
		return []lockset.Lock{l}
	}
	if l.Key == nil {
		return nil
	}
	out := x.locksOf(s, cs, l.Key, l.Mode)
	for i := range out {
		out[i].Guard, out[i].Via, out[i].Flags = l.Guard, l.Via, out[i].Flags|l.Flags
	}
	return out
}

// choosesAgain reports whether a call can have these results, in view of what an
// earlier call of the function with the same arguments has returned: one that
// chooses a mode by a name chooses the same by the same name. Which conditions
// it has for that are known only as far as they are no alternatives.
func (x *exec) choosesAgain(s *state, cs callSite, c callee, results []*lockset.Value) bool {
	if cs.common == nil || cs.result == nil || len(c.args) == 0 {
		return true
	}
	sig := cs.common.Signature()
	for p := range sig.Params().Variables() {
		if _, basic := p.Type().Underlying().(*types.Basic); !basic {
			return true // what it points to may have changed
		}
	}
	if sig.Recv() != nil || len(c.caps) > 0 {
		return true
	}
	for i, r := range results {
		if !isConst(r) || !isChoice(sig.Results().At(i).Type()) {
			continue
		}
		chosen := x.t.Sum("chosen:"+c.key+"#"+itoa(i), c.args...)
		if !x.assume(s, x.t.Equal(chosen, r), true) {
			return false
		}
	}
	return true
}

// madeContainers names the containers that were nil here before the callee
// appended to them: by the place that holds them.
func (x *exec) madeContainers(e *exit, sub func(*lockset.Value) *lockset.Value) map[*lockset.Value]*lockset.Value {
	var made map[*lockset.Value]*lockset.Value
	for _, w := range e.writes {
		if w.place.Op != lockset.OpElem {
			continue
		}
		if c := w.place.Args[0]; isPlace(c) && isNilValue(sub(c)) {
			if made == nil {
				made = map[*lockset.Value]*lockset.Value{}
			}
			made[c] = x.subPlace(c, sub)
		}
	}
	return made
}

func (x *exec) writeBack(s *state, place, val *lockset.Value) {
	switch place.Op {
	case lockset.OpElem:
		x.store(s, place, val)
	case lockset.OpField, lockset.OpDeref, lockset.OpGlobal:
		x.keepCopies(s, place, nil)
		s.regained(place, val)
		s.put(place, val)
	}
}

// regained forgets what the function was given in a place where a guard is put
// that it has taken itself.
func (s *state) regained(place, val *lockset.Value) {
	if place.Op != lockset.OpField || !slices.ContainsFunc(s.held, func(l lockset.Lock) bool { return l.Guard == val && !l.Is(lockset.Given) }) {
		return
	}
	s.held = s.held.Without(func(l lockset.Lock) bool { return l.Guard == place && l.Is(lockset.Given) })
}

// setResults gives the call its results.
func (x *exec) setResults(s *state, cs callSite, vals []*lockset.Value) {
	if cs.result == nil || len(vals) == 0 {
		return
	}
	if len(vals) == 1 && cs.common.Signature().Results().Len() == 1 {
		x.bind(s, cs.result, vals[0])
		return
	}
	x.bind(s, cs.result, x.t.Tuple(vals...))
}
