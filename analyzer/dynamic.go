package analyzer

import (
	"go/types"
	"slices"
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// dynamicCall runs a call of a value. The path's own memory says best what it
// is. What the function was given is left to its callers, as an event that
// they settle with what they know; at a root, where no caller can say more,
// the flow of values through the package answers. What that does not know is
// counted, and becomes an obligation that importers may settle.
func (x *exec) dynamicCall(s *state, cs callSite, d dynamic, flow func() flowSet) []*state {
	if targets, ok := x.resolve(s, d); ok {
		if targets = x.notYet(s, cs, targets); len(targets) == 0 {
			return []*state{s}
		}
		return x.runEach(s, cs, targets)
	}
	if v, ok := x.ofTypeParam(s, cs, d.fn); ok {
		d.fn = v
		s.calls(x.emitCall(s, cs, d, s.held, nil))
		return []*state{s}
	}
	rooted := d.fn.Rooted()
	if rooted && d.method != "" && cs.result != nil && tells(cs.common.Value.Type()) {
		x.bind(s, cs.result, x.t.Sum("call:"+d.method, d.fn))
	}
	if rooted {
		s.perhapsSet(x.t, d.args)
	}
	if rooted && !x.a.isRoot(x.fn) {
		s.calls(x.emitCall(s, cs, d, s.held, flow().vals))
		return []*state{s}
	}
	if rooted && isBare(d.fn) {
		x.unresolved(s, cs, d)
		if len(d.args) == 1 && x.isLoopBody(d.args[0]) {
			return x.iterated(s, cs, d)
		}
		s.calls(x.emitCall(s, cs, d, s.held, nil))
		return []*state{s}
	}
	fs, ok := x.a.flow.inTable(d.fn)
	if !ok {
		fs = flow()
	}
	targets := x.targets(d, fs.vals)
	if rooted && len(targets) == 0 {
		s.calls(x.emitCall(s, cs, d, s.held, nil))
	} else if rooted {
		x.emitJudged(s, cs, d, targets, fs)
		defer func(was bool) { x.settled = was }(x.settled)
		x.settled = true
	}
	if !fs.complete {
		if !rooted && inVariable(d.fn) {
			x.emitJudged(s, cs, d, nil, flowSet{complete: true})
		}
		x.unresolved(s, cs, d)
	}
	if len(targets) == 0 {
		return x.callsBack(s, cs, d)
	}
	out := x.runEach(s.clone(), cs, targets)
	if !fs.complete {
		out = append(out, s)
	}
	return x.dedupe(out)
}

// notYet returns, of the elements of a container that a loop calls one after
// the other, those whose lock no earlier turn has taken at this very call: it
// comes to each of them once.
func (x *exec) notYet(s *state, cs callSite, targets []callee) []callee {
	if len(targets) < 2 || !x.inLoop(cs) {
		return targets
	}
	return slices.DeleteFunc(targets, func(c callee) bool {
		return len(c.args) > 0 && slices.ContainsFunc(s.held, func(l lockset.Lock) bool {
			return x.acqs[l.Site].pos == cs.pos && l.Is(lockset.Plain) && x.locks(c.args[0], l)
		})
	})
}

// locks reports whether recv is the object that holds the mutex l, or the mutex.
func (x *exec) locks(recv *lockset.Value, l lockset.Lock) bool {
	if recv == l.Key {
		return true
	}
	place := x.t.Deref(recv)
	lock := x.a.lockAt(place)
	return lock != nil && lock.Class == l.Class && holderOf(place) == l.Key
}

// perhapsSet forgets the constants in the fields of the objects made here that
// something unknown is given: an option sets the mode in a configuration, say.
func (s *state) perhapsSet(t *lockset.Table, args []*lockset.Value) {
	for _, arg := range args {
		if arg.Op != lockset.OpAlloc {
			continue
		}
		for i, m := range s.mem {
			if m.place.Op == lockset.OpField && m.place.Args[0] == arg && isConst(m.val) {
				s.ownMem()
				s.mem[i].val = t.Unknown
			}
		}
	}
}

// tells reports whether an interface only tells keys of its value: all of its
// methods are without parameters and return a string. Called again on the same
// value, such a method is taken to say the same again.
func tells(t types.Type) bool {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok || iface.NumMethods() == 0 {
		return false
	}
	for m := range iface.Methods() {
		sig := m.Signature()
		if sig.Params().Len() != 0 || sig.Results().Len() != 1 || !isKey(sig.Results().At(0).Type()) {
			return false
		}
	}
	return true
}

// inVariable reports whether v lies in a package variable, a table of handlers
// say: other packages may put something there.
func inVariable(v *lockset.Value) bool {
	for v.Op == lockset.OpElem || v.Op == lockset.OpField || v.Op == lockset.OpDeref {
		v = v.Args[0]
	}
	return v.Op == lockset.OpGlobal
}

// callsBack runs a call of something unknown that is given functions: an
// iterator and the body of its loop, say. It may call them.
func (x *exec) callsBack(s *state, cs callSite, d dynamic) []*state {
	states := []*state{s}
	for _, arg := range d.args {
		if arg.Op != lockset.OpFunc {
			continue
		}
		at := cs
		at.guess = cs.guess || !x.isLoopBody(arg)
		var next []*state
		for _, t := range states {
			next = append(next, t)
			next = append(next, x.perhapsTaken(at, t, x.callYield(t.clone(), at, arg, nil))...)
		}
		states = x.dedupe(next)
	}
	return states
}

// iterated runs a loop over an iterator that only callers know: it calls the body,
// or ends at once. What the body does is judged here; callers judge what it takes
// under what the iterator and they themselves hold, and what the iterator does
// under what is held here.
func (x *exec) iterated(s *state, cs callSite, d dynamic) []*state {
	if body, ok := x.a.calleeOfValue(d.args[0], nil); ok && x.onlyTakes(body) {
		x.emitJudged(s, cs, d, nil, flowSet{complete: true})
	}
	alone := d
	alone.args = []*lockset.Value{x.t.Unknown}
	s.calls(x.emitCall(s, cs, alone, s.held, nil))
	return x.callsBack(s, cs, d)
}

// onlyTakes reports whether c neither asks for locks that are held already nor
// leaves any held or given up: no caller has to know that it ran.
func (x *exec) onlyTakes(c callee) bool {
	sum, _ := x.a.summaryFor(c)
	return sum == nil || !slices.ContainsFunc(sum.events, func(ev *event) bool { return ev.kind == evRequire || ev.kind == evRelease }) &&
		!slices.ContainsFunc(sum.exits, func(e *exit) bool { return len(e.held)+len(e.freed)+len(e.defers) > 0 })
}

// isBare reports whether v is a parameter or captured variable itself, or what
// it points to, so that only a caller can say what it is.
func isBare(v *lockset.Value) bool {
	for v.Op == lockset.OpDeref {
		v = v.Args[0]
	}
	return v.Op == lockset.OpParam || v.Op == lockset.OpFree
}

// runEach runs the call once for each target.
func (x *exec) runEach(s *state, cs callSite, targets []callee) []*state {
	var out []*state
	for i, c := range targets {
		t := s
		if i < len(targets)-1 {
			t = s.clone()
		}
		out = append(out, x.run1(t, cs, c)...)
	}
	return x.dedupe(out)
}

// resolve returns what d calls, if the path itself tells.
func (x *exec) resolve(s *state, d dynamic) ([]callee, bool) {
	v := d.fn
	for v.Op == lockset.OpPrev {
		v = v.Args[0]
	}
	switch v.Op {
	case lockset.OpFunc, lockset.OpBound, lockset.OpIface:
		t := x.targets(d, []*lockset.Value{v})
		return t, len(t) > 0
	case lockset.OpNil:
		return nil, true // it would panic
	case lockset.OpElem, lockset.OpSum:
		if len(v.Args) == 0 {
			return nil, false
		}
		var vals []*lockset.Value
		for _, e := range x.elements(s, v.Args[0]) {
			if e.Op == lockset.OpUnknown {
				return nil, false // there are more, or others
			}
			if e.Op == lockset.OpFunc || e.Op == lockset.OpBound || e.Op == lockset.OpIface {
				vals = append(vals, e)
			}
		}
		t := x.targets(d, vals)
		return t, len(t) > 0
	case lockset.OpField: // a field of the elements of a container
		if el := v.Args[0]; el.Op == lockset.OpElem {
			var vals []*lockset.Value
			for _, e := range x.elements(s, el.Args[0]) {
				if f := x.field(s, e, v.Aux); f.Op == lockset.OpFunc || f.Op == lockset.OpBound || f.Op == lockset.OpIface {
					vals = append(vals, f)
				}
			}
			t := x.targets(d, vals)
			return t, len(t) > 0
		}
	}
	return nil, false
}

// targets turns function values, or values with a dynamic type, into callees.
func (x *exec) targets(d dynamic, vals []*lockset.Value) []callee {
	out := make([]callee, 0, len(vals))
	for _, v := range vals {
		switch {
		case v.Op == lockset.OpFunc && d.method == "":
			if c, ok := x.a.calleeOfValue(v, d.args); ok {
				out = append(out, c)
			}
		case v.Op == lockset.OpIface && d.method != "":
			if c, ok := x.a.methodOf(v, d.method, d.args); ok {
				if i := strings.LastIndexByte(d.name, '.'); i > 0 {
					c.name = x.a.throughName(c.name, d.method, d.name[:i])
				}
				out = append(out, c)
			}
		}
	}
	return out
}

// throughName is what people call a method that is called by an interface.
func (a *unit) throughName(name, method, iface string) string {
	k := [3]string{name, method, iface}
	if s, ok := a.throughNames[k]; ok {
		return s
	}
	s := method + " of " + strings.TrimSuffix(name, "."+method) + " through " + iface
	if a.throughNames == nil {
		a.throughNames = make(map[[3]string]string)
	}
	a.throughNames[k] = s
	return s
}

// emitCall makes the call an event of the function under analysis.
func (x *exec) emitCall(s *state, cs callSite, d dynamic, held lockset.Set, fallback []*lockset.Value) *event {
	ev := &event{
		kind: evCall, fn: x.anyElem(d.fn), method: d.method, target: d.target, args: x.entryArgs(s, d.args), given: d.args, fallback: fallback,
		chain: newHop(d.name, x.a.place(cs.pos), nil), again: x.inLoop(cs), try: cs.guess,
	}
	x.holdEvent(ev, cs, held)
	return x.emit(s, ev)
}

// emitJudged makes a call that has been settled here an event all the same: a
// caller's own locks are still to be judged, and it may know better what is
// called. If the package does not know all that may be called, what is held here
// is judged again, against what only callers know. What is called as far as this
// package knows is for those that do not know better.
func (x *exec) emitJudged(s *state, cs callSite, d dynamic, targets []callee, known flowSet) {
	ev := &event{
		kind: evCall, fn: x.anyElem(d.fn), method: d.method, target: d.target, args: x.entryArgs(s, d.args), fallback: known.vals, judged: known.complete,
		chain: newHop(d.name, x.a.place(cs.pos), nil),
	}
	if !known.complete {
		ev.told = toldOf(nil, targets)
		x.holdEvent(ev, cs, s.held)
	}
	x.emit(s, ev)
}

// holdEvent notes what is held at a call of something unknown.
func (x *exec) holdEvent(ev *event, cs callSite, held lockset.Set) {
	for _, l := range held {
		if l.Is(lockset.Given) || cs.guess && l.Is(lockset.Implied) {
			continue
		}
		in := heldIn{cs, x.acqs[l.Site]}
		if o := x.acqs[l.Site].from; o != nil {
			in = *o
		}
		ev.held = append(ev.held, x.entryLock(l))
		ev.heldAt = append(ev.heldAt, x.takenAt(l))
		if x.fn.Synthetic != "" {
			in = heldIn{} // nobody wrote this call
		}
		ev.heldIn = append(ev.heldIn, in)
	}
}

// anyElem takes out of a place that a caller is to look up the indices that
// mean nothing to it.
func (x *exec) anyElem(v *lockset.Value) *lockset.Value {
	return x.t.Map(v, func(v *lockset.Value) *lockset.Value {
		if v.Op == lockset.OpElem && (!v.Args[1].Entry() || v.Args[1].Op == lockset.OpSum) {
			return x.t.Elem(x.anyElem(v.Args[0]), x.t.Nil)
		}
		return nil
	})
}

// entryArgs keeps of args what means something to a caller.
func (x *exec) entryArgs(s *state, args []*lockset.Value) []*lockset.Value {
	out := make([]*lockset.Value, len(args))
	for i, a := range args {
		out[i] = x.entryArg(s, a)
	}
	return out
}

// entryArg is entryValue, which of a closure keeps what its captured variables
// hold, and of what is known not to be nil that it is something. Of a guard
// nothing is kept: what is released may be any. Closures that have captured one
// another, those of inside among them, are of no end: the second time nothing is
// kept of one.
func (x *exec) entryArg(s *state, v *lockset.Value, inside ...*lockset.Value) *lockset.Value {
	if v.Op != lockset.OpFunc && !v.Entry() && x.t.NonNil(s.facts, v) && !x.leadsToGuard(s, v) {
		return x.t.Iface("", x.t.Unknown)
	}
	if v.Op != lockset.OpFunc || v.Entry() {
		return x.entryValue(v)
	}
	caps := make([]*lockset.Value, len(v.Args))
	for i, c := range v.Args {
		caps[i] = x.entryValue(c)
		if c.Entry() {
			continue
		}
		held := x.lookup(s, x.t.Deref(c))
		if (held.Op == lockset.OpFunc || held.Entry()) && held != v && !slices.Contains(inside, held) {
			caps[i] = x.t.Cell(x.entryArg(s, held, append(inside, v)...))
		}
	}
	return x.t.Func(v.Aux, caps...)
}

// entryValue returns v if it means something to a caller, else Unknown.
func (x *exec) entryValue(v *lockset.Value) *lockset.Value {
	if v == nil || !v.Entry() {
		return x.t.Unknown
	}
	return v
}

// entryLock translates a held lock for the callers of the function.
func (x *exec) entryLock(l lockset.Lock) lockset.Lock {
	if l.Key != nil && !l.Key.Entry() {
		l.Key = nil
	}
	if l.Guard != nil && !l.Guard.Entry() {
		l.Guard = x.t.Unknown
	}
	if l.Parent != nil && !l.Parent.Entry() {
		l.Parent = nil
	}
	if l.ModeBy != nil && !l.ModeBy.Entry() {
		l.ModeBy = nil
	}
	l.Via, l.Site = nil, 0
	return l
}

// takenAt returns the witness of how a held lock was taken, from this function on.
func (x *exec) takenAt(l lockset.Lock) *hop {
	a := x.acqs[l.Site]
	if a.chain != nil {
		return a.chain
	}
	name := l.Class
	if a.site.common != nil {
		name = x.a.callName(a.site)
	}
	return newHop(name, x.a.place(a.pos), nil)
}

// passOn hands an event that cannot be settled here to the callers.
func (x *exec) passOn(inner *state, cs callSite, c callee, ev *event, d dynamic) *event {
	out := &event{
		kind: evCall, fn: x.anyElem(d.fn), method: ev.method, target: ev.target, args: x.entryArgs(inner, d.args), fallback: ev.fallback, judged: ev.judged, told: ev.told,
		chain: newHop(c.name, x.a.place(cs.pos), ev.chain), again: ev.again || x.inLoop(cs),
	}
	x.holdEvent(out, cs, inner.held)
	return x.emit(inner, out)
}

func subLock(l lockset.Lock, sub func(*lockset.Value) *lockset.Value) lockset.Lock {
	or := func(v *lockset.Value) *lockset.Value {
		if v == nil {
			return nil
		}
		return sub(v)
	}
	l.Key, l.Guard, l.Via, l.Parent, l.ModeBy = or(l.Key), or(l.Guard), or(l.Via), or(l.Parent), or(l.ModeBy)
	if l.Key != nil && l.Key.Op == lockset.OpUnknown {
		l.Key = nil
	}
	return l
}

// underLock reports whether a lock is held for sure, by the function itself.
func underLock(s *state) bool {
	return slices.ContainsFunc(s.held, func(l lockset.Lock) bool { return !unsure(l) })
}

func unsure(l lockset.Lock) bool { return l.Is(lockset.Given) || l.Is(lockset.Maybe) }

// unresolved counts a call under a lock that nothing is known of, and makes it
// an obligation.
func (x *exec) unresolved(s *state, cs callSite, d dynamic) {
	if x.silent {
		return
	}
	if !underLock(s) {
		return
	}
	x.record.called[cs.pos] = true
	x.record.unresolved[cs.pos] = true
	held := s.held.Without(unsure)
	if d.target != "" && !strings.HasPrefix(d.target, "local:") {
		x.record.oblige(x, s, cs, d, held)
	}
}
