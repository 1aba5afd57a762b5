package analyzer

import (
	"encoding/binary"
	"go/token"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// maxCallbacks is how many callbacks are followed one inside the other: what a
// callee is given may itself call what it is given, and so on round a circle.
const maxCallbacks = 5

// callEvent settles an event of a callee that calls what the callee was given.
// sub translates the callee's values; s is the state at the call, less what
// the callee has given up by then. It returns the callbacks that leave
// something behind.
func (x *exec) callEvent(s *state, cs callSite, c callee, ev *event, sub func(*lockset.Value) *lockset.Value) []callback {
	d := dynamic{fn: sub(ev.fn), method: ev.method, target: ev.target, name: ev.chain.name}
	for _, a := range ev.args {
		d.args = append(d.args, sub(a))
	}
	inner := s.clone()
	inner.held = x.without(s, x.subFreed(ev.freed, sub))
	for i, l := range ev.held {
		inner.held = inner.held.Add(x.heldInCallee(cs, c, ev, i, l, sub))
	}
	targets, ok := x.resolve(s, d)
	switch {
	case ok:
	case d.fn.Rooted() && (!x.a.isRoot(x.fn) || isBare(d.fn) || len(ev.fallback) == 0):
		x.passOn(inner, cs, c, ev, d)
		if x.a.isRoot(x.fn) {
			x.unresolved(inner, cs, d)
		}
		return nil
	default:
		targets = x.targets(d, ev.fallback)
		if len(targets) == 0 {
			x.unresolved(inner, cs, d)
		}
	}
	var out []callback
	via := cs
	via.through = concat(cs.through, newHop(c.name, x.a.place(cs.pos), ev.chain.butLast()))
	for _, t := range targets {
		if slices.Contains(x.calling, t.key) {
			x.cuts = append(x.cuts, t.key)
			continue // a callback that leads to itself adds nothing
		}
		if len(x.calling) >= maxCallbacks {
			x.bounded = true
			x.cuts = append(x.cuts, "")
			continue
		}
		sum := x.effectsOf(t)
		if sum == nil {
			continue
		}
		x.calledUnder(inner, t.fn)
		cb := callback{c: t, sum: sum}
		if len(sum.events) > 0 {
			cb.nested = x.callBack(inner, via, ev, t, sum)
		}
		x.a.settledHere[ev.target+">"+t.key] = true
		if len(cb.nested) > 0 || sum.leaves() {
			out = append(out, cb)
		}
	}
	return out
}

// # Callbacks that were followed before
//
// The functions of a server call each other through its interfaces, and one
// target is reached from one call by many ways. What it asks for is the same
// on all of them, as long as it is given the same and the same is held and
// known; only the witness differs. So it is followed again only for a better
// witness, or if the first time something was left out that would not be now:
// what was being followed at the time, or what was too deep.
type followed struct {
	through *hop     // the best witness so far
	cuts    []string // keys of the targets that were left out, sorted; "" for what was too deep
	depth   int
	nested  []callback // what it calls back and leaves something behind
}

// covers reports whether following the callback again, from the depth and under
// the targets in calling, would add nothing.
func (f *followed) covers(through *hop, calling []string) bool {
	if f == nil || through.less(f.through) {
		return false
	}
	for _, k := range f.cuts {
		if k == "" && len(calling) < f.depth || k != "" && !slices.Contains(calling, k) {
			return false
		}
	}
	return true
}

// callBack follows one target of a callback, unless that has been done. It
// returns what the target calls back.
func (x *exec) callBack(inner *state, via callSite, ev *event, t callee, sum *summary) []callback {
	key := callbackKey(inner, via, ev, t)
	old := x.followed[key]
	if old.covers(via.through, x.calling) {
		x.cuts = append(x.cuts, old.cuts...)
		return old.nested
	}
	n := len(x.cuts)
	x.calling = append(x.calling, t.key)
	nested := x.calledBackAt(inner, via, ev, t, sum)
	x.calling = x.calling[:len(x.calling)-1]
	cuts := slices.DeleteFunc(slices.Clone(x.cuts[n:]), func(k string) bool { return k == t.key })
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	x.cuts = append(x.cuts[:n], cuts...)
	if x.followed == nil {
		x.followed = make(map[string]*followed)
	}
	x.followed[key] = &followed{via.through, cuts, len(x.calling), nested}
	return nested
}

// callbackKey is equal for two callbacks that ask for the same in the same
// situation. Memory and values do not change while the events of one call are
// looked at, and what is followed is forgotten after it.
func callbackKey(s *state, via callSite, ev *event, t callee) string {
	b := make([]byte, 0, 64+len(t.key)+len(t.name)+16*len(s.held)+4*len(s.facts))
	num := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	vals := func(vs []*lockset.Value) {
		num(len(vs))
		for _, v := range vs {
			num(v.ID())
		}
	}
	b = append(append(append(append(b, t.key...), 0), t.name...), 0)
	num(int(via.pos))
	b = append(b, byte(via.part), flag(via.alone), flag(ev.judged))
	vals(t.args)
	vals(t.caps)
	b = appendSet(b, s.held)
	num(len(s.facts))
	for _, f := range s.facts {
		num(f.Cond.ID())
		b = append(b, flag(f.True))
	}
	return string(appendFreed(b, s.freed))
}

// calledBackAt checks what a target asks for under what is held: what this
// function holds, at its own call; what a function of this package holds that
// makes the call of the unknown, there. It returns what the target calls back.
func (x *exec) calledBackAt(inner *state, via callSite, ev *event, t callee, sum *summary) []callback {
	if !ev.judged {
		via.part = requireOnly
		x.applyEvents(inner, via, t, sum, x.substitution(inner, via, t))
	}
	via.part = acquireOnly
	mine := inner.clone()
	mine.held = inner.held.Without(func(l lockset.Lock) bool { return x.acqs[l.Site].from != nil })
	nested := x.applyEvents(mine, via, t, sum, x.substitution(inner, via, t))
	var done []token.Pos
	for _, l := range inner.held {
		from := x.acqs[l.Site].from
		if from == nil || slices.Contains(done, from.site.pos) {
			continue
		}
		done = append(done, from.site.pos)
		theirs := inner.clone()
		theirs.held = inner.held.Without(func(o lockset.Lock) bool {
			f := x.acqs[o.Site].from
			return f == nil || f.site.pos != from.site.pos
		})
		at := from.site
		at.through, at.result, at.part = nil, nil, acquireOnly
		x.applyEvents(theirs, at, t, sum, x.substitution(inner, via, t))
	}
	return nested
}

// A callback is a function that a callee calls for its caller, and nested are
// those that this one calls in turn. It leaves something behind, or one of them does.
type callback struct {
	c      callee
	sum    *summary
	nested []callback
}

// heldInCallee is a lock that the callee holds while it calls back, seen from here.
func (x *exec) heldInCallee(cs callSite, c callee, ev *event, i int, l lockset.Lock, sub func(*lockset.Value) *lockset.Value) lockset.Lock {
	l = subLock(l, sub)
	extra := "held " + ev.heldAt[i].last().pos
	l.Site = x.acquisition(cs, l.Class, newHop(c.name, x.a.place(cs.pos), ev.heldAt[i]), extra, nil)
	x.acqs[l.Site].inCallee = true
	if i < len(ev.heldIn) && ev.heldIn[i].site.instr != nil {
		x.acqs[l.Site].from = &ev.heldIn[i]
	}
	return l
}
