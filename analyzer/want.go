package analyzer

import (
	"cmp"
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

// askOrder leaves it to the callers, which are all in this package, to say of
// keys that they give what is not known here: that they are in order, or that
// they hold the wanted lock already; and of a list that they give, that it is
// sorted.
func (x *exec) askOrder(s *state, cs callSite, p *pairRec, l lockset.Lock, w wanted, key *lockset.Value, rel lockset.Relation) {
	fail := func() { p.failed = p.failed || rel != lockset.Same && rel != lockset.After }
	if w.try || !x.a.answered(x.fn) || key == nil || l.Class != w.class && (w.plain || !x.a.order().Before(w.class, l.Class)) {
		fail()
		return
	}
	ev := &event{kind: evOrder, class: w.class, by: key, chain: newHop("order", p.lock.Class, nil)}
	switch {
	case (rel == lockset.Turn || rel == lockset.Unordered) && l.Class == w.class && x.askList(ev, l.Key, key):
	case !key.Entry():
		ev = nil
	case l.Class != w.class: // in an order that is wrong unless they are the same
	case (rel == lockset.Unordered || rel == lockset.Before) && l.Key != nil && l.Key.Entry() && (l.Key.Rooted() || key.Rooted()):
		ev.key = l.Key
	case w.plain || rel == lockset.Same || rel == lockset.After:
		ev = nil
	}
	if ev == nil {
		fail()
		return
	}
	p.answer = x.answer(answerKey{x.fn, cs.pos, w.class, l.Site, key, l.Key, [2]lockmodel.Mode{p.mode, p.heldMode}})
	ev.pair = p
	for _, by := range []*lockset.Value{w.by, l.ModeBy} {
		if by == nil || !by.Entry() {
			by = x.t.Unknown
		}
		ev.args = append(ev.args, by)
	}
	if !w.plain {
		s = x.otherThan(s, s.held, w.class, key, func(l lockset.Lock) bool { return x.mode(s, l.Mode, l.ModeBy) == w.mode })
	}
	x.emit(s, ev)
}

// answer returns the answer to a question, which is asked for the first time or
// again.
func (x *exec) answer(k answerKey) *answer {
	if x.a.answers[k] == nil {
		x.a.answers[k] = &answer{n: len(x.a.answers), site: k.held}
	}
	return x.a.answers[k]
}

// askMode leaves it to the callers of this package to say in which mode the lock
// l, which is held, is asked for once more.
func (x *exec) askMode(s *state, cs callSite, p *pairRec, w wanted, l lockset.Lock) {
	ev := &event{kind: evOrder, class: w.class, mode: w.mode, chain: newHop("mode", w.class, nil), pair: p}
	if w.mode == lockmodel.Unknown {
		ev.by = w.by
	}
	if p.heldMode == lockmodel.Unknown {
		ev.key = l.ModeBy
	}
	known := func(m lockmodel.Mode, by *lockset.Value) bool {
		return m != lockmodel.Unknown || by != nil && by.Entry()
	}
	if w.try || w.plain || ev.by == nil && ev.key == nil || !known(w.mode, ev.by) || !known(p.heldMode, ev.key) {
		return
	}
	p.answer = x.answer(answerKey{x.fn, cs.pos, w.class, l.Site, ev.by, ev.key, [2]lockmodel.Mode{w.mode, p.heldMode}})
	x.emit(s, ev)
}

// askStrength leaves it to the callers to say that the lock l, which is held in a
// mode that they give, is held exclusively.
func (x *exec) askStrength(s *state, cs callSite, rec *requireRec, w wanted, l lockset.Lock) {
	if l.ModeBy == nil || !l.ModeBy.Entry() || x.mode(s, l.Mode, l.ModeBy) != lockmodel.Unknown {
		return
	}
	p := &pairRec{lock: l, rel: lockset.Same, mode: w.mode, answer: x.answer(answerKey{x.fn, cs.pos, w.class, l.Site, nil, l.ModeBy, [2]lockmodel.Mode{}})}
	if !slices.Contains(rec.answers, p.answer) {
		rec.answers = append(rec.answers, p.answer)
	}
	x.emit(s, &event{kind: evOrder, class: w.class, mode: w.mode, key: l.ModeBy, chain: newHop("mode", w.class, nil), pair: p})
}

// askWhetherIt leaves it to the callers to say whether one of the locks that are
// held is the one with the key, and held too weakly then: they give its mode.
func (x *exec) askWhetherIt(s *state, cs callSite, w wanted, key *lockset.Value, held lockset.Set) {
	if w.mode != lockmodel.Exclusive || key == nil {
		return
	}
	for _, l := range held {
		if l.Class != w.class || l.Key == nil || l.ModeBy == nil || !l.ModeBy.Entry() || l.Is(lockset.Given) {
			continue
		}
		if same := x.t.Equal(l.Key, key); same.Entry() {
			one := x.view(s)
			if !x.assume(one, same, true) {
				continue
			}
			x.askStrength(one, cs, x.record.required(x, cs, w, key, Held, nil, s), w, l)
		}
	}
}

// modeEvent judges the modes that this function gives a callee which asks for a
// lock that it holds.
func (x *exec) modeEvent(s *state, ev *event, sub func(*lockset.Value) *lockset.Value) {
	out := *ev
	mode := func(fixed lockmodel.Mode, by **lockset.Value) lockmodel.Mode {
		if *by == nil {
			return fixed
		}
		from := *by
		*by = sub(from)
		x.a.sameModes(*by, from)
		return x.mode(s, lockmodel.Unknown, *by)
	}
	want, held := mode(ev.pair.mode, &out.by), mode(ev.pair.heldMode, &out.key)
	switch {
	case want != lockmodel.Unknown && held != lockmodel.Unknown:
		if want != held {
			ev.pair.answer.want, ev.pair.answer.held = want, held
		}
	case (out.by == nil || out.by.Entry()) && (out.key == nil || out.key.Entry()):
		out.freed, out.guard = nil, nil
		x.emit(s, &out)
	}
}

// askCovered leaves it to the callers to say that they hold a lock which is
// given up here: what lies within it stays covered then. They may also know the
// guard of that, and so what it lies within.
func (x *exec) askCovered(s *state, cs callSite, g, in lockset.Lock) *answer {
	if !x.a.answered(x.fn) || g.Key == nil || !g.Key.Entry() {
		return nil
	}
	p := &pairRec{lock: in, rel: lockset.Unordered, answer: x.answer(answerKey{x.fn, cs.pos, g.Class, in.Site, g.Key, nil, [2]lockmodel.Mode{}})}
	ev := &event{kind: evOrder, class: g.Class, by: g.Key, chain: newHop("order", in.Class, nil), pair: p}
	if in.Parent == nil && in.Guard != nil && in.Guard.Entry() {
		ev.fn = in.Guard
	}
	x.emit(s, ev)
	return p.answer
}

// askList makes ev the question whether the list is sorted that a loop takes its
// keys from, if the function was given the list.
func (x *exec) askList(ev *event, held, want *lockset.Value) bool {
	if held == nil {
		return false
	}
	list, path, ok := x.t.IfSorted(held, want, x.ascending)
	if !ok || !list.Entry() || !list.Rooted() {
		return false
	}
	ev.by, ev.list, ev.method = list, true, path
	return true
}

// listEvent answers askList.
func (x *exec) listEvent(s *state, ev *event, list *lockset.Value) {
	by, sorted := s.facts.SortedBy(list)
	switch {
	case sorted && by == ev.method:
		ev.pair.answer.met = true
	case sorted:
		ev.pair.answer.failed, ev.pair.answer.byOther = true, true
		ev.pair.compared = cmp.Or(ev.pair.compared, x.a.sortedAt[x.t.Sorted(list, by)])
	case x.a.answered(x.fn) && list.Entry() && list.Rooted():
		out := *ev
		out.by, out.freed, out.guard = list, nil, nil
		x.emit(s, &out)
	default:
		ev.pair.answer.failed = true
	}
}

// answered reports whether all who call f are seen, and so can be asked.
func (a *unit) answered(f *ssa.Function) bool { return !a.isRoot(f) || a.isHandler(f) }

// orderEvent judges the keys that this function gives a callee which takes a
// lock while it holds another.
func (x *exec) orderEvent(s *state, cs callSite, ev *event, sub func(*lockset.Value) *lockset.Value) {
	if ev.pair.rel == lockset.Same {
		x.modeEvent(s, ev, sub)
		return
	}
	want := sub(ev.by)
	if ev.fn != nil && x.liesElsewhere(s, x.without(s, x.subFreed(s, cs, ev.freed, sub)), sub(ev.fn), ev.class, want) {
		ev.pair.answer.met = true
		return
	}
	if ev.list {
		x.listEvent(s, ev, want)
		return
	}
	var held *lockset.Value
	rel := lockset.Unordered
	if ev.key != nil {
		held = sub(ev.key)
		rel = x.t.Relate(s.facts, held, want, x.ascending)
	}
	switch {
	case rel == lockset.Same && x.otherMode(s, ev, sub):
		ev.pair.answer.failed = true // the same lock, in another mode
	case rel == lockset.Same || rel == lockset.After || x.isOwed(s, ev.class, want) ||
		x.reentry(s, x.heldThere(s, cs, ev, held, sub), wanted{class: ev.class}, want) != nil:
		ev.pair.answer.met = true
	case (rel == lockset.Unordered || rel == lockset.Before) && x.a.answered(x.fn) && want.Entry() && (held == nil || held.Entry() && (held.Rooted() || want.Rooted())):
		s = x.otherThan(s, x.without(s, x.subFreed(s, cs, ev.freed, sub)), ev.class, want, func(l lockset.Lock) bool {
			return ev.pair.mode != lockmodel.Unknown && x.mode(s, l.Mode, l.ModeBy) == ev.pair.mode
		})
		out := *ev
		if out.fn != nil {
			out.fn = sub(out.fn)
		}
		out.key, out.by, out.args, out.freed, out.guard = held, want, values(ev.args, sub), x.subFreed(s, cs, ev.freed, sub), nil
		out.freed = slices.DeleteFunc(out.freed, func(f freed) bool { return f.guard != nil && !f.guard.Entry() || f.key != nil && !f.key.Entry() })
		x.emit(s, &out)
	default:
		ev.pair.answer.failed = true
		if rel == lockset.ByOther {
			ev.pair.answer.byOther = true
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

// otherMode reports whether a lock that is held is asked for in another mode. The
// callers may have given either mode.
func (x *exec) otherMode(s *state, ev *event, sub func(*lockset.Value) *lockset.Value) bool {
	mode := func(fixed lockmodel.Mode, i int) lockmodel.Mode {
		if fixed != lockmodel.Unknown || i >= len(ev.args) {
			return fixed
		}
		by := sub(ev.args[i])
		x.a.sameModes(by, ev.args[i])
		return x.mode(s, fixed, by)
	}
	want, held := mode(ev.pair.mode, 0), mode(ev.pair.heldMode, 1)
	return want != held && want != lockmodel.Unknown && held != lockmodel.Unknown
}

func values(list []*lockset.Value, sub func(*lockset.Value) *lockset.Value) []*lockset.Value {
	var out []*lockset.Value
	for _, v := range list {
		out = append(out, sub(v))
	}
	return out
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
