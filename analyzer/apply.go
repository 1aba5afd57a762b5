package analyzer

import (
	"encoding/binary"
	"go/types"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// substitution returns the function that translates values of callee c, as
// its summary states them, into values of the state s before the call.
func (x *exec) substitution(s *state, cs callSite, c callee) func(*lockset.Value) *lockset.Value {
	memo := make(map[*lockset.Value]*lockset.Value)
	n := x.siteNumber(cs)
	var sub func(v *lockset.Value) *lockset.Value
	sub = func(v *lockset.Value) *lockset.Value {
		if r := memo[v]; r != nil {
			return r
		}
		r := v
		switch v.Op {
		case lockset.OpParam:
			r = x.t.Unknown
			if v.N < len(c.args) {
				r = c.args[v.N]
			}
		case lockset.OpFree:
			r = x.t.Unknown
			if v.N < len(c.caps) {
				r = c.caps[v.N]
			}
		case lockset.OpFresh:
			r = x.t.Site(n, c.key+objectMark+v.Aux)
		case lockset.OpRecover:
			r = x.t.Nil
			if s.panicking {
				r = x.t.Alloc(recoveredSite) // something, and so not nil
			}
		case lockset.OpGlobal:
			r = x.lookup(s, v)
		case lockset.OpField, lockset.OpDeref, lockset.OpElem:
			if v.Op == lockset.OpField && v.Args[0].Op != lockset.OpGlobal {
				if r = sub(v.Args[0]).Spelled(v.Aux); r != nil {
					break
				}
			}
			if r = x.subPlace(v, sub); isPlace(r) {
				r = x.lookup(s, r)
			}
		case lockset.OpAddr:
			r = x.t.Addr(x.subPlace(v.Args[0], sub))
		default:
			if len(v.Args) > 0 {
				args := make([]*lockset.Value, len(v.Args))
				for i, a := range v.Args {
					args[i] = sub(a)
				}
				r = x.t.Rebuild(v, args)
			}
		}
		memo[v] = r
		return r
	}
	return sub
}

func isPlace(v *lockset.Value) bool {
	return v.Op == lockset.OpField || v.Op == lockset.OpDeref || v.Op == lockset.OpElem || v.Op == lockset.OpGlobal
}

// subPlace translates a place without reading it.
func (x *exec) subPlace(v *lockset.Value, sub func(*lockset.Value) *lockset.Value) *lockset.Value {
	switch v.Op {
	case lockset.OpField:
		base := v.Args[0]
		var b *lockset.Value
		if base.Op == lockset.OpGlobal {
			b = base
		} else {
			b = sub(base)
		}
		p := x.t.Field(b, v.Aux)
		return p
	case lockset.OpDeref:
		p := x.t.Deref(sub(v.Args[0]))
		return p
	case lockset.OpElem:
		if v.Args[0].Op == lockset.OpGlobal {
			return x.t.Elem(v.Args[0], sub(v.Args[1]))
		}
		return x.t.Elem(sub(v.Args[0]), sub(v.Args[1]))
	case lockset.OpGlobal:
		return v
	}
	return sub(v)
}

// recoveredSite is the number of the value that recover returns.
const recoveredSite = 1 << 30

// objectMark is in the name of every object that came out of a callee.
const objectMark = "#"

// siteNumber numbers the objects that a call makes.
func (x *exec) siteNumber(cs callSite) int {
	if cs.result != nil {
		return x.code.num[cs.result]
	}
	return 1<<20 + int(cs.pos-x.fn.Pos())
}

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

func (x *exec) subFreed(s *state, cs callSite, fs []freed, sub func(*lockset.Value) *lockset.Value) []freed {
	var out []freed
	for _, f := range fs {
		g := freed{class: f.class}
		if f.guard != nil {
			g.guard = sub(f.guard)
		}
		if f.key != nil {
			g.key = sub(f.key)
		}
		if g.class != "" || g.key == nil {
			out = append(out, g)
			continue
		}
		for _, l := range x.locksOf(s, cs, g.key, lockmodel.Exclusive) {
			out = append(out, freed{class: l.Class, key: l.Key})
		}
	}
	return out
}

// without returns what s holds less what has been given up.
func (x *exec) without(s *state, fs []freed) lockset.Set {
	held := s.held
	for _, f := range fs {
		held = held.Without(func(l lockset.Lock) bool { return x.frees(s, f, l) })
	}
	return held
}

// frees reports whether giving up f gives up the held lock l.
func (x *exec) frees(s *state, f freed, l lockset.Lock) bool {
	if f.class != "" && f.class != l.Class {
		return false
	}
	if f.guard != nil {
		return l.Guard != nil && x.guards(s, f.guard, l.Guard) || l.Via != nil && l.Via == f.guard || l.Is(lockset.Plain) && l.Key == f.guard
	}
	if f.key == nil {
		return f.class != "" // all that the thread holds of it
	}
	return l.Key != nil && x.t.Relate(s.facts, l.Key, f.key, x.ascending) == lockset.Same
}

// guards reports whether releasing v releases the lock whose guard is g: it is
// g, or an element of a container that g was put into.
func (x *exec) guards(s *state, v, g *lockset.Value) bool {
	if v == g || v.Op != lockset.OpPrev && g.Op == lockset.OpPrev && g.Args[0] == v {
		return v == g
	}
	if v.Op == lockset.OpElem {
		return slices.ContainsFunc(x.elements(s, v.Args[0]), func(e *lockset.Value) bool { return e == g || x.reaches(s, e, g) })
	}
	if v.Op == lockset.OpField && v.Args[0].Op == lockset.OpElem {
		for _, e := range x.elements(s, v.Args[0].Args[0]) {
			if x.field(s, e, v.Aux) == g {
				return true
			}
		}
	}
	return false
}

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

// free gives up what s holds of f; what it does not hold itself, its callers
// may. It reports whether s has held it.
func (x *exec) free(s *state, f freed) bool {
	if f.guard != nil && isNilValue(f.guard) {
		return false
	}
	found := false
	s.held = s.held.Without(func(l lockset.Lock) bool {
		if !x.frees(s, f, l) {
			return false
		}
		found = found || !l.Is(lockset.Given) && !l.Is(lockset.Assumed)
		return true
	})
	if found {
		return true
	}
	own := f
	if own.guard != nil {
		own.guard = x.anyElem(own.guard)
	}
	if own.guard != nil && !own.guard.Entry() || own.guard == nil && own.key != nil && !own.key.Entry() {
		return false
	}
	s.owed = slices.DeleteFunc(slices.Clone(s.owed), func(w owed) bool { return f.class == "" || f.class == w.class })
	if !slices.Contains(s.freed, own) {
		s.freed = append(slices.Clip(s.freed), own)
		slices.SortFunc(s.freed, compareFreed)
	}
	return false
}

func compareFreed(a, b freed) int {
	id := func(v *lockset.Value) int {
		if v == nil {
			return -1
		}
		return v.ID()
	}
	if a.class != b.class {
		if a.class < b.class {
			return -1
		}
		return 1
	}
	if d := id(a.guard) - id(b.guard); d != 0 {
		return d
	}
	return id(a.key) - id(b.key)
}
