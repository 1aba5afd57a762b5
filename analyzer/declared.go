package analyzer

import (
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// effectsOf returns the summary of a callee that is called back or waited for;
// for one that directives describe, it is made from them.
func (x *exec) effectsOf(c callee) *summary {
	spec := x.a.model.Funcs[c.key]
	if spec != nil && declares(spec) && c.obj != nil {
		return x.specSummary(c, spec)
	}
	sum, known := x.a.summaryFor(c)
	if sum == nil && !known {
		return nil
	}
	return sum
}

// specExits states what a function leaves behind according to its directives,
// seen by somebody who is not given its results.
func (x *exec) specExits(own callee, spec *lockmodel.Func) []*exit {
	done := &exit{}
	fails := false
	cs := callSite{}
	for _, e := range spec.Effects {
		switch {
		case e.Kind == lockmodel.Release:
			keys := x.keysOf(&state{}, own, e)
			switch {
			case len(keys) > 0:
				done.freed = append(done.freed, freed{class: e.Class, key: keys[0]})
			case own.obj.Signature().Recv() != nil && len(own.args) > 0:
				done.freed = append(done.freed, freed{class: e.Class, guard: own.args[0]})
			default:
				done.freed = append(done.freed, freed{class: e.Class})
			}
		case e.Kind == lockmodel.Acquire && e.During == nil && e.Guard.Kind != lockmodel.GuardResult:
			guard, _ := x.holder(cs, own, e.Guard)
			mode, by := x.modeOf(&state{}, own, e)
			l := lockset.Lock{Class: e.Class, Mode: mode, ModeBy: by, Guard: guard, Flags: lockset.Handed}
			keys := x.keysOf(&state{}, own, e)
			if len(keys) == 0 {
				keys = append(keys, nil)
			}
			for _, l.Key = range keys {
				done.held = append(done.held, l)
				done.heldAt = append(done.heldAt, newHop(own.obj.Name(), "", nil))
			}
			fails = true
		}
	}
	if fails { // it may have failed
		return []*exit{{}, done}
	}
	return []*exit{done}
}

// specSummary states directives as a summary: what a call of the function asks
// for, seen by somebody who is given it as a value.
func (x *exec) specSummary(c callee, spec *lockmodel.Func) *summary {
	own := callee{obj: c.obj}
	for i := range len(c.args) {
		own.args = append(own.args, x.t.Param(i))
	}
	empty := &state{}
	sum := &summary{exits: x.specExits(own, spec)}
	for _, e := range spec.Effects {
		ev := &event{class: e.Class, try: e.Try, ordered: e.Ordered, chain: newHop(c.obj.Name(), "", nil)}
		switch e.Kind {
		case lockmodel.Acquire:
			ev.kind = evAcquire
		case lockmodel.Require:
			ev.kind = evRequire
		default:
			continue
		}
		if e.Try {
			continue
		}
		ev.mode, ev.by = x.modeOf(empty, own, e)
		keys := x.keysOf(empty, own, e)
		if len(keys) == 0 {
			keys = []*lockset.Value{nil}
		}
		for _, k := range keys {
			ev := *ev
			ev.key = k
			sum.events = append(sum.events, &ev)
		}
	}
	return sum
}
