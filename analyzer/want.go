package analyzer

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// want checks a lock that is asked for against what is held, and makes it an
// event for the callers. A mutex that nobody has declared is no reason to guess.
func (x *exec) want(s *state, cs callSite, w wanted) {
	if cs.guess && w.implied {
		return
	}
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
		again := x.reentry(s, held, w, key)
		if again == nil && x.isBeside(s, cs, w, key) {
			continue // re-entry, judged with those locks
		}
		unseen := w.implied && x.unseen(s, key)
		switch {
		case again == nil && !w.plain && key != nil && x.isOwed(s, w.class, key): // re-entry, if the callers do as they have to
		case again == nil || w.plain:
			for _, l := range held {
				if l.Is(lockset.Given) || l.Is(lockset.Maybe) {
					continue
				}
				rel := lockset.Unordered
				if l.Class == w.class {
					rel = x.t.Relate(s.facts, l.Key, key, x.ascending)
				}
				if s.blurred && l.Class == w.class && rel != lockset.Same {
					continue // what would prove an order may be forgotten
				}
				if rel != lockset.Same && (unseen || l.Is(lockset.Implied) && x.unseen(s, l.Key)) {
					continue
				}
				p := x.record.pair(x, s, cs, w, key, l, rel)
				x.askOrder(s, cs, p, l, w, key, rel)
			}
			if x.a.infer && again == nil {
				x.orderStep(s, cs, w, key, held)
			}
		case !again.Is(lockset.Maybe):
			x.askMode(s, cs, x.record.pair(x, s, cs, w, key, *again, lockset.Same), w, *again)
		}
		x.record.touch(cs, w)
		if again == nil && !w.try && !unseen {
			x.emit(s, x.acquireEvent(cs, w, key, held))
		}
	}
}

// liesElsewhere reports whether what has the guard lies within a lock that is
// held here, or not within the one with the key.
func (x *exec) liesElsewhere(s *state, held lockset.Set, guard *lockset.Value, class string, key *lockset.Value) bool {
	return slices.ContainsFunc(s.held, func(l lockset.Lock) bool {
		return l.Guard == guard && l.Parent != nil &&
			(!x.mayCover(s, lockset.Lock{Class: class, Key: key}, l) || x.reentry(s, held, wanted{class: class}, l.Parent) != nil)
	})
}

// heldThere is what is held where a callee asks whether ev is in order: what is
// held here, less what it has given up, and the lock that it holds itself.
func (x *exec) heldThere(s *state, cs callSite, ev *event, key *lockset.Value, sub func(*lockset.Value) *lockset.Value) lockset.Set {
	held := x.without(s, x.subFreed(s, cs, ev.freed, sub))
	if key == nil {
		return held
	}
	l := lockset.Lock{Class: ev.class, Key: key, Mode: ev.pair.heldMode, Site: -1}
	if l.Mode == lockmodel.Unknown && len(ev.args) > 1 {
		l.ModeBy = sub(ev.args[1])
	}
	return held.Add(l)
}

// reentry returns the lock that is held already, of the class and key wanted.
func (x *exec) reentry(s *state, held lockset.Set, w wanted, key *lockset.Value) *lockset.Lock {
	if key == nil {
		return nil
	}
	var found *lockset.Lock
	for i, l := range held {
		if l.Class != w.class || l.Key == nil || l.Is(lockset.Given) {
			continue
		}
		if x.t.Relate(s.facts, l.Key, key, x.ascending) != lockset.Same {
			continue
		}
		if found == nil || x.mode(s, l.Mode, l.ModeBy) == w.mode {
			found = &held[i]
		}
	}
	if found == nil && !w.plain {
		return x.between(s, held, w.class, key)
	}
	return found
}

// isBeside reports whether the lock that is wanted is held beside those that it
// is judged against.
func (x *exec) isBeside(s *state, cs callSite, w wanted, key *lockset.Value) bool {
	return key != nil && !w.plain && slices.ContainsFunc(cs.beside, func(l lockset.Lock) bool {
		return l.Class == w.class && l.Key != nil && !l.Is(lockset.Given) && !l.Is(lockset.Maybe) &&
			x.t.Relate(s.facts, l.Key, key, x.ascending) == lockset.Same &&
			!slices.ContainsFunc(w.freed, func(f freed) bool { return x.frees(s, f, l) })
	})
}

// between returns a lock that is held of the smaller and the larger of key and
// another, which both are: one of them is that of key. So it is the other way
// round, if key is the smaller or the larger of two that are held. Of two in
// different modes nobody can tell which it is.
func (x *exec) between(s *state, held lockset.Set, class string, key *lockset.Value) *lockset.Lock {
	if key.Op == lockset.OpMin || key.Op == lockset.OpMax {
		return x.both(s, held, class, key.Args)
	}
	for i, lo := range held {
		if lo.Class != class || lo.Key == nil || lo.Key.Op != lockset.OpMin || lo.Is(lockset.Given) || !slices.Contains(lo.Key.Args, key) {
			continue
		}
		for _, hi := range held {
			if hi.Class == class && hi.Key == x.t.Max(lo.Key.Args[0], lo.Key.Args[1]) && !hi.Is(lockset.Given) && !hi.Is(lockset.Maybe) &&
				x.mode(s, lo.Mode, lo.ModeBy) == x.mode(s, hi.Mode, hi.ModeBy) {
				return &held[i]
			}
		}
	}
	return nil
}

// both returns one of the locks of the keys, which are held in one mode.
func (x *exec) both(s *state, held lockset.Set, class string, keys []*lockset.Value) *lockset.Lock {
	var found *lockset.Lock
	for _, key := range keys {
		i := slices.IndexFunc(held, func(l lockset.Lock) bool {
			return l.Class == class && l.Key != nil && !l.Is(lockset.Given) && !l.Is(lockset.Maybe) && x.t.Relate(s.facts, l.Key, key, x.ascending) == lockset.Same
		})
		if i < 0 || found != nil && x.mode(s, found.Mode, found.ModeBy) != x.mode(s, held[i].Mode, held[i].ModeBy) {
			return nil
		}
		found = &held[i]
	}
	return found
}

// acquireEvent is what callers must know of an acquisition: of the locks that
// are held at it, those that cannot be judged before both have their classes.
func (x *exec) acquireEvent(cs callSite, w wanted, key *lockset.Value, held lockset.Set) *event {
	ev := x.eventOf(evAcquire, cs, w, key)
	ev.ordered, ev.plain, ev.implied = w.ordered, w.plain, w.implied
	for _, l := range held {
		if l.Is(lockset.Assumed) && l.Key != nil { // judged here, not again in the caller that holds it
			ev.freed = append(ev.freed, freed{class: l.Class, key: l.Key})
		}
	}
	x.holdEvent(ev, cs, held.Without(func(l lockset.Lock) bool { return l.Class != "" && w.class != "" }))
	return ev
}

// eventOf is an event of w with what callers can make sense of: values that
// they gave, or that the function found where they look too.
func (x *exec) eventOf(kind eventKind, cs callSite, w wanted, key *lockset.Value) *event {
	ev := &event{kind: kind, class: w.class, mode: w.mode, chain: w.chain}
	if key != nil && key.Entry() {
		ev.key = key
	}
	if w.by != nil && w.by.Entry() && w.mode == lockmodel.Unknown {
		ev.by = w.by
	}
	if ev.chain == nil {
		ev.chain = newHop(x.a.callName(cs), x.a.place(cs.pos), nil)
	}
	ev.in = x.bodySite(cs, w.keyArg)
	for _, f := range w.freed {
		if (f.guard == nil || f.guard.Entry()) && (f.key == nil || f.key.Entry()) {
			ev.freed = append(ev.freed, f)
		}
	}
	return ev
}

// acquisition numbers a place where a lock comes to be held.
func (x *exec) acquisition(cs callSite, class string, chain *hop, extra string, keys []lockmodel.Path) int {
	k := acqKey{instr: cs.instr, class: class, extra: extra}
	if cs.through != nil {
		k.extra += "@" + cs.through.name
	}
	k.pos = cs.pos
	if i, ok := x.acqIDs[k]; ok {
		if chain != nil && x.acqs[i].chain != nil && chain.less(x.acqs[i].chain) {
			x.acqs[i].chain = chain
		}
		return i
	}
	i := len(x.acqs)
	x.acqIDs[k] = i
	x.acqs = append(x.acqs, acquisition{pos: cs.pos, class: class, site: cs, chain: chain, keys: keys})
	return i
}

// ascending reports whether an index only grows from turn to turn: it is a loop
// variable that is stepped by a positive constant.
func (x *exec) ascending(v *lockset.Value) bool {
	if v.Op == lockset.OpConst {
		return true
	}
	if v.Op != lockset.OpSite {
		return false
	}
	if v.Aux == turnUp {
		return true
	}
	for val, n := range x.code.num {
		if n != v.N {
			continue
		}
		switch val := val.(type) {
		case *ssa.BinOp:
			return steps(val)
		case *ssa.Phi:
			for _, e := range val.Edges {
				if b, ok := e.(*ssa.BinOp); ok && steps(b) && b.X == val {
					return true
				}
			}
			return false
		}
	}
	return false
}
