package analyzer

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// require checks that a lock is held.
func (x *exec) require(s *state, cs callSite, w wanted) {
	if len(w.keys) == 0 {
		w.keys = []*lockset.Value{nil}
	}
	if w.by != nil {
		w.mode = x.mode(s, w.mode, w.by)
	}
	held := x.without(s, w.freed)
	for _, key := range w.keys {
		if key != nil && key.Op == lockset.OpUnknown {
			key = nil
		}
		x.requireKey(s, cs, w, key, held)
	}
}

// requireKey checks that the lock with the key is held. One that is missing is
// left to the callers if there are any. A handler is called by whoever it is
// registered with: w.origin is the handler whose requirement this is, and what
// its callers hold decides whether it is told, in the handler.
func (x *exec) requireKey(s *state, cs callSite, w wanted, key *lockset.Value, held lockset.Set) {
	status, by := x.holding(s, held, w, key)
	if s.blurred && status != Held {
		return // what would tell that it is held may be forgotten
	}
	if w.given != nil && status == Missing {
		if !x.knownGuard(s, w.given) {
			x.relyOn(cs, s, w, key, w.given)
			return
		}
		status, by = x.guardedBy(s, held, w)
	}
	root := x.a.isRoot(x.fn)
	if status == Weaker && !root && (key == nil || by.Key != nil && x.t.Relate(s.facts, by.Key, key, x.ascending) != lockset.Same) {
		status, by = Missing, nil // the callers may hold the one that is meant
	}
	if w.origin != nil && (status != Missing || root && (!x.a.isHandler(x.fn) || cs.alone)) {
		met := x.a.needsMet
		if status == Missing {
			met = x.a.needsFailed
		}
		met[*w.origin] = true
		if status == Missing {
			return
		}
		rec := x.record.required(x, cs, w, key, status, by, s)
		if status == Held && w.mode == lockmodel.Exclusive {
			x.askStrength(s, cs, rec, w, *by)
		}
		return
	}
	origin := w.origin
	if origin == nil && status != Held && x.a.isHandler(x.fn) && !cs.alone {
		origin = &handlerNeed{x.fn, w.class, key, w.mode}
	}
	if status == Missing && (!root || origin != nil) && !cs.alone {
		ev := x.eventOf(evRequire, cs, w, key)
		ev.origin = origin
		x.askWhetherIt(s, cs, w, key, held)
		x.emit(x.otherThan(s, held, w.class, key, func(l lockset.Lock) bool {
			return w.mode != lockmodel.Exclusive || x.mode(s, l.Mode, l.ModeBy) != lockmodel.Shared
		}), ev)
		if ev.key != nil && len(ev.freed) == 0 {
			s.owe(owed{w.class, ev.key})
		}
		if origin == nil || origin.fn != x.fn {
			return
		}
	}
	rec := x.record.required(x, cs, w, key, status, by, s)
	if status == Held && w.mode == lockmodel.Exclusive {
		x.askStrength(s, cs, rec, w, *by)
	}
	if status == Held && by.Is(lockset.Given) {
		x.relyOn(cs, s, w, key, by.Guard)
	}
}

// A handlerNeed is a lock that a handler needs, which is told in the handler
// unless all who call it hold the lock.
type handlerNeed struct {
	fn    *ssa.Function
	class string
	key   *lockset.Value
	mode  lockmodel.Mode
}

// otherThan returns s with what makes a lock miss that is not among held: that
// its key is none of those that are, as far as their mode is right.
func (x *exec) otherThan(s *state, held lockset.Set, class string, key *lockset.Value, right func(lockset.Lock) bool) *state {
	part := s
	for _, l := range held {
		if key == nil || l.Class != class || l.Key == nil || l.Is(lockset.Given) || !right(l) {
			continue
		}
		same := x.t.Equal(l.Key, key)
		if !same.Entry() {
			continue
		}
		if part == s {
			part = x.view(s)
		}
		x.assume(part, same, false)
	}
	return part
}

// relyOn leaves it to the callers, who know the guard that they gave, whether
// it is one.
func (x *exec) relyOn(cs callSite, s *state, w wanted, key, guard *lockset.Value) {
	if guard == nil || !guard.Entry() || isNilValue(guard) {
		return
	}
	ev := x.eventOf(evRequire, cs, w, key)
	ev.fn = guard
	x.emit(s, ev)
}

// knownGuard reports whether this function knows what it gave a callee as a
// guard: nil, or one that it has got itself.
func (x *exec) knownGuard(s *state, guard *lockset.Value) bool {
	return x.t.IsNil(s.facts, guard) || x.took[guard]
}

// guardedBy tells how well a guard that was given meets a requirement. Its key
// is not asked for: whoever takes a guard decides what it stands for.
func (x *exec) guardedBy(s *state, held lockset.Set, w wanted) (Status, *lockset.Lock) {
	for i, l := range held {
		if l.Class != w.class || l.Guard != w.given {
			continue
		}
		if w.mode == lockmodel.Exclusive && x.mode(s, l.Mode, l.ModeBy) == lockmodel.Shared {
			return Weaker, &held[i]
		}
		return Held, &held[i]
	}
	return Missing, nil
}

// owe notes that the callers hold w.
func (s *state) owe(w owed) {
	if !slices.Contains(s.owed, w) {
		s.owed = append(s.owed, w)
	}
}

// isOwed reports whether the callers have to hold the lock of class and key.
func (x *exec) isOwed(s *state, class string, key *lockset.Value) bool {
	return slices.ContainsFunc(s.owed, func(w owed) bool {
		return w.class == class && x.t.Relate(s.facts, w.key, key, x.ascending) == lockset.Same
	})
}

// Status is how well a requirement is met.
type Status uint8

// The statuses, the better ones first.
const (
	Held    Status = iota // held, strongly enough
	Weaker                // held shared where exclusive is required
	Missing               // not held
)

// holding tells how well held meets a requirement. Keys that are not known get
// the benefit of the doubt; keys that are two different things the function
// was given do not.
func (x *exec) holding(s *state, held lockset.Set, w wanted, key *lockset.Value) (Status, *lockset.Lock) {
	status := Missing
	var by, enough, given *lockset.Lock
	both := x.pairHolds(s, held, w, key)
	for i, l := range held {
		if l.Class != w.class {
			continue
		}
		if !x.mayBe(s, held, l, key) && both != &held[i] {
			continue
		}
		mode := x.mode(s, l.Mode, l.ModeBy)
		if w.mode == lockmodel.Exclusive && mode == lockmodel.Shared {
			if key != nil && l.Key != nil && !l.Is(lockset.Given) && !l.Is(lockset.Maybe) && x.t.Relate(s.facts, l.Key, key, x.ascending) == lockset.Same {
				return Weaker, &held[i] // nobody holds one lock in two modes
			}
			if status == Missing {
				status, by = Weaker, &held[i]
			}
			continue
		}
		if l.Is(lockset.Given) {
			given = &held[i]
			continue
		}
		if enough == nil {
			enough = &held[i]
		}
	}
	if enough != nil {
		return Held, enough
	}
	if given != nil {
		return Held, given
	}
	return status, by
}

// pairHolds is between, for a key that is known.
func (x *exec) pairHolds(s *state, held lockset.Set, w wanted, key *lockset.Value) *lockset.Lock {
	if key == nil {
		return nil
	}
	return x.between(s, held, w.class, key)
}

// mayBe reports whether l, one of held, is the lock with the key or may be it.
func (x *exec) mayBe(s *state, held lockset.Set, l lockset.Lock, key *lockset.Value) bool {
	if key == nil || l.Key == nil || x.t.Relate(s.facts, l.Key, key, x.ascending) == lockset.Same {
		return true
	}
	if !x.vague(key) && !x.vague(l.Key) {
		return false
	}
	return !slices.ContainsFunc(held, func(o lockset.Lock) bool { return x.apart(s, o, l, key) })
}

// apart reports whether l cannot be the lock with the key because known is it,
// held in another mode: nobody holds one lock in two modes.
func (x *exec) apart(s *state, known, l lockset.Lock, key *lockset.Value) bool {
	if known.Class != l.Class || known.Key == nil || key == nil || known.Is(lockset.Given) || known.Is(lockset.Maybe) ||
		x.t.Relate(s.facts, known.Key, key, x.ascending) != lockset.Same {
		return false
	}
	m, n := x.mode(s, known.Mode, known.ModeBy), x.mode(s, l.Mode, l.ModeBy)
	return m != n && m != lockmodel.Unknown && n != lockmodel.Unknown
}
