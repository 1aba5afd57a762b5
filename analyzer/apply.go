package analyzer

import (
	"encoding/binary"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// applySummary runs a call whose effect is known: first what the callee asks
// for on its way, then the ways in which it returns.
func (x *exec) applySummary(s *state, cs callSite, c callee, sum *summary) []*state {
	if sum.silent() && len(sum.exits) > 0 {
		return []*state{s}
	}
	sub := x.substitution(s, cs, c)
	callbacks := x.eventsAt(s, cs, c, sum, sub)
	x.afters = 0
	var out []*state
	for _, e := range sum.exits {
		if cs.goesOn && e.ends() {
			continue
		}
		t := s
		if len(sum.exits) > 1 {
			t = s.clone()
		}
		late := x.freedLate(t, cs, e, sub)
		if x.applyExit(t, cs, c, e, sub) {
			out = append(out, x.freeLate(late, x.runCallbacks(t, cs, e, callbacks))...)
		}
	}
	return x.dedupe(out)
}

// holds reports whether the conditions can hold in s.
func (x *exec) holds(s *state, guard lockset.Facts, sub func(*lockset.Value) *lockset.Value) bool {
	for _, f := range guard {
		if c := sub(f.Cond); x.cannot(s, c, f.True) {
			return false
		}
	}
	return true
}

// cannot reports whether condition c is known in s not to be as value says.
func (x *exec) cannot(s *state, c *lockset.Value, value bool) bool {
	if v, ok := x.t.Truth(s.facts, c); ok {
		return v != value
	}
	switch {
	case c.Op == lockset.OpOr && value:
		return !slices.ContainsFunc(c.Args, func(c *lockset.Value) bool { return !x.cannot(s, c, true) })
	case c.Op == lockset.OpNot:
		return x.cannot(s, c.Args[0], !value)
	case c.Op != lockset.OpCmp:
		return false
	case value:
		return isNilValue(c.Args[1]) && x.isThere(s, c.Args[0])
	}
	return c.Aux == "<" && isConst(c.Args[0]) && c.Args[1].Op == lockset.OpLen && len(x.elements(s, c.Args[1].Args[0])) > 0
}

// under returns the part of s in which the conditions hold: s itself if it
// decides them.
func (x *exec) under(s *state, guard lockset.Facts, sub func(*lockset.Value) *lockset.Value) (*state, bool) {
	if !x.holds(s, guard, sub) {
		return nil, false
	}
	part := s
	for _, f := range guard {
		c := sub(f.Cond)
		if _, known := x.t.Truth(part.facts, c); known || !c.Entry() {
			continue
		}
		if part == s {
			part = x.view(s)
		}
		if !x.assume(part, c, f.True) {
			return nil, false
		}
	}
	return part, true
}

// onlyDoubt returns the one condition of guard that s does not decide, nil if
// there are none or several.
func (x *exec) onlyDoubt(s *state, guard lockset.Facts, sub func(*lockset.Value) *lockset.Value) *lockset.Fact {
	var found *lockset.Fact
	for _, f := range guard {
		c := sub(f.Cond)
		if _, known := x.t.Truth(s.facts, c); known || !c.Entry() {
			continue
		}
		if found != nil {
			return nil
		}
		found = &lockset.Fact{Cond: c, True: f.True}
	}
	return found
}

// isThere reports whether v cannot be nil: it guards a lock that this function
// took, a mutex in it is held, or something was put into it.
func (x *exec) isThere(s *state, v *lockset.Value) bool {
	return s.used(v) || slices.ContainsFunc(s.held, func(l lockset.Lock) bool {
		switch {
		case l.Is(lockset.Given) || l.Is(lockset.Maybe):
			return false
		case l.Is(lockset.Plain):
			return l.Key == v && !l.Is(lockset.Assumed) && !x.a.isKeyed(l.Class)
		}
		return l.Guard == v
	})
}

// eventsAt is applyEvents for a call that the function makes itself. In a hurry
// the events of one call are looked at once for each set of locks held.
func (x *exec) eventsAt(s *state, cs callSite, c callee, sum *summary, sub func(*lockset.Value) *lockset.Value) []callback {
	if !x.hurried {
		return x.applyEvents(s, cs, c, sum, sub)
	}
	b := append(binary.AppendUvarint(nil, uint64(cs.pos)), byte(cs.part), flag(cs.alone), flag(cs.outside))
	b = append(append(b, c.key...), 0)
	key := string(appendFreed(appendSet(b, s.held), s.freed))
	callbacks, ok := x.applied[key]
	if !ok {
		callbacks = x.applyEvents(s, cs, c, sum, sub)
		if x.applied == nil {
			x.applied = make(map[string][]callback)
		}
		x.applied[key] = callbacks
	}
	return callbacks
}

// applyEvents checks what a callee asks for against what is held here, and
// makes it events of this function in turn.
func (x *exec) applyEvents(s *state, cs callSite, c callee, sum *summary, sub func(*lockset.Value) *lockset.Value) []callback {
	if len(x.calling) == 0 {
		clear(x.followed)
		x.cuts = x.cuts[:0]
	}
	inView := x.inView
	defer func() { x.inView = inView }()
	x.spend(len(sum.events))
	var callbacks []callback
	all := s
	var perhaps []owed // what callers have to hold under some condition: it counts during the call
	calls := -1
	for _, ev := range needsFirst(sum.events) {
		if x.inView = inView; ev.kind == evCall {
			calls++
		}
		if needs := ev.kind == evRequire || ev.kind == evRelease || ev.kind == evOrder; cs.part == acquireOnly && needs || cs.part == requireOnly && !needs {
			continue
		}
		if ev.kind == evAcquire && x.unread && len(all.held)+len(ev.held) == 0 && len(ev.class) > 0 {
			continue // nothing to hold it against, and nobody to tell
		}
		s, ok := x.under(all, ev.guard, sub)
		if !ok {
			if ev.kind == evOrder { // not for this caller
				ev.pair.answer.met = true
			} else if ev.origin != nil {
				x.a.needsMet[*ev.origin] = true
			}
			continue
		}
		if ev.kind == evCall {
			cb := x.callEvent(s, cs, c, ev, sub)
			cb.n, cb.decided, cb.always, cb.again, cb.guess = calls, s == all, ev.always, ev.again, ev.try
			cb.when = x.onlyDoubt(all, ev.guard, sub)
			if len(cb.targets) > 0 {
				cb.covers = x.coversOf(s, cs, c, ev, sub)
			}
			if len(cb.targets) > 0 || cb.passed != nil && len(x.calling) == 0 {
				callbacks = append(callbacks, cb)
			}
			continue
		}
		chain := ev.chain
		if !x.synthetic(c) {
			chain = newHop(c.name, x.a.place(cs.pos), ev.chain)
		}
		chain = concat(cs.through, chain)
		cs := cs
		var keyArg []lockmodel.Path
		if in := x.inOwnBody(cs, c, ev); in != nil {
			cs, chain, keyArg = in.site(cs), ev.chain, in.keys
			if chain.n == 1 {
				chain = nil
			}
		}
		switch ev.kind {
		case evAcquire:
			w := wanted{class: ev.class, mode: ev.mode, try: ev.try, ordered: ev.ordered, plain: ev.plain, implied: ev.implied,
				chain: chain, freed: x.subFreed(s, cs, ev.freed, sub), keyArg: keyArg}
			if ev.key != nil {
				w.keys = []*lockset.Value{sub(ev.key)}
				if ev.plain && ofNil(w.keys[0]) {
					break
				}
			}
			if ev.by != nil {
				w.by = sub(ev.by)
				x.a.sameModes(w.by, ev.by)
			}
			if len(ev.held) > 0 {
				s = x.view(s)
				for i, l := range ev.held {
					for _, l := range x.heldInCallee(s, cs, c, ev, i, subLock(l, sub)) {
						s.held = s.held.Add(l)
					}
				}
			}
			kept := s.owed
			s.owed = append(slices.Clip(kept), perhaps...)
			x.wantGiven(s, cs, w)
			s.owed = kept
		case evRequire:
			w := wanted{class: ev.class, mode: ev.mode, chain: chain, freed: x.subFreed(s, cs, ev.freed, sub), origin: ev.origin, keyArg: keyArg}
			if ev.key != nil {
				w.keys = []*lockset.Value{sub(ev.key)}
			}
			if ev.key != nil && keyArg == nil {
				w.text = x.a.calleeText(cs, c, ev.key)
			}
			if ev.fn != nil {
				w.given = sub(ev.fn)
			}
			if ev.by != nil {
				w.by = sub(ev.by)
				x.a.sameModes(w.by, ev.by)
			}
			x.require(s, cs, w)
			if s != all {
				perhaps = append(perhaps, s.owed...)
			}
		case evJoin:
			how := mustWait
			if ev.try {
				how = mayLeave
			}
			x.joinAt(s, cs, sub(ev.key), how)
		case evOrder:
			x.orderEvent(s, cs, ev, sub)
		case evRelease:
			x.releaseEvent(s, cs, ev, chain, sub)
		}
	}
	return callbacks
}

// wantGiven is want; a mutex that the callee was given gets its class first.
func (x *exec) wantGiven(s *state, cs callSite, w wanted) {
	if w.class != "" {
		x.want(s, cs, w)
		return
	}
	if w.keys == nil {
		return
	}
	for _, l := range x.locksOf(s, cs, w.keys[0], w.mode) {
		w.class, w.keys, w.mode, w.by = l.Class, one(l.Key), l.Mode, l.ModeBy
		w.plain, w.implied = l.Is(lockset.Plain), l.Is(lockset.Implied)
		x.want(s, cs, w)
	}
}

// needsFirst returns the events with the requirements before the others: what
// the callers have to hold, they hold at all that the callee does.
func needsFirst(events []*event) []*event {
	if len(events) < 2 || !slices.ContainsFunc(events[1:], func(ev *event) bool { return ev.kind == evRequire }) {
		return events
	}
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b *event) int {
		switch {
		case (a.kind == evRequire) == (b.kind == evRequire):
			return 0
		case a.kind == evRequire:
			return -1
		}
		return 1
	})
	return events
}

// synthetic reports whether c is a wrapper that nobody wrote.
func (x *exec) synthetic(c callee) bool {
	return c.fn != nil && c.fn.Synthetic != "" && c.fn.Origin() == nil
}
