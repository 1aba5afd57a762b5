package analyzer

import (
	"encoding/binary"
	"go/token"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// maxCallbacks is how many callbacks are followed one inside the other: what a
// callee is given may itself call what it is given, and so on round a circle.
const maxCallbacks = 5

// callEvent settles an event of a callee that calls what the callee was given.
// sub translates the callee's values; s is the state at the call, less what
// the callee has given up by then.
func (x *exec) callEvent(s *state, cs callSite, c callee, ev *event, sub func(*lockset.Value) *lockset.Value) callback {
	cs.guess = cs.guess || ev.try
	d := dynamic{fn: sub(ev.fn), method: ev.method, target: ev.target, name: ev.chain.name}
	for _, a := range ev.args {
		d.args = append(d.args, sub(a))
	}
	if t := typeArgument(cs, ev); t != nil && d.fn.Op == lockset.OpSum {
		d.fn = x.a.makeIface(t, x.receiverOf(d.fn))
	} else if t != nil && d.fn.Op != lockset.OpIface && !d.fn.Rooted() {
		d.fn = x.a.makeIface(t, d.fn)
	}
	inner := x.view(s)
	inner.held = x.without(s, x.subFreed(s, cs, ev.freed, sub))
	mine := inner.held
	for i, l := range ev.held {
		for _, l := range x.heldInCallee(s, cs, c, ev, i, subLock(l, sub)) {
			inner.held = inner.held.Add(l)
		}
	}
	all := d.fn.Op == lockset.OpElem && !isConst(d.fn.Args[1])
	if v, ok := x.sameTypeParam(cs, d.fn); ok {
		d.fn = v
		return callback{passed: x.passOn(inner, cs, c, ev, d)}
	}
	if targets, ok := x.resolve(s, d); ok {
		return x.followAll(inner, cs, c, ev, targets, all)
	}
	if len(ev.told) > 0 && x.a.isRoot(x.fn) { // nobody here knows more than the callee did
		ev, inner = ev.asJudged(), x.view(s)
		inner.held = mine
	}
	if d.fn.Rooted() && (!x.a.isRoot(x.fn) || isBare(d.fn) || len(ev.fallback) == 0) {
		s.perhapsSet(x.t, d.args)
		if len(ev.told) > 0 && len(mine) > 0 { // of what this function holds, nothing has been told
			own := x.view(inner)
			own.held = mine
			x.passOn(own, cs, c, ev.asJudged(), d)
			inner.held = inner.held.Without(func(l lockset.Lock) bool { return slices.Contains(mine, l) })
		}
		passed := x.passOn(inner, cs, c, ev, d)
		if x.a.isRoot(x.fn) {
			x.unresolved(inner, cs, d)
		}
		return callback{passed: passed}
	}
	if fs, ok := x.a.flow.inTable(d.fn); ok && len(fs.vals) > 0 {
		known := *ev
		known.fallback, ev = fs.vals, &known
	}
	if inVariable(d.fn) && len(ev.fallback) == 0 {
		free := x.view(inner)
		free.held = nil // it is for this function to have the obligation
		passed := x.passOn(free, cs, c, ev, d)
		x.unresolved(inner, cs, d)
		return callback{passed: passed}
	}
	var passed *event
	var targets []callee
	if d.fn.Rooted() { // callers may know better, or more
		known := *ev
		targets = x.targets(d, ev.fallback)
		known.told = toldOf(ev.told, targets)
		passed = x.passOn(inner, cs, c, &known, d)
	}
	if (x.unread || x.hurried) && len(mine) == 0 && x.a.judgedBefore(ev) {
		return callback{}
	}
	return x.once(x.eventKey(inner, cs, ev, d), cs, c, ev, func() []callback {
		if targets == nil {
			targets = x.targets(d, ev.fallback)
		}
		if len(targets) == 0 {
			x.unresolved(inner, cs, d)
		}
		defer func(was bool) { x.settled = was }(x.settled)
		x.settled = x.settled || passed != nil
		return []callback{x.followAll(inner, cs, c, ev, targets, all)}
	})[0]
}

// judgedBefore reports whether some function of the package has been asked about
// ev, a call of something that nobody knows, under locks that are held where it
// is made in this package: there the reports go, whoever is asked.
func (a *unit) judgedBefore(ev *event) bool {
	if len(ev.heldIn) < len(ev.held) {
		return false
	}
	b := append(append([]byte(ev.target), 0), ev.method...)
	for i, in := range ev.heldIn {
		if in.site.instr == nil {
			return false
		}
		b = append(append(b, 0), ev.held[i].Class...)
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(in.site.pos)), uint64(in.acq.pos))
	}
	if a.judged[string(b)] {
		return true
	}
	if a.judged == nil {
		a.judged = make(map[string]bool)
	}
	a.judged[string(b)] = true
	return false
}

// followAll follows the targets of a callback: of one of them, or of all. It
// returns those that leave something behind.
func (x *exec) followAll(inner *state, cs callSite, c callee, ev *event, targets []callee, all bool) callback {
	out := callback{all: all}
	judged := ev.judged
	if all {
		x.innerFirst(targets)
	}
	for _, t := range targets {
		if slices.Contains(x.calling, t.key) {
			x.cuts = append(x.cuts, t.key)
			continue // a callback that leads to itself adds nothing
		}
		if len(x.calling) >= maxCallbacks {
			x.bounded = true
			x.cuts = append(x.cuts, "")
			continue
		}
		sum := x.effectsOf(t)
		if sum == nil {
			continue
		}
		x.calledUnder(inner, t.fn)
		found := target{c: t, sum: sum}
		ev, at := ev, inner
		if slices.Contains(ev.told, t.key) {
			ev, at = ev.asJudged(), x.view(inner)
			at.held = inner.held.Without(func(l lockset.Lock) bool { return x.acqs[l.Site].inCallee })
		} else if len(x.a.imports.settled) > 0 { // of some locks, somebody has told before
			at = x.view(inner)
			at.held = inner.held.Without(func(l lockset.Lock) bool {
				acq := x.acqs[l.Site]
				return acq.inCallee && x.a.imports.settled[settledKey(ev.target, t.key, l.Class, acq.chain.last().pos)]
			})
		}
		if len(sum.events) > 0 {
			found.nested = x.once(x.targetKey(at, cs, ev, t), cs, c, ev, func() []callback {
				n := len(x.cuts)
				x.calling = append(x.calling, t.key)
				nested := x.calledBackAt(at, cs, c, ev, t, sum)
				x.calling = x.calling[:len(x.calling)-1]
				tail := slices.DeleteFunc(x.cuts[n:], func(k string) bool { return k == t.key })
				x.cuts = x.cuts[:n+len(tail)]
				return nested
			})
		}
		if len(x.a.imports.duties) > 0 && !judged { // else it is for who knows what the callee holds to settle that
			x.a.settledHere[settling{ev.target, t.key, ""}] = true
			for h := ev.chain; h != nil; h = h.next {
				x.a.settledHere[settling{ev.target, t.key, h.pos}] = true
			}
		}
		if len(found.nested) > 0 || sum.leaves() {
			out.targets = append(out.targets, found)
		} else {
			out.quiet = true
		}
		for _, e := range sum.exits {
			if out.all {
				inner.held = x.without(inner, x.subFreed(inner, cs, e.freed, x.substitution(inner, cs, t)))
			}
		}
	}
	return out
}

// toldOf returns the functions of which it is told what they do where they are
// called, with those of targets.
func toldOf(told []string, targets []callee) []string {
	out := slices.Clone(told)
	for _, t := range targets {
		out = append(out, t.key)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// asJudged is ev, of which what the callee holds has been judged.
func (ev *event) asJudged() *event {
	out := *ev
	out.judged, out.told, out.held, out.heldAt, out.heldIn = true, nil, nil, nil, nil
	return &out
}

// # Callbacks that were followed before
//
// The functions of a server call each other through its interfaces, and one
// target is reached from one call by many ways. What it asks for is the same
// on all of them, as long as it is given the same and the same is held and
// known; only the witness differs. So it is followed again only for a better
// witness, or if the first time something was left out that would not be now:
// what was being followed at the time, or what was too deep.
type followed struct {
	through *hop       // the best witness so far
	cuts    []string   // keys of the targets that were left out, sorted; "" for what was too deep
	depth   int        // how many callbacks were being followed
	left    []callback // those that leave something behind
}

// complete reports whether nothing was left out of f that would not be left out
// under the targets in calling.
func (f *followed) complete(calling []string) bool {
	for _, k := range f.cuts {
		if k == "" && len(calling) < f.depth || k != "" && !slices.Contains(calling, k) {
			return false
		}
	}
	return true
}

// once follows what key stands for, if that has not been done as well.
func (x *exec) once(key []byte, cs callSite, c callee, ev *event, follow func() []callback) []callback {
	old := x.followed[string(key)]
	if old != nil && old.complete(x.calling) && (throughLen(cs, ev) > old.through.n || !x.through(cs, c, ev).less(old.through)) {
		x.cuts = append(x.cuts, old.cuts...)
		return old.left
	}
	k, n := string(key), len(x.cuts)
	left := follow()
	cuts := slices.Clone(x.cuts[n:])
	slices.Sort(cuts)
	now := &followed{x.through(cs, c, ev), slices.Compact(cuts), len(x.calling), left}
	if old != nil {
		now.add(old)
	}
	x.cuts = append(x.cuts[:n], now.cuts...)
	if x.followed == nil {
		x.followed = make(map[string]*followed)
	}
	x.followed[k] = now
	return left
}

// add makes f stand for the run that old was, too: what was left out in the one
// and followed in the other has been followed. So each run of a callback leaves
// out less than the runs before, and there are few.
func (f *followed) add(old *followed) {
	if old.through.less(f.through) {
		f.through = old.through
	}
	f.depth = min(f.depth, old.depth)
	f.cuts = slices.DeleteFunc(f.cuts, func(k string) bool { return !slices.Contains(old.cuts, k) })
}

// A throughKey is what through depends on.
type throughKey struct {
	before, chain *hop
	pos           token.Pos
	name          string
}

// through is the way from this function's call to the one that calls back. It is
// asked for several times in a row.
func (x *exec) through(cs callSite, c callee, ev *event) *hop {
	k := throughKey{cs.through, ev.chain, cs.pos, c.name}
	if k != x.throughOf {
		x.throughOf, x.lastThrough = k, concat(cs.through, newHop(c.name, x.a.place(cs.pos), ev.chain.butLast()))
	}
	return x.lastThrough
}

// throughLen is the length of through.
func throughLen(cs callSite, ev *event) int {
	n := ev.chain.n
	if cs.through != nil {
		n += cs.through.n
	}
	return n
}

// eventKey is equal for two callbacks of what only the package knows that ask
// for the same in the same situation. It is good until the next key is made.
func (x *exec) eventKey(s *state, cs callSite, ev *event, d dynamic) []byte {
	b := x.situation('e', s, cs, ev)
	for _, t := range [...]string{d.method, d.name, d.target} {
		b = append(append(b, t...), 0)
	}
	x.key = appendValues(appendValues(b, d.args), ev.fallback)
	return x.key
}

// targetKey is eventKey for one target.
func (x *exec) targetKey(s *state, cs callSite, ev *event, t callee) []byte {
	b := x.situation('t', s, cs, ev)
	b = append(append(append(append(b, t.key...), 0), t.name...), 0)
	x.key = appendValues(appendValues(b, t.args), t.caps)
	return x.key
}

// situation begins a key with all that the judgement of a callback depends on.
// Memory and values do not change while the events of one call are looked at,
// and what was followed is forgotten after it.
func (x *exec) situation(kind byte, s *state, cs callSite, ev *event) []byte {
	b := x.key[:0]
	b = append(b, kind, byte(cs.part), flag(cs.alone), flag(cs.outside), flag(ev.judged), flag(cs.guess))
	b = binary.AppendUvarint(b, uint64(cs.pos))
	b = appendFreed(appendSet(b, s.held), s.freed)
	b = binary.AppendUvarint(b, uint64(len(s.facts)))
	for _, f := range s.facts {
		b = append(appendValue(b, f.Cond), flag(f.True))
	}
	return b
}

func appendValues(b []byte, vs []*lockset.Value) []byte {
	b = binary.AppendUvarint(b, uint64(len(vs)))
	for _, v := range vs {
		b = appendValue(b, v)
	}
	return b
}

// calledBackAt checks what a target asks for under what is held: what this
// function holds, at its own call; what a function of this package holds that
// makes the call of the unknown, there. It returns what the target calls back.
func (x *exec) calledBackAt(inner *state, cs callSite, c callee, ev *event, t callee, sum *summary) []callback {
	via := cs
	via.through = x.through(cs, c, ev)
	if !ev.judged {
		via.part = requireOnly
		x.applyEvents(inner, via, t, sum, x.substitution(inner, via, t))
	}
	via.part = acquireOnly
	mine := x.view(inner)
	mine.held = inner.held.Without(func(l lockset.Lock) bool { return x.acqs[l.Site].from != nil })
	if x.isBodyOf(t) { // what this function holds is judged in the body, what the iterator holds at its call
		its := mine.clone()
		its.held = mine.held.Without(func(l lockset.Lock) bool { return !x.acqs[l.Site].inCallee })
		mine.held = mine.held.Without(func(l lockset.Lock) bool { return x.acqs[l.Site].inCallee })
		if len(its.held) > 0 {
			at := via
			at.outside, at.beside = true, mine.held
			via.beside = its.held
			x.applyEvents(its, at, t, sum, x.substitution(inner, at, t))
		}
	}
	via.beside = append(slices.Clip(via.beside), inner.held.Without(func(l lockset.Lock) bool { return x.acqs[l.Site].from == nil })...)
	nested := x.applyEvents(mine, via, t, sum, x.substitution(inner, via, t))
	var done []token.Pos
	for _, l := range inner.held {
		from := x.acqs[l.Site].from
		if from == nil || slices.Contains(done, from.site.pos) {
			continue
		}
		done = append(done, from.site.pos)
		theirs := x.view(inner)
		there := func(o lockset.Lock) bool {
			f := x.acqs[o.Site].from
			return f != nil && f.site.pos == from.site.pos
		}
		theirs.held = inner.held.Without(func(o lockset.Lock) bool { return !there(o) })
		at := from.site
		at.beside = inner.held.Without(there)
		at.through, at.result, at.part, at.outside, at.guess = nil, nil, acquireOnly, true, cs.guess
		x.applyEvents(theirs, at, t, sum, x.substitution(inner, via, t))
	}
	return nested
}

// A callback is a call that a callee makes for its caller: of one of targets,
// of all of them, or of something that only the caller's caller knows.
type callback struct {
	n       int           // which of the callee's calls
	decided bool          // the conditions are known to hold on which it happens
	always  bool          // then it happens on whatever way the callee returns
	targets []target      // those that leave something behind
	quiet   bool          // there are others
	all     bool          // they are called one after the other
	again   bool          // it is made many times
	guess   bool          // whether it is made is a guess
	when    *lockset.Fact // the one condition of it that is in doubt, nil if several are, or none
	passed  *event        // what it has become here
	gives   *exit         // the way on which the callee returns
	covers  []covering    // what the callee holds at it, as far as other locks are held only within that
}

// A target is a function that may be called back, what is known of it, and the
// callbacks that it makes in turn.
type target struct {
	c      callee
	sum    *summary
	nested []callback
}

// heldInCallee are the locks that a lock is, seen from here, which the callee
// holds while it calls back.
func (x *exec) heldInCallee(s *state, cs callSite, c callee, ev *event, i int, l lockset.Lock) []lockset.Lock {
	out := x.withClass(s, cs, l)
	for n := range out {
		extra := "held " + ev.heldAt[i].last().pos
		out[n].Site = x.acquisition(cs, out[n].Class, newHop(c.name, x.a.place(cs.pos), ev.heldAt[i]), extra, nil)
		x.acqs[out[n].Site].inCallee = true
		if i < len(ev.heldIn) && ev.heldIn[i].site.instr != nil {
			x.acqs[out[n].Site].from = &ev.heldIn[i]
		}
	}
	return out
}
