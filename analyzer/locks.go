package analyzer

import (
	"go/types"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

const asyncKind = lockmodel.Async

// A wanted is a lock that is asked for: one class, one or several keys.
type wanted struct {
	class   string
	keys    []*lockset.Value // none: unknown
	mode    lockmodel.Mode
	by      *lockset.Value
	try     bool
	ordered bool
	plain   bool
	implied bool
	chain   *hop // nil if the call itself asks
	freed   []freed
	parent  *lockset.Value
	keyArg  []lockmodel.Path // direct: the paths of the keys, for the text
	text    string           // the user's expression for the key, if it is known otherwise
	origin  *handlerNeed     // the requirement of a handler that this is
	given   *lockset.Value   // what was given to the callee as the guard of such a lock
}

// declares reports whether a directive says what a call takes or gives up, so
// that the body has no say in it.
func declares(f *lockmodel.Func) bool {
	for _, e := range f.Effects {
		if e.Kind == lockmodel.Acquire || e.Kind == lockmodel.Release {
			return true
		}
	}
	return false
}

// keysOf evaluates the keys of an effect. A key that is a slice stands for all
// its elements.
func (x *exec) keysOf(s *state, c callee, e lockmodel.Effect) []*lockset.Value {
	var out []*lockset.Value
	for _, p := range e.Keys {
		v, typ := x.pathValue(s, c, p)
		if typ != nil {
			if _, ok := typ.Underlying().(*types.Slice); ok {
				out = append(out, x.eachOf(s, v)...)
				continue
			}
		}
		out = append(out, v)
	}
	return out
}

// maxEach bounds the elements of a slice that are told apart.
const maxEach = 8

// eachOf returns the elements of a slice: those that were put into it one by
// one, and if there may be others, one value that stands for all.
func (x *exec) eachOf(s *state, v *lockset.Value) []*lockset.Value {
	if v.Op == lockset.OpNil {
		return nil
	}
	var out []*lockset.Value
	all := true
	for _, m := range s.mem {
		if m.place.Op == lockset.OpElem && m.place.Args[0] == v {
			all = all && isConst(m.place.Args[1])
			if m.val.Op == lockset.OpUnknown || len(out) == maxEach {
				all = false
				continue
			}
			out = append(out, m.val)
		}
	}
	if len(out) == 0 || !all {
		return append(out, x.t.Each(v))
	}
	return out
}

// pathValue evaluates a path of a directive at a call.
func (x *exec) pathValue(s *state, c callee, p lockmodel.Path) (*lockset.Value, types.Type) {
	if c.obj == nil {
		return x.t.Unknown, nil
	}
	sig := c.obj.Signature()
	i := p.Root
	var typ types.Type
	if sig.Recv() != nil {
		i++
		if p.Root == lockmodel.Receiver {
			typ = sig.Recv().Type()
		}
	}
	if p.Root >= 0 && p.Root < sig.Params().Len() {
		typ = sig.Params().At(p.Root).Type()
	}
	if i < 0 || i >= len(c.args) {
		return x.t.Unknown, typ
	}
	v := c.args[i]
	for _, f := range p.Fields {
		typ = nil
		v = x.fieldValue(s, v, f)
	}
	return v, typ
}

// fieldValue reads field name of v, a struct or a pointer to one.
func (x *exec) fieldValue(s *state, v *lockset.Value, name string) *lockset.Value {
	if f := v.Spelled(name); f != nil {
		return f
	}
	f := x.t.Field(v, name)
	if f.Op == lockset.OpField {
		return x.lookup(s, f)
	}
	return f
}

// modeOf evaluates the mode of an effect.
func (x *exec) modeOf(s *state, c callee, e lockmodel.Effect) (lockmodel.Mode, *lockset.Value) {
	if e.Mode.From == nil {
		if e.Mode.Fixed == lockmodel.Unknown {
			return lockmodel.Exclusive, nil
		}
		return e.Mode.Fixed, nil
	}
	v, _ := x.pathValue(s, c, *e.Mode.From)
	x.a.modes[v] = e.Mode.Values
	return x.t.Mode(s.facts, lockmodel.Unknown, v, e.Mode.Values), v
}

// mode decides a mode under what s knows.
func (x *exec) mode(s *state, fixed lockmodel.Mode, by *lockset.Value) lockmodel.Mode {
	if by == nil {
		return fixed
	}
	return x.t.Mode(s.facts, fixed, by, x.a.modes[by])
}

// requires checks the require directives of a callee.
func (x *exec) requires(s *state, cs callSite, c callee, spec *lockmodel.Func) {
	for _, e := range spec.Of(lockmodel.Require) {
		mode, by := x.modeOf(s, c, e)
		if e.Mode.From == nil && e.Mode.Fixed == lockmodel.Unknown {
			mode = lockmodel.Unknown
		}
		x.require(s, cs, wanted{class: e.Class, keys: x.keysOf(s, c, e), mode: mode, by: by, chain: x.direct(cs, c), keyArg: e.Keys})
	}
}

// direct returns the witness of what a call does by itself: nil, unless the
// call is made by somebody who was passed the function.
func (x *exec) direct(cs callSite, c callee) *hop {
	if cs.through == nil {
		return nil
	}
	return concat(cs.through, newHop(c.name, x.a.place(cs.pos), nil))
}

// directive runs a call of a function whose directives say what it takes and
// gives up. What its body does besides, to other classes, counts as well.
func (x *exec) directive(s *state, cs callSite, c callee, spec *lockmodel.Func, sum *summary) []*state {
	x.requires(s, cs, c, spec)
	if sum != nil {
		x.applyEvents(s, cs, c, sum.otherThan(spec), x.substitution(s, cs, c))
	}
	var taken []lockset.Lock
	var during []lockmodel.Effect
	fails := false
	for _, e := range spec.Effects {
		if e.Kind != lockmodel.Acquire {
			continue
		}
		if e.Guard.Kind == lockmodel.GuardReceiver && len(c.args) > 0 && x.t.IsNil(s.facts, c.args[0]) {
			return []*state{s} // nothing is taken through nil
		}
		locks := x.acquireEffect(s, cs, c, e)
		if e.During != nil {
			during = append(during, e)
		}
		taken = append(taken, locks...)
		fails = fails || e.Try
	}
	if len(during) > 0 {
		return x.runDuring(s, cs, c, during, taken)
	}
	for _, e := range spec.Of(lockmodel.Release) {
		x.releaseEffect(s, cs, c, e)
	}
	if len(taken) == 0 {
		return []*state{s}
	}
	return x.outcome(s, cs, taken, fails)
}

// acquireEffect checks one acquire effect and returns the locks it would hold.
func (x *exec) acquireEffect(s *state, cs callSite, c callee, e lockmodel.Effect) []lockset.Lock {
	mode, by := x.modeOf(s, c, e)
	w := wanted{class: e.Class, keys: x.keysOf(s, c, e), mode: mode, by: by, try: e.Try, ordered: e.Ordered, keyArg: e.Keys, chain: x.direct(cs, c)}
	guard, via := x.holder(cs, c, e.Guard)
	if len(w.keys) == 0 && e.Guard.Kind == lockmodel.GuardReceiver {
		w.keys = x.keysOfGuard(s, guard)
	}
	if cls := x.a.model.Classes[e.Class]; cls != nil && cls.Within != "" {
		w.parent = x.parentKey(s, c, cls.Within)
		x.require(s, cs, wanted{class: cls.Within, keys: one(w.parent), chain: x.direct(cs, c)})
	} else if outer := x.outerBeside(c, e); outer != "" {
		w.parent = x.parentKey(s, c, outer)
	}
	x.want(s, cs, w)
	l := lockset.Lock{Class: e.Class, Mode: mode, ModeBy: by, Guard: guard, Via: via, Parent: w.parent}
	if e.Try {
		l.Flags |= lockset.Tried
	}
	if e.Guard.Kind != lockmodel.GuardResult {
		l.Flags |= lockset.Handed
	}
	l.Site = x.acquisition(cs, e.Class, x.direct(cs, c), "", e.Keys)
	if len(w.keys) == 0 {
		return []lockset.Lock{l}
	}
	var out []lockset.Lock
	for _, k := range w.keys {
		l := l
		if k.Op != lockset.OpUnknown {
			l.Key = k
		}
		out = append(out, l)
	}
	return out
}

// outerBeside returns the class that a lock lies within which c takes along with
// that of e: their guard is one, and is to know by which key the outer lock goes
// when the inner one is given up and taken again.
func (x *exec) outerBeside(c callee, e lockmodel.Effect) string {
	spec := x.a.model.Funcs[c.key]
	if spec == nil {
		return ""
	}
	for _, o := range spec.Effects {
		if cls := x.a.model.Classes[o.Class]; o.Kind == lockmodel.Acquire && o.Guard == e.Guard && cls != nil && cls.Within != "" {
			return cls.Within
		}
	}
	return ""
}

func one(v *lockset.Value) []*lockset.Value {
	if v == nil {
		return nil
	}
	return []*lockset.Value{v}
}

// keysOfGuard returns the keys of what the guard holds already: the index of a
// mailbox is that mailbox's.
func (x *exec) keysOfGuard(s *state, guard *lockset.Value) []*lockset.Value {
	for _, l := range s.held {
		if l.Guard == guard && l.Key != nil {
			return one(l.Key)
		}
	}
	return nil
}

// parentKey returns the key of the outer lock that a lock taken by c lies
// within: what c requires of that class, or what the receiver holds of it.
func (x *exec) parentKey(s *state, c callee, outer string) *lockset.Value {
	if spec := x.a.model.Funcs[c.key]; spec != nil {
		for _, e := range spec.Of(lockmodel.Require) {
			if e.Class == outer {
				if keys := x.keysOf(s, c, e); len(keys) == 1 {
					return keys[0]
				}
			}
		}
	}
	if c.obj != nil && c.obj.Signature().Recv() != nil && len(c.args) > 0 {
		for _, l := range s.held {
			if l.Guard == nil || l.Guard != c.args[0] {
				continue
			}
			if l.Class == outer {
				return l.Key
			}
			if l.Parent != nil {
				return l.Parent
			}
		}
	}
	return nil
}

// holder returns the value that will release a lock that c takes, and the
// receiver through which it is taken.
func (x *exec) holder(cs callSite, c callee, g lockmodel.Guard) (guard, via *lockset.Value) {
	if c.obj != nil && c.obj.Signature().Recv() != nil && len(c.args) > 0 {
		via = c.args[0]
	}
	switch g.Kind {
	case lockmodel.GuardReceiver:
		return via, via
	case lockmodel.GuardResult:
		return x.resultSymbol(cs, c, g.Result), via
	}
	return nil, via
}

// resultSymbol names result i of a call.
func (x *exec) resultSymbol(cs callSite, c callee, i int) *lockset.Value {
	n := x.siteNumber(cs)
	if c.obj != nil && c.obj.Signature().Results().Len() == 1 {
		return x.t.Site(n, "")
	}
	return x.t.Site(n, "r"+itoa(i))
}

// outcome splits s into the states in which a call that takes locks succeeded,
// and in which it failed and holds nothing.
func (x *exec) outcome(s *state, cs callSite, taken []lockset.Lock, fails bool) []*state {
	sig := cs.common.Signature()
	n := x.siteNumber(cs)
	res := sig.Results()
	fail := s.clone()
	failVals := make([]*lockset.Value, res.Len())
	canFail := fails && res.Len() > 0
	var noError *lockset.Value
	tells := false // a bool whether it was taken
	for i := range res.Len() {
		v := x.t.Site(n, "r"+itoa(i))
		if res.Len() == 1 {
			v = x.t.Site(n, "")
		}
		failVals[i] = v
		isGuard := slices.ContainsFunc(taken, func(l lockset.Lock) bool { return l.Guard == v })
		switch {
		case isGuard:
			s.facts, _ = x.t.Assume(s.facts, x.t.Equal(v, x.t.Nil), false)
			failVals[i] = x.t.Nil
		case isError(res.At(i).Type()):
			canFail = true
			noError = x.t.Equal(v, x.t.Nil)
			s.facts, _ = x.t.Assume(s.facts, noError, true)
			fail.facts, _ = x.t.Assume(fail.facts, noError, false)
		case isBool(res.At(i).Type()):
			canFail, tells = true, true
			s.facts, _ = x.t.Assume(s.facts, v, true)
			fail.facts, _ = x.t.Assume(fail.facts, v, false)
		}
	}
	barred := canFail && slices.ContainsFunc(taken, func(l lockset.Lock) bool { return x.barred(s, l) })
	for _, l := range taken {
		s.held = s.held.Add(l)
		x.took[l.Guard] = l.Guard != nil
	}
	if !canFail {
		return []*state{s}
	}
	x.setResults(fail, cs, failVals)
	failed := []*state{fail}
	if tells && noError != nil { // it was not taken, which is no error
		other := fail.clone()
		other.facts = other.facts.Keep(func(f lockset.Fact) bool { return f.Cond != noError })
		other.facts, _ = x.t.Assume(other.facts, noError, true)
		failed = append(failed, other)
	}
	if barred {
		return failed
	}
	return append([]*state{s}, failed...)
}

// barred reports whether the attempt to take l fails because this thread has
// the lock already, in the other mode.
func (x *exec) barred(s *state, l lockset.Lock) bool {
	if !l.Is(lockset.Tried) || l.Is(lockset.Plain) || l.Key == nil {
		return false
	}
	w := wanted{class: l.Class, mode: x.mode(s, l.Mode, l.ModeBy)}
	again := x.reentry(s, s.held, w, l.Key)
	if again == nil || again.Is(lockset.Maybe) || w.mode == lockmodel.Unknown {
		return false
	}
	has := x.mode(s, again.Mode, again.ModeBy)
	return has != lockmodel.Unknown && has != w.mode
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Bool
}

// runDuring runs a call that holds its locks just while it calls an argument.
func (x *exec) runDuring(s *state, cs callSite, c callee, during []lockmodel.Effect, taken []lockset.Lock) []*state {
	inner := s.clone()
	for _, l := range taken {
		l.Flags |= lockset.Handed
		inner.held = inner.held.Add(l)
	}
	states := []*state{inner}
	via := cs
	via.result = nil
	via.through = newHop(c.name, x.a.place(cs.pos), nil)
	seen := make(map[string]bool)
	for _, e := range during {
		fn, _ := x.pathValue(s, c, *e.During)
		if seen[fn.String()] {
			continue
		}
		seen[fn.String()] = true
		d := dynamic{fn: fn, name: c.name}
		targets, ok := x.resolve(inner, d)
		if !ok && fn.Rooted() {
			x.emitCall(inner, via, d, inner.held, nil)
		}
		var next []*state
		for _, st := range states {
			next = append(next, st)
			for _, t := range targets {
				next = append(next, x.run1(st.clone(), via, t)...)
			}
		}
		states = x.dedupe(next)
	}
	for _, st := range states {
		st.held = st.held.Without(func(l lockset.Lock) bool {
			return slices.ContainsFunc(taken, func(t lockset.Lock) bool { return t.Class == l.Class && t.Site == l.Site && t.Key == l.Key })
		})
	}
	return x.dedupe(states)
}

// releaseEffect runs one release effect.
func (x *exec) releaseEffect(s *state, cs callSite, c callee, e lockmodel.Effect) {
	f := freed{class: e.Class}
	switch {
	case len(e.Keys) > 0:
		if keys := x.keysOf(s, c, e); len(keys) > 0 {
			f.key = keys[0]
		}
	case c.obj != nil && c.obj.Signature().Recv() != nil && len(c.args) > 0:
		f.guard = c.args[0]
	default: // the thread's lock of this class
		x.releaseClass(s, cs, e.Class)
		return
	}
	x.release(s, cs, f, x.direct(cs, c))
}

// releaseClass gives up all that the thread holds of a class.
func (x *exec) releaseClass(s *state, cs callSite, class string) {
	for _, l := range s.held {
		if l.Class == class && (l.Guard != nil || l.Key != nil) {
			x.release(s, cs, freed{class: class, guard: l.Guard, key: l.Key}, nil)
		}
	}
	x.release(s, cs, freed{class: class}, nil)
}

// release gives up f, and checks that nothing within it stays behind.
func (x *exec) release(s *state, cs callSite, f freed, chain *hop) {
	if f.guard != nil && isNilValue(f.guard) {
		return
	}
	if f.guard != nil && f.guard.Op == lockset.OpUnknown { // one of them, perhaps
		s.held = s.held.Map(func(l lockset.Lock) lockset.Lock {
			if l.Class == f.class {
				l.Flags |= lockset.Maybe
			}
			return l
		})
		return
	}
	x.checkWithin(s, cs, f, nil, chain)
	x.freedAt[f.class] = max(x.freedAt[f.class], cs.pos)
	known := slices.ContainsFunc(s.held, func(l lockset.Lock) bool { return x.frees(s, f, l) && !l.Is(lockset.Given) })
	if !known && f.class != "" && x.a.isOuter(f.class) && f.guard != nil && f.guard.Entry() {
		x.emit(s, &event{kind: evRelease, class: f.class, key: f.guard, chain: newHop("Release", x.a.place(cs.pos), nil)})
	}
	if !known && f.key != nil && !f.key.Entry() {
		x.freeOther(s, f)
	}
	x.free(s, f)
}

// freeOther gives up a mutex that nobody has taken by that name: it is one that
// was taken by another, if there is any.
func (x *exec) freeOther(s *state, f freed) {
	s.held = s.held.Map(func(l lockset.Lock) lockset.Lock {
		if l.Class == f.class && l.Is(lockset.Implied) && (l.Key == nil || x.vague(l.Key)) {
			l.Flags |= lockset.Maybe
		}
		return l
	})
}

// releaseEvent checks a release that a callee makes of a lock of ours.
func (x *exec) releaseEvent(s *state, cs callSite, ev *event, chain *hop, sub func(*lockset.Value) *lockset.Value) {
	guard := sub(ev.key)
	before := x.subFreed(s, cs, ev.freed, sub)
	f := freed{class: ev.class, guard: guard}
	x.checkWithin(s, cs, f, before, chain)
	held := slices.ContainsFunc(s.held, func(l lockset.Lock) bool { return x.frees(s, f, l) && !l.Is(lockset.Given) })
	if !held && guard.Entry() && !isNilValue(guard) {
		out := *ev
		out.key, out.chain, out.freed, out.guard = guard, chain, nil, nil
		for _, b := range before {
			if b.guard != nil && b.guard.Entry() {
				out.freed = append(out.freed, b)
			}
		}
		x.emit(s, &out)
	}
}

// checkWithin records a release after which a lock is held whose class lies
// within the released one (R8).
func (x *exec) checkWithin(s *state, cs callSite, f freed, before []freed, chain *hop) {
	if s.blurred {
		return // whether it covers another one may be forgotten
	}
	held := x.without(s, before)
	var gone []lockset.Lock
	for _, l := range held {
		if x.frees(s, f, l) {
			gone = append(gone, l)
		}
	}
	if len(gone) == 0 {
		return
	}
	rest := held.Without(func(l lockset.Lock) bool { return x.frees(s, f, l) })
	for _, in := range rest {
		cls := x.a.model.Classes[in.Class]
		if cls == nil || cls.Within == "" || in.Is(lockset.Maybe) || in.Is(lockset.Given) {
			continue
		}
		for _, g := range gone {
			if g.Class == cls.Within && !g.Is(lockset.Maybe) && x.mayCover(s, g, in) && !x.covered(s, rest, in, g) {
				x.record.release(cs, chain, g, in).ask(x.askCovered(s, cs, g, in))
			}
		}
	}
}

// covered reports whether one of held may be the outer lock of in, beside gone.
func (x *exec) covered(s *state, held lockset.Set, in, gone lockset.Lock) bool {
	return slices.ContainsFunc(held, func(l lockset.Lock) bool {
		return l.Class == gone.Class && x.mayCover(s, l, in) && !x.apart(s, gone, l, in.Parent)
	}) || slices.ContainsFunc(s.owed, func(w owed) bool {
		return w.class == gone.Class && x.mayCover(s, lockset.Lock{Class: gone.Class, Key: w.key}, in)
	}) || in.Parent != nil && x.between(s, held, gone.Class, in.Parent) != nil
}

func (x *exec) mayCover(s *state, outer, in lockset.Lock) bool {
	if outer.Key == nil || in.Parent == nil || in.Parent.Op == lockset.OpUnknown {
		return true
	}
	return x.t.Relate(s.facts, outer.Key, in.Parent, x.ascending) == lockset.Same || x.vague(in.Parent) || x.vague(outer.Key)
}

// vague reports whether a key is of a kind that may well be another's equal:
// looked up, received, returned. Parameters and their fields are told apart.
func (x *exec) vague(v *lockset.Value) bool {
	return v.Has(func(v *lockset.Value) bool {
		return v.Op == lockset.OpUnknown || v.Op == lockset.OpSite || v.Op == lockset.OpElem || v.Op == lockset.OpPrev || v.Op == lockset.OpSum
	})
}
