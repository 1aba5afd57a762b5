package analyzer

import (
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// merge makes s stand for o too, a state of equal core. It reports whether s
// knows less than before.
func (s *state) merge(o *state, c *code) bool {
	t := c.a.t
	changed := o.blurred && !s.blurred
	s.blurred = s.blurred || o.blurred
	both := called(s, o, t)
	facts := t.Either(s.facts, o.facts)
	for _, e := range o.env {
		if s.get(e.n) == nil {
			facts = agree(t, facts, t.Site(e.n, ""), s, nil, o, e.val)
		}
	}
	if all := slices.DeleteFunc(slices.Clone(s.owed), func(w owed) bool { return !slices.Contains(o.owed, w) }); len(all) != len(s.owed) {
		s.owed, changed = all, true
	}
	var env []envEntry
	for _, e := range s.env {
		v := o.get(e.n)
		if v == e.val {
			env = append(env, e)
			continue
		}
		if v != nil && (isTruth(v) || isTruth(e.val)) {
			if c := t.Choose(s.facts, e.val, o.facts, v); c != nil {
				env, changed = append(env, envEntry{e.n, c}), changed || c != e.val
				continue
			}
		}
		facts = agree(t, facts, t.Site(e.n, ""), s, e.val, o, v)
	}
	if changed = changed || len(env) != len(s.env); changed {
		s.env, s.shared.env = env, false
	}
	carriers := s.carriers()
	mine := &state{mem: s.sharedMem(), facts: s.facts}
	forget := func(a, b *state) {
		for _, m := range a.mem {
			if !c.soft(m.place, m.val, carriers) || m.val.Op == lockset.OpUnknown {
				continue
			}
			if lo, hi := b.memAt(m.place); hi-lo != 1 || b.mem[lo].val != m.val {
				if rest(m.place, m.val) {
					changed = s.drop(m) || changed
					continue
				}
				var now *lockset.Value
				now, facts = met(t, facts, m.place, mine, o)
				if lo, hi := s.memAt(m.place); hi-lo == 1 && s.mem[lo].val == now {
					continue
				}
				s.put(m.place, now)
				changed = true
			}
		}
	}
	forget(mine, o)
	forget(o, mine)
	if !slices.Equal(facts, s.facts) {
		s.facts, changed = facts, true
	}
	if !slices.Equal(both, s.called) {
		s.called, changed = both, true
	}
	return s.handAll(o) || changed
}

// handAll notes as handed over what is so in o. It reports whether s has changed.
func (s *state) handAll(o *state) bool {
	n := len(s.handed)
	for _, h := range o.handed {
		s.hand(h)
	}
	return len(s.handed) > n
}

// called returns the calls that were made, or could not be, whichever of the
// two states it was. The facts of both are still their own.
func called(s, o *state, t *lockset.Table) []*event {
	var out []*event
	add := func(a, b *state) {
		for _, ev := range a.called {
			if slices.Contains(b.called, ev) || t.Excludes(b.facts, ev.guard) {
				out = append(out, ev)
			}
		}
	}
	add(s, o)
	add(o, s)
	slices.SortFunc(out, func(a, b *event) int { return a.n - b.n })
	return slices.Compact(out)
}

// calls notes that the call of event ev has been made.
func (s *state) calls(ev *event) {
	if ev == nil {
		return
	}
	i, ok := slices.BinarySearchFunc(s.called, ev, func(a, b *event) int { return a.n - b.n })
	if !ok {
		s.called = slices.Concat(s.called[:i], []*event{ev}, s.called[i:])
	}
}

// agree adds to facts what two states that meet both know of a value that each
// has another name for: that it is nil or is not, that it is true or false. A
// nil name stands for sym, which is what the value is called from here on.
func agree(t *lockset.Table, facts lockset.Facts, sym *lockset.Value, s *state, mine *lockset.Value, o *state, theirs *lockset.Value) lockset.Facts {
	if mine == nil {
		mine = sym
	}
	if theirs == nil {
		theirs = sym
	}
	if mine.Op == lockset.OpConst && !isTruth(mine) {
		return facts // a number or a string: it says what it is
	}
	for _, about := range []func(v *lockset.Value) *lockset.Value{
		func(v *lockset.Value) *lockset.Value { return t.Equal(v, t.Nil) },
		func(v *lockset.Value) *lockset.Value { return v },
	} {
		a, ok1 := t.Truth(s.facts, about(mine))
		b, ok2 := t.Truth(o.facts, about(theirs))
		if ok1 && ok2 && a == b {
			facts, _ = t.Assume(facts, about(sym), a)
		}
	}
	return facts
}

// metSymbol is where the numbers begin of the symbols for what a place holds
// where paths have met that left different things there.
const metSymbol = 1 << 29

// met returns what place holds where s and o meet that left different things
// there: a symbol for either, if they agree on whether it is nil or true, else
// nothing known. The symbol must not be the name of something older.
func met(t *lockset.Table, facts lockset.Facts, place *lockset.Value, s, o *state) (*lockset.Value, lockset.Facts) {
	lo, hi := s.memAt(place)
	l2, h2 := o.memAt(place)
	if hi-lo != 1 || h2-l2 != 1 {
		return t.Unknown, facts
	}
	mine, theirs := s.mem[lo].val, o.mem[l2].val
	sym := t.Site(metSymbol+place.ID(), "")
	named := func(f lockset.Fact) bool { return f.Cond.Has(func(v *lockset.Value) bool { return v == sym }) }
	if mine != sym && theirs != sym && (slices.ContainsFunc(s.facts, named) || slices.ContainsFunc(o.facts, named)) {
		return t.Unknown, facts
	}
	with := agree(t, facts, sym, s, mine, o, theirs)
	if !slices.ContainsFunc(with, named) {
		return t.Unknown, facts
	}
	return sym, with
}

func isTruth(v *lockset.Value) bool {
	return v.Op == lockset.OpConst && (v.Aux == "true" || v.Aux == "false")
}

// join makes s stand for o too, whatever they differ in: what only one of them
// holds is held Maybe, and what is not the same in both is not known. A lock
// whose guard lay in a place that is not known any more is not followed further:
// whoever gives it up by way of that place would not be seen to. It reports
// whether s has changed.
func (s *state) join(o *state, c *code) bool {
	mine := &state{held: s.held, mem: s.sharedMem()}
	changed := s.merge(o, c)
	for _, m := range s.sharedMem() {
		if m.place.Op == lockset.OpElem || m.val.Op == lockset.OpUnknown {
			continue
		}
		if lo, hi := o.memAt(m.place); hi-lo != 1 || o.mem[lo].val != m.val {
			if rest(m.place, m.val) {
				changed = s.drop(m) || changed
				continue
			}
			s.put(m.place, c.a.t.Unknown)
			changed = true
		}
	}
	held := s.held.Join(o.held).Without(func(l lockset.Lock) bool { return mine.misplaced(l, s) || o.misplaced(l, s) })
	if !held.Equal(s.held) {
		s.held, changed = held, true
	}
	// What may have been given up counts as given up: no report is made of it.
	if all := mergeFreed(s.freed, o.freed); len(all) != len(s.freed) {
		s.freed, changed = all, true
	}
	if len(o.defers) > len(s.defers) {
		s.defers, changed = o.defers, true
	}
	return changed
}

// misplaced reports whether a place of s that leads to the guard of l does not
// do so in now.
func (s *state) misplaced(l lockset.Lock, now *state) bool {
	if l.Guard == nil || l.Is(lockset.Given) {
		return false
	}
	carriers := spread(map[*lockset.Value]bool{l.Guard: true}, len(s.mem), func(i int) (place, val *lockset.Value) { return s.mem[i].place, s.mem[i].val })
	for _, m := range s.mem {
		if m.place.Op == lockset.OpElem || !m.val.Has(func(v *lockset.Value) bool { return carriers[v] }) {
			continue
		}
		if lo, hi := now.memAt(m.place); hi-lo != 1 || now.mem[lo].val != m.val {
			return true
		}
	}
	return false
}
