package analyzer

import (
	"encoding/binary"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

const (
	// maxExits is how many ways out of a function its summary has; of the rest
	// callers do not know.
	maxExits = 24
	// maxVariants is how many events of one kind, class and mode a summary
	// tells apart by key or by what was given up before.
	maxVariants = 16
	// maxImplied is the same for inferred classes, of which there are many: the
	// next ones lose their keys, and twice as many are dropped.
	maxImplied = 4
	// maxHeldAtCalls is how many events of a summary are calls of one method or
	// function that callers know better. Further ones tell of classes only of
	// which none has told that they are held there, and from twice as many on of
	// declared ones.
	maxHeldAtCalls = 8
	// maxGuard is how many conditions an event or exit carries.
	maxGuard = 10
)

// ret ends a path: it becomes an exit of the summary.
func (x *exec) ret(s *state, instr *ssa.Return) {
	var results []*lockset.Value
	for _, r := range instr.Results {
		results = append(results, x.eval(s, r))
	}
	if x.a.isRoot(x.fn) {
		for _, r := range results {
			x.escape(s, callSite{instr: instr, pos: x.returnPos(instr)}, r)
		}
	}
	reach := x.reachable(s, results)
	x.leaks(s, reach, x.returnPos(instr))
	n := namer{x: x, s: s, names: make(map[*lockset.Value]*lockset.Value), roles: make(map[string]int)}
	e := &exit{guard: x.entryFacts(s), freed: s.freed}
	for _, ev := range s.called {
		e.calls = append(e.calls, ev.n)
	}
	x.ways = append(x.ways, way{s.called, s.facts})
	for i, r := range results {
		e.results = append(e.results, n.name(r, "r"+itoa(i)))
	}
	x.nameWrites(s, e, &n, reach)
	for v, f := range n.names {
		if x.named[v] == nil {
			x.named[v] = f
		}
	}
	for _, l := range s.held {
		if l.Is(lockset.Given) || l.Is(lockset.Assumed) {
			continue
		}
		if l.Guard != nil && !l.Guard.Entry() && !reach[l.Guard] {
			continue // leaked, and said so
		}
		out := l
		out.Key = n.known(l.Key)
		if out.Key == nil && l.Is(lockset.Implied) {
			continue // nobody could say which one, and so release it
		}
		if l.Guard != nil {
			out.Guard = n.name(l.Guard, "l"+l.Class)
		}
		out.Parent = n.known(l.Parent)
		out.ModeBy = n.known(l.ModeBy)
		out.Via = n.known(l.Via)
		if out.ModeBy == nil {
			out.Mode = x.mode(s, l.Mode, l.ModeBy)
		}
		out.Site, out.Flags = 0, l.Flags&(lockset.Plain|lockset.Maybe|lockset.Implied|lockset.Many)
		if l.Guard == nil || l.Guard.Entry() || l.Is(lockset.Handed) {
			out.Flags |= lockset.Handed
		}
		e.held = append(e.held, out)
		e.heldAt = append(e.heldAt, x.takenAt(l))
		if x.isBody() {
			e.heldIn = append(e.heldIn, x.acqs[l.Site])
		}
	}
	for _, h := range s.handed {
		if h.Entry() {
			e.handed = append(e.handed, h)
		}
	}
	for _, g := range s.gos {
		var st started
		for _, h := range g.handles {
			if h.Op == lockset.OpDeref { // the variable stays here, what it holds may not
				h = x.lookup(s, h)
			}
			if h := n.known(h); h != nil {
				st.handles = append(st.handles, h)
			}
		}
		if len(st.handles) == 0 {
			continue // no caller can wait for it
		}
		st.fn = n.name(g.fn, "g")
		for _, a := range g.args {
			st.args = append(st.args, n.name(a, "g"))
		}
		e.started = append(e.started, st)
	}
	if x.isBody() {
		e.defers = n.deferred(s.defers)
	}
	for _, f := range s.facts {
		if f.Cond.Entry() && !(f.Cond.Op == lockset.OpSum && f.True) && !sentinel(f, results) {
			continue
		}
		if c, ok := n.existing(f.Cond); ok {
			e.facts = append(e.facts, lockset.Fact{Cond: c, True: f.True})
		}
	}
	for _, v := range n.named() {
		if v.Op == lockset.OpAlloc {
			e.facts = append(e.facts, lockset.Fact{Cond: x.t.Equal(n.names[v], x.t.Nil), True: false})
		}
	}
	slices.SortFunc(e.facts, func(a, b lockset.Fact) int { return a.Cond.ID() - b.Cond.ID() })
	e.facts = slices.CompactFunc(e.facts, func(a, b lockset.Fact) bool { return a.Cond == b.Cond })
	x.addExit(e)
}

// sentinel reports whether f says that one of the results is an error variable,
// which is not nil.
func sentinel(f lockset.Fact, results []*lockset.Value) bool {
	return !f.True && f.Cond.Op == lockset.OpCmp && f.Cond.Aux == "==" && isNilValue(f.Cond.Args[1]) &&
		f.Cond.Args[0].Op == lockset.OpGlobal && slices.Contains(results, f.Cond.Args[0])
}

// addExit adds a way out, or widens one that does the same.
func (x *exec) addExit(e *exit) {
	key := x.exitKey(e, x.choices())
	if old := x.exits[key]; old != nil {
		old.guard = x.t.Either(old.guard, e.guard)
		old.facts = x.t.Either(old.facts, e.facts)
		old.widen(e, x.t)
		old.calls = slices.DeleteFunc(old.calls, func(n int) bool { return !slices.Contains(e.calls, n) })
		for i := range old.heldAt {
			if e.heldAt[i].less(old.heldAt[i]) {
				old.heldAt[i] = e.heldAt[i]
			}
		}
		return
	}
	if len(x.exits) >= maxExits {
		x.bounded = true
		return
	}
	x.exits[key] = e
}

// hard reports whether a write tells exits apart: it leaves a lock's guard, or a
// function that deals with locks, behind, or says how a loop was left.
func (a *unit) hard(w write, carriers map[*lockset.Value]bool) bool {
	if w.val.Op == lockset.OpNil && w.place.Entry() {
		return true // a field that was cleared
	}
	if w.place.IsWayOut() {
		return true
	}
	return w.place.Op != lockset.OpElem && w.val.Has(func(v *lockset.Value) bool { return v.Op == lockset.OpFunc && !a.idle(v) || carriers[v] })
}

// carriers returns the values of e that lead to the guard of a lock it leaves held.
func (e *exit) carriers() map[*lockset.Value]bool {
	out := make(map[*lockset.Value]bool)
	for _, l := range e.held {
		if l.Guard != nil {
			out[l.Guard] = true
		}
	}
	return spread(out, len(e.writes), func(i int) (place, val *lockset.Value) { return e.writes[i].place, e.writes[i].val })
}

// widen makes e stand for o too: what they leave in a place that they do not
// agree on is not known.
func (e *exit) widen(o *exit, t *lockset.Table) {
	find := func(ws []write, place *lockset.Value) *lockset.Value {
		for _, w := range ws {
			if w.place == place {
				return w.val
			}
		}
		return nil
	}
	for i, r := range e.results {
		if r != o.results[i] && r.Op != lockset.OpFresh {
			e.results[i] = t.Fresh("w" + itoa(i))
		}
	}
	e.writes = slices.DeleteFunc(e.writes, func(w write) bool { return rest(w.place, w.val) && find(o.writes, w.place) != w.val })
	for i, w := range e.writes {
		if w.place.Op != lockset.OpElem && find(o.writes, w.place) != w.val {
			e.writes[i].val = t.Unknown
		}
	}
	for _, w := range o.writes {
		switch {
		case w.place.Op == lockset.OpElem:
			if !slices.Contains(e.writes, w) {
				e.writes = append(e.writes, w)
			}
		case find(e.writes, w.place) == nil && !rest(w.place, w.val):
			e.writes = append(e.writes, write{w.place, t.Unknown})
		}
	}
	for _, h := range o.handed {
		if !slices.Contains(e.handed, h) {
			e.handed = append(e.handed, h)
		}
	}
}

// choices returns, by result, whether its constants tell exits apart: the
// function chooses one of a few, as a mode is chosen. Beyond maxChoices ways out
// they no longer do.
func (x *exec) choices() []bool {
	results := x.fn.Signature.Results()
	out := make([]bool, results.Len())
	for i := range out {
		out[i] = len(x.exits) < maxChoices && isChoice(results.At(i).Type())
	}
	return out
}

// isChoice reports whether t is of the kind that modes are of: a named type of
// integers.
func isChoice(t types.Type) bool {
	if _, named := types.Unalias(t).(*types.Named); !named {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// maxChoices bounds the ways out of a function that a constant may tell apart.
const maxChoices = 4

// telling reports whether a result tells exits apart: it is a truth value, nil,
// a function, or something that the function was given; or a choice.
func telling(r *lockset.Value, choice bool) bool {
	switch r.Op {
	case lockset.OpConst:
		return choice || r.Aux == "true" || r.Aux == "false"
	case lockset.OpFresh, lockset.OpUnknown, lockset.OpSum, lockset.OpZero:
		return false
	}
	return true
}

func (x *exec) exitKey(e *exit, choices []bool) string {
	var b []byte
	num := func(v *lockset.Value) {
		n := 0
		if v != nil {
			n = v.ID() + 1
		}
		b = binary.AppendUvarint(b, uint64(n))
	}
	for i, r := range e.results {
		if telling(r, choices[i]) {
			num(r)
		} else {
			num(nil)
		}
	}
	b = append(b, 0xff, 1)
	for _, f := range e.freed {
		b = append(append(b, f.class...), 0)
		num(f.guard)
		num(f.key)
	}
	b = append(b, 0xff, 2)
	for _, l := range e.held {
		b = append(append(b, l.Class...), 0, byte(l.Mode), byte(l.Flags))
		num(l.Key)
		num(l.Guard)
		num(l.Parent)
		num(l.ModeBy)
	}
	b = append(b, 0xff, 3)
	carriers := e.carriers()
	for _, w := range e.writes {
		if x.a.hard(w, carriers) || w.val.Entry() && x.code.isExchanged(w.place) {
			num(w.place)
			num(w.val)
		}
	}
	b = append(b, 0xff, 4)
	for _, g := range e.started {
		num(g.fn)
	}
	b = append(b, 0xff, 6)
	for _, d := range e.defers {
		b = binary.AppendUvarint(b, uint64(d.instr.Pos()))
		num(d.fn)
		for _, a := range d.args {
			num(a)
		}
	}
	if len(e.held)+len(e.freed) > 0 || len(e.results) > 1 {
		b = append(b, 0xff, 5) // the results tell these ways apart
		for _, f := range e.facts {
			if f.Cond.Op == lockset.OpCmp && isNilValue(f.Cond.Args[1]) || f.Cond.Op == lockset.OpFresh {
				num(f.Cond)
				b = append(b, flag(f.True))
			}
		}
	}
	return string(b)
}

// finish puts the events and exits in a fixed order.
func (x *exec) finish() {
	for _, k := range sortedKeys(x.events) {
		if ev := x.events[k]; x.said(ev) == nil {
			x.sum.events = append(x.sum.events, ev)
		}
	}
	for _, k := range sortedKeys(x.exits) {
		x.sum.exits = append(x.sum.exits, x.exits[k])
	}
	x.sum.exits = x.collapse(x.sum.exits)
	slices.SortStableFunc(x.sum.events, func(a, b *event) int {
		switch {
		case a.kind != b.kind:
			return int(a.kind) - int(b.kind)
		case a.chain.less(b.chain):
			return -1
		case b.chain.less(a.chain):
			return 1
		}
		return 0
	})
	x.numberCalls()
	x.nameArgs()
}

// A way is one on which the function returns: the calls that are made there,
// or cannot be, and what is known.
type way struct {
	called []*event
	facts  lockset.Facts
}

// without reports whether ev, a call, does not happen on this way although its
// guard may hold.
func (w way) without(t *lockset.Table, ev *event) bool {
	return !slices.Contains(w.called, ev) && !t.Excludes(w.facts, ev.guard)
}

// numberCalls finds the calls that always happen, and renumbers those that
// exits speak of, now that the events are in order.
func (x *exec) numberCalls() {
	at := make(map[int]int)
	for _, ev := range x.sum.events {
		if ev.kind == evCall {
			at[ev.n] = len(at)
			ev.always = !ev.widened && !slices.ContainsFunc(x.ways, func(w way) bool { return w.without(x.t, ev) })
		}
	}
	for _, e := range x.sum.exits {
		var calls []int
		for _, n := range e.calls {
			calls = append(calls, at[n])
		}
		slices.Sort(calls)
		e.calls = calls
	}
}

// collapse makes one exit of those that leave nothing behind and tell nothing
// of their results.
func (x *exec) collapse(exits []*exit) []*exit {
	var out []*exit
	var quiet *exit
	for _, e := range exits {
		if !e.plain() {
			out = append(out, e)
			continue
		}
		if quiet == nil {
			quiet = e
			out = append(out, e)
			continue
		}
		quiet.guard = x.t.Either(quiet.guard, e.guard)
		quiet.facts = x.t.Either(quiet.facts, e.facts)
		quiet.calls = slices.DeleteFunc(quiet.calls, func(n int) bool { return !slices.Contains(e.calls, n) })
	}
	return out
}

// returnPos is the position of a return, or of the end of the function.
func (x *exec) returnPos(instr *ssa.Return) token.Pos {
	if instr.Pos().IsValid() {
		return instr.Pos()
	}
	if syn := x.fn.Syntax(); syn != nil {
		return syn.End() - 1
	}
	return x.fn.Pos()
}
