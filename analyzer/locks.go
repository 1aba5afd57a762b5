package analyzer

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

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
	origin  *ssa.Function    // the handler whose requirement this is
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

// eachOf returns the elements of a slice: those that were put into it one by
// one, or one value that stands for all.
func (x *exec) eachOf(s *state, v *lockset.Value) []*lockset.Value {
	if v.Op == lockset.OpNil {
		return nil
	}
	var out []*lockset.Value
	for _, m := range s.mem {
		if m.place.Op == lockset.OpElem && m.place.Args[0] == v {
			if !isConst(m.place.Args[1]) {
				return []*lockset.Value{x.t.Sum("each", v)}
			}
			out = append(out, m.val)
		}
	}
	if len(out) == 0 {
		return []*lockset.Value{x.t.Sum("each", v)}
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
	x.a.stats.Acquisitions++
	mode, by := x.modeOf(s, c, e)
	w := wanted{class: e.Class, keys: x.keysOf(s, c, e), mode: mode, by: by, try: e.Try, ordered: e.Ordered, keyArg: e.Keys, chain: x.direct(cs, c)}
	guard, via := x.holder(cs, c, e.Guard)
	if len(w.keys) == 0 && e.Guard.Kind == lockmodel.GuardReceiver {
		w.keys = x.keysOfGuard(s, guard)
	}
	if cls := x.a.model.Classes[e.Class]; cls != nil && cls.Within != "" {
		w.parent = x.parentKey(s, c, cls.Within)
		x.require(s, cs, wanted{class: cls.Within, keys: one(w.parent), chain: x.direct(cs, c)})
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
			s.facts, _ = x.t.Assume(s.facts, x.t.Equal(v, x.t.Nil), true)
			fail.facts, _ = x.t.Assume(fail.facts, x.t.Equal(v, x.t.Nil), false)
		case isBool(res.At(i).Type()):
			canFail = true
			s.facts, _ = x.t.Assume(s.facts, v, true)
			fail.facts, _ = x.t.Assume(fail.facts, v, false)
		}
	}
	for _, l := range taken {
		s.held = s.held.Add(l)
	}
	if !canFail {
		return []*state{s}
	}
	x.setResults(fail, cs, failVals)
	return []*state{s, fail}
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
		if l.Class == class {
			x.release(s, cs, freed{class: class, guard: l.Guard, key: l.Key}, nil)
		}
	}
	s.held = s.held.Without(func(l lockset.Lock) bool { return l.Class == class })
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
	x.free(s, f)
}

// releaseEvent checks a release that a callee makes of a lock of ours.
func (x *exec) releaseEvent(s *state, cs callSite, ev *event, chain *hop, sub func(*lockset.Value) *lockset.Value) {
	guard := sub(ev.key)
	before := x.subFreed(ev.freed, sub)
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
		if x.covered(s, rest, in, cls.Within) {
			continue
		}
		for _, g := range gone {
			if g.Class == cls.Within && !g.Is(lockset.Maybe) && x.mayCover(s, g, in) {
				x.record.release(cs, chain, g, in)
			}
		}
	}
}

// covered reports whether one of held may be the outer lock of in.
func (x *exec) covered(s *state, held lockset.Set, in lockset.Lock, outer string) bool {
	return slices.ContainsFunc(held, func(l lockset.Lock) bool { return l.Class == outer && x.mayCover(s, l, in) })
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

// want checks a lock that is asked for against what is held, and makes it an
// event for the callers.
func (x *exec) want(s *state, cs callSite, w wanted) {
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
		unseen := w.implied && x.unseen(s, key)
		if again == nil || w.plain {
			for _, l := range held {
				if l.Is(lockset.Given) || l.Is(lockset.Maybe) {
					continue
				}
				rel := lockset.Unordered
				if l.Class == w.class {
					rel = x.t.Relate(s.facts, l.Key, key, x.ascending)
				}
				if rel != lockset.Same && (unseen || l.Is(lockset.Implied) && x.unseen(s, l.Key)) {
					continue
				}
				p := x.record.pair(x, s, cs, w, key, l, rel)
				x.askOrder(s, p, l, w, key, rel)
			}
			if x.a.infer && again == nil {
				x.orderStep(s, cs, w, key, held)
			}
		} else if !again.Is(lockset.Maybe) {
			x.record.pair(x, s, cs, w, key, *again, lockset.Same)
		}
		x.record.touch(cs, w)
		if again == nil && !w.try && !unseen {
			x.emit(s, x.acquireEvent(cs, w, key, held))
		}
	}
}

// askOrder leaves it to the callers to prove the order of two keys that they
// give: they are all in this package.
func (x *exec) askOrder(s *state, p *pairRec, l lockset.Lock, w wanted, key *lockset.Value, rel lockset.Relation) {
	if rel != lockset.Unordered || l.Class != w.class || w.try || x.a.isRoot(x.fn) ||
		l.Key == nil || key == nil || !l.Key.Entry() || !key.Entry() || !l.Key.Rooted() || !key.Rooted() {
		p.failed = p.failed || rel != lockset.Same && rel != lockset.After
		return
	}
	p.asked = true
	x.emit(s, &event{kind: evOrder, class: w.class, key: l.Key, by: key, pair: p, chain: newHop("order", p.lock.Class, nil)})
}

// orderEvent judges the keys that this function gives a callee which takes the
// locks of both.
func (x *exec) orderEvent(s *state, ev *event, sub func(*lockset.Value) *lockset.Value) {
	held, want := sub(ev.key), sub(ev.by)
	rel := x.t.Relate(s.facts, held, want, x.ascending)
	switch {
	case rel == lockset.Same || rel == lockset.After:
		ev.pair.met = true
	case rel == lockset.Unordered && !x.a.isRoot(x.fn) && held.Entry() && want.Entry() && held.Rooted() && want.Rooted():
		out := *ev
		out.key, out.by, out.freed, out.guard = held, want, nil, nil
		x.emit(s, &out)
	default:
		ev.pair.failed = true
		if rel == lockset.ByOther {
			ev.pair.rel = rel
		}
	}
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
	return found
}

// acquireEvent is what callers must know of an acquisition.
func (x *exec) acquireEvent(cs callSite, w wanted, key *lockset.Value, held lockset.Set) *event {
	ev := &event{kind: evAcquire, class: w.class, mode: w.mode, ordered: w.ordered, plain: w.plain, implied: w.implied, chain: w.chain}
	if key != nil && key.Entry() {
		ev.key = key
	}
	if w.by != nil && w.by.Entry() && w.mode == lockmodel.Unknown {
		ev.by = w.by
	}
	if ev.chain == nil {
		ev.chain = newHop(x.a.callName(cs), x.a.place(cs.pos), nil)
	}
	for _, f := range w.freed {
		if (f.guard == nil || f.guard.Entry()) && (f.key == nil || f.key.Entry()) {
			ev.freed = append(ev.freed, f)
		}
	}
	for _, l := range held {
		if l.Is(lockset.Assumed) && l.Key != nil { // judged here, not again in the caller that holds it
			ev.freed = append(ev.freed, freed{class: l.Class, key: l.Key})
		}
	}
	return ev
}

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
		status, by := x.holding(s, held, w, key)
		if w.origin != nil && (status != Missing || x.a.isRoot(x.fn)) {
			if status == Weaker {
				x.record.required(x, cs, w, key, status, by, s)
			}
			if status != Missing {
				x.a.handlersMet[w.origin] = true
			} else {
				x.a.handlersFailed[w.origin] = true
			}
			continue
		}
		origin := w.origin
		if origin == nil && status != Held && x.a.isHandler(x.fn) && !cs.alone {
			origin = x.fn
		}
		if status == Held {
			x.record.required(x, cs, w, key, status, by, s)
			continue
		}
		if status == Missing && (!x.a.isRoot(x.fn) || origin != nil) && !cs.alone {
			ev := &event{kind: evRequire, class: w.class, mode: w.mode, chain: w.chain, origin: origin}
			if key != nil && key.Entry() {
				ev.key = key
			}
			if w.by != nil && w.by.Entry() && w.mode == lockmodel.Unknown {
				ev.by = w.by
			}
			if ev.chain == nil {
				ev.chain = newHop(x.a.callName(cs), x.a.place(cs.pos), nil)
			}
			for _, f := range w.freed {
				if (f.guard == nil || f.guard.Entry()) && (f.key == nil || f.key.Entry()) {
					ev.freed = append(ev.freed, f)
				}
			}
			x.emit(s, ev)
			if origin != x.fn {
				continue
			}
		}
		x.record.required(x, cs, w, key, status, by, s)
	}
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
	var by *lockset.Lock
	for i, l := range held {
		if l.Class != w.class {
			continue
		}
		if key != nil && l.Key != nil && x.t.Relate(s.facts, l.Key, key, x.ascending) != lockset.Same && !x.vague(key) && !x.vague(l.Key) {
			continue
		}
		mode := x.mode(s, l.Mode, l.ModeBy)
		if w.mode == lockmodel.Exclusive && mode == lockmodel.Shared {
			if status == Missing {
				status, by = Weaker, &held[i]
			}
			continue
		}
		return Held, &held[i]
	}
	return status, by
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
