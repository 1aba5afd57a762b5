package analyzer

import (
	"go/types"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// runCallbacks runs in s what a callee that returns by e has called on its way:
// surely, or perhaps.
func (x *exec) runCallbacks(s *state, cs callSite, e *exit, callbacks []callback) []*state {
	states := []*state{s}
	for i, cb := range callbacks {
		if x.afters >= x.maxAfter {
			for _, t := range states {
				x.doubt(t, callbacks[i:])
			}
			return states
		}
		_, surely := slices.BinarySearch(e.calls, cb.n)
		cb.gives = e
		var next []*state
		for _, t := range states {
			if cb.decided && (surely || cb.always) {
				next = append(next, x.after(t, cs, cb)...)
				continue
			}
			if cb.always && cb.when != nil {
				next = append(next, x.afterWhen(t, cs, cb)...)
				continue
			}
			called := x.after(t.clone(), cs, cb)
			t.perhapsFreed(called)
			next = append(append(next, t), called...)
		}
		states = x.dedupe(next)
	}
	return states
}

// afterWhen returns what s becomes by a callback that is made on one condition,
// which s does not decide.
func (x *exec) afterWhen(s *state, cs callSite, cb callback) []*state {
	var out []*state
	if t := s.clone(); x.assume(t, cb.when.Cond, cb.when.True) {
		out = x.after(t, cs, cb)
	}
	if x.assume(s, cb.when.Cond, !cb.when.True) {
		out = append(out, s)
	}
	return out
}

// after returns what s becomes by a callback that is made.
func (x *exec) after(s *state, cs callSite, cb callback) []*state {
	cs.guess = cs.guess || cb.guess
	if cb.passed != nil {
		s.calls(cb.passed)
	}
	states := []*state{s}
	var out []*state
	for i, t := range cb.targets {
		if x.afters >= x.maxAfter {
			for _, s := range states {
				x.doubt(s, []callback{{targets: cb.targets[i:]}})
			}
			return x.dedupe(append(out, states...))
		}
		if cb.again {
			x.nextTurn(s, cs, t)
		}
		var next []*state
		for _, s := range states {
			left := x.afterTarget(s, cs, t)
			for _, after := range left {
				x.uncovered(s, after, cs, cb, t)
			}
			next = append(next, left...)
		}
		if cb.all {
			states = x.dedupe(next)
			continue
		}
		out = append(out, next...)
	}
	if cb.all || len(out) == 0 {
		return states
	}
	if cb.quiet {
		out = append(out, s)
	}
	return x.dedupe(out)
}

// afterTarget runs the ways out of a function that was called back; its results
// are the business of whoever called it.
func (x *exec) afterTarget(s *state, cs callSite, t target) []*state {
	cs.result = nil
	cs.guess = cs.guess || t.c.returnsObject()
	sub := x.substitution(s, cs, t.c)
	var out []*state
	for _, e := range t.sum.exits {
		if cs.goesOn && e.ends() {
			continue
		}
		x.afters++
		after := s.clone()
		late := x.freedLate(after, cs, e, sub)
		if x.applyExit(after, cs, t.c, e, sub) {
			out = append(out, x.perhapsTaken(cs, s, x.freeLate(late, x.runCallbacks(after, cs, e, t.nested)))...)
		}
	}
	return x.dedupe(out)
}

// returnsObject reports whether c returns something that may release what c has
// taken. Whether whoever called it has done so by now is not known here.
func (c callee) returnsObject() bool {
	var sig *types.Signature
	switch {
	case c.obj != nil:
		sig = c.obj.Signature()
	case c.fn != nil:
		sig = c.fn.Signature
	default:
		return false
	}
	for v := range sig.Results().Variables() {
		switch v.Type().Underlying().(type) {
		case *types.Pointer, *types.Signature, *types.Struct:
			return true
		case *types.Interface:
			if !isError(v.Type()) {
				return true
			}
		}
	}
	return false
}

// freedLate returns the mutexes that a callee gives up on a way out without having
// taken them, and without our holding them: what it has called has taken them.
func (x *exec) freedLate(s *state, cs callSite, e *exit, sub func(*lockset.Value) *lockset.Value) []freed {
	if len(e.freed) == 0 || len(e.calls) == 0 {
		return nil
	}
	return slices.DeleteFunc(x.subFreed(s, cs, e.freed, sub), func(f freed) bool {
		return f.key == nil || slices.ContainsFunc(s.held, func(l lockset.Lock) bool { return x.frees(s, f, l) })
	})
}

// freeLate gives up fs in each of out.
func (x *exec) freeLate(fs []freed, out []*state) []*state {
	for _, f := range fs {
		for _, s := range out {
			s.held = s.held.Without(func(l lockset.Lock) bool { return l.Is(lockset.Plain) && x.frees(s, f, l) })
		}
	}
	return out
}

// A covering is a lock that a callee holds while it calls back, and the witness
// of the call in which it gives that up.
type covering struct {
	lock  lockset.Lock
	chain *hop
}

// coversOf returns what a callee holds at its call ev, as far as locks of other
// classes are held only within it.
func (x *exec) coversOf(s *state, cs callSite, c callee, ev *event, sub func(*lockset.Value) *lockset.Value) []covering {
	var out []covering
	for i, l := range ev.held {
		if l.Class != "" && !x.a.isOuter(l.Class) {
			continue
		}
		for _, l := range x.heldInCallee(s, cs, c, ev, i, subLock(l, sub)) {
			if x.a.isOuter(l.Class) && !l.Is(lockset.Maybe) {
				out = append(out, covering{l, concat(cs.through, newHop(c.name, x.a.place(cs.pos), nil))})
			}
		}
	}
	return out
}

// uncovered records what a callback has left held in after, if it lies within a
// lock that the callee gives up before it returns, as it has in before.
func (x *exec) uncovered(before, after *state, cs callSite, cb callback, t target) {
	if len(cb.covers) == 0 || after.blurred || cb.guess {
		return
	}
	for _, in := range after.held {
		cls := x.a.model.Classes[in.Class]
		if cls == nil || cls.Within == "" || in.Is(lockset.Maybe) || in.Is(lockset.Given) || slices.Contains(before.held, in) ||
			slices.ContainsFunc(cb.gives.freed, func(f freed) bool { return f.class == "" || f.class == in.Class }) || t.returns(in) {
			continue
		}
		for _, out := range cb.covers {
			kept := slices.ContainsFunc(after.held, func(l lockset.Lock) bool {
				return l.Class == out.lock.Class && (l.Key == nil || out.lock.Key == nil || x.t.Relate(after.facts, l.Key, out.lock.Key, x.ascending) == lockset.Same)
			})
			if out.lock.Class == cls.Within && !kept && x.mayCover(after, out.lock, in) && !x.covered(after, after.held, in, out.lock) {
				x.record.release(cs, out.chain, out.lock, in).ask(x.askCovered(after, cs, out.lock, in))
			}
		}
	}
}

// returns reports whether a function hands l, which it leaves held, to whoever
// has called it.
func (t target) returns(l lockset.Lock) bool {
	return slices.ContainsFunc(t.sum.exits, func(e *exit) bool {
		return slices.ContainsFunc(e.held, func(h lockset.Lock) bool {
			return h.Class == l.Class && h.Guard != nil && slices.ContainsFunc(e.results, func(r *lockset.Value) bool { return r == h.Guard })
		})
	})
}

// maxAfters bounds how many ways out of callbacks are followed at one call of a
// function. Each way may be followed by each way of the next callback, and by
// those of the callbacks inside, and code of that kind holds nothing together
// that a reader could follow either. Beyond, see doubt.
const maxAfters = 200

// doubt is what s becomes by callbacks whose ways out are not followed: locks of
// a class that one of them may give up are held Maybe, and somebody else may keep
// what releases a lock. What they leave held, and write, is not known here.
func (x *exec) doubt(s *state, callbacks []callback) {
	x.bounded = true
	if len(s.held) == 0 {
		return
	}
	d := doubts{classes: make(map[string]bool), seen: make(map[*summary]bool)}
	d.add(callbacks)
	s.held = s.held.Map(func(l lockset.Lock) lockset.Lock {
		if d.classes[l.Class] || d.classes[""] {
			l.Flags |= lockset.Maybe
		}
		if l.Guard != nil {
			l.Flags |= lockset.Handed
		}
		return l
	})
}

// A doubts is which classes callbacks may give up locks of; "" stands for all.
type doubts struct {
	classes map[string]bool
	seen    map[*summary]bool
}

func (d doubts) add(callbacks []callback) {
	for _, cb := range callbacks {
		for _, t := range cb.targets {
			if d.seen[t.sum] {
				continue
			}
			d.seen[t.sum] = true
			for _, e := range t.sum.exits {
				for _, f := range e.freed {
					d.classes[f.class] = true
				}
			}
			d.add(t.nested)
		}
	}
}

// perhapsFreed makes the mutexes of s that a call gives up in one of the states
// after it held Maybe: s is how things stand if the call is not made, and what
// tells whether it is made is not known.
func (s *state) perhapsFreed(after []*state) {
	s.held = s.held.Map(func(l lockset.Lock) lockset.Lock {
		gone := func(t *state) bool {
			return !slices.ContainsFunc(t.held, func(o lockset.Lock) bool { return o.Class == l.Class && o.Key == l.Key })
		}
		if l.Is(lockset.Plain) && slices.ContainsFunc(after, gone) {
			l.Flags |= lockset.Maybe
		}
		return l
	})
}
