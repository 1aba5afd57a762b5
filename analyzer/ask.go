package analyzer

import (
	"cmp"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

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
