package analyzer

import (
	"encoding/binary"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # The state of a path
//
// A state is what is known at a point of one function, on one kind of path to
// it. States of different paths are kept apart as long as they differ in what
// matters to locks (the core: held locks, memory, live values, pending defers
// and goroutines); when only the conditions differ that led there, they are
// one state, and what they do not agree on is forgotten. So a function has as
// many states at a point as it has situations of its locks, not as it has
// paths, and "if lock { … }" twice stays correlated because the two states
// differ in what is held, and each still knows its branch.
//
// Held locks are exact in each state (neither may nor must): a check that
// needs "on some path" looks for one state, "on every path" for all of them.
// Beyond maxStates at one point, states with the same classes held are joined;
// a lock that only one of them holds becomes Maybe, which no check reports.
//
// What is ignored: arithmetic, the contents of strings, aliases between
// different access paths, and writes by code that is not followed.
type state struct {
	held   lockset.Set
	mem    []memEntry // sorted by place, then value
	env    []envEntry // sorted by value number
	shared shared
	facts  lockset.Facts
	freed  []freed
	defers []deferred
	gos    []spawned
	handed []*lockset.Value // sorted by ID
	// called is which calls of what the function was given have been made, or
	// could not be, since their guard does not hold: in the order of their numbers.
	called []*event
	owed   []owed
	// panicking: the state runs its deferred calls because of a panic.
	panicking bool
	// blurred: it stands for states that were joined beyond a bound. What they
	// knew differently is forgotten, so that it does not count that something is
	// not known.
	blurred bool
}

type memEntry struct{ place, val *lockset.Value }

type envEntry struct {
	n   int
	val *lockset.Value
}

// A deferred is a call that a defer statement has queued, its operands evaluated.
type deferred struct {
	instr ssa.CallInstruction
	fn    *lockset.Value
	args  []*lockset.Value
}

// An owed is a lock that the callers were left to hold, for something that was
// called on the way here needs it. Whether they do is judged at their calls;
// here it is held.
type owed struct {
	class string
	key   *lockset.Value
}

// A spawned is a goroutine that may still run.
type spawned struct {
	instr   ssa.Instruction
	fn      *lockset.Value
	args    []*lockset.Value
	handles []*lockset.Value
}

func (s *state) clone() *state {
	s.shared = shared{mem: true, env: true}
	c := *s
	c.defers = slices.Clip(s.defers)
	c.gos = slices.Clip(s.gos)
	c.freed = slices.Clip(s.freed)
	c.handed = slices.Clip(s.handed)
	c.called = slices.Clip(s.called)
	c.owed = slices.Clip(s.owed)
	return &c
}

// view returns a copy whose locks and facts may be exchanged; the rest is that
// of s, so that what is made Unknown in its memory is so in that of s. It is good
// until the present event of the callee is done with: there are many, and they
// are used again.
func (x *exec) view(s *state) *state {
	s.ownMem()
	if x.inView == len(x.views) {
		x.views = append(x.views, new(state))
	}
	c := x.views[x.inView]
	x.inView++
	*c = *s
	return c
}

// core appends a key to b that is equal for two states exactly if they differ only
// in what merge forgets: facts, live values that matter to no lock, memory that
// holds no more than constants, and which objects that lead to no lock others
// were given. c tells the values and the variables that do matter.
func (s *state) core(b []byte, c *code) []byte {
	num := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	val := func(v *lockset.Value) { b = appendValue(b, v) }
	b = appendSet(b, s.held)
	carriers := s.carriers()
	for _, m := range s.mem {
		if !c.soft(m.place, m.val, carriers) || c.isKeyCell(m.place) {
			val(m.place)
			val(m.val)
		}
	}
	num(0)
	for _, e := range s.env {
		if c.isHard(e.n) {
			num(e.n)
			val(e.val)
		}
	}
	num(0)
	b = appendFreed(b, s.freed)
	num(len(s.defers))
	for _, d := range s.defers {
		num(int(d.instr.Pos()))
		val(d.fn)
		for _, a := range d.args {
			val(a)
		}
	}
	num(len(s.gos))
	for _, g := range s.gos {
		num(int(g.instr.Pos()))
		val(g.fn)
		for _, a := range g.handles {
			val(a)
		}
	}
	for _, h := range s.handed {
		if carriers[h] {
			val(h)
		}
	}
	if s.panicking {
		b = append(b, 'p')
	}
	return b
}

// appendValue appends the number of v, which may be nil.
func appendValue(b []byte, v *lockset.Value) []byte {
	if v == nil {
		return append(b, 0)
	}
	return binary.AppendUvarint(b, uint64(v.ID()+1))
}

// appendSet appends what tells sets of held locks apart.
func appendSet(b []byte, held lockset.Set) []byte {
	b = binary.AppendUvarint(b, uint64(len(held)))
	for _, l := range held {
		b = append(append(b, l.Class...), 0)
		b = binary.AppendUvarint(b, uint64(l.Site))
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(l.Flags)), uint64(l.Mode))
		for _, v := range [...]*lockset.Value{l.Key, l.Guard, l.Via, l.Parent, l.ModeBy} {
			b = appendValue(b, v)
		}
	}
	return b
}

// appendFreed is appendSet for locks that were given up.
func appendFreed(b []byte, fs []freed) []byte {
	b = binary.AppendUvarint(b, uint64(len(fs)))
	for _, f := range fs {
		b = append(append(b, f.class...), 0)
		b = appendValue(appendValue(b, f.guard), f.key)
	}
	return b
}

// carriers returns the values that lead to the guard of a held lock: the
// guards, and the objects that hold them.
func (s *state) carriers() map[*lockset.Value]bool {
	var out map[*lockset.Value]bool
	for _, l := range s.held {
		if l.Guard != nil && !l.Is(lockset.Given) {
			if out == nil {
				out = make(map[*lockset.Value]bool)
			}
			out[l.Guard] = true
		}
	}
	if out == nil {
		return nil
	}
	return spread(out, len(s.mem), func(i int) (place, val *lockset.Value) { return s.mem[i].place, s.mem[i].val })
}

// spread adds to carriers the objects that hold one, until there are no more.
func spread(carriers map[*lockset.Value]bool, n int, entry func(int) (place, val *lockset.Value)) map[*lockset.Value]bool {
	for grown := true; grown; {
		grown = false
		for i := range n {
			place, val := entry(i)
			if !val.Has(func(v *lockset.Value) bool { return carriers[v] }) {
				continue
			}
			for isPlace(place) && place.Op != lockset.OpGlobal {
				place = place.Args[0]
				if !carriers[place] && !place.Entry() {
					carriers[place] = true
					grown = true
				}
			}
		}
	}
	return carriers
}

// soft reports whether a value in memory may be forgotten when paths meet: it
// leads to no guard of what is held, is no function that deals with locks, does
// not say how a loop was left, and is nothing that the function was given and
// keeps in a variable of its own.
func (c *code) soft(place, v *lockset.Value, carriers map[*lockset.Value]bool) bool {
	if place.IsWayOut() {
		return v.Op == lockset.OpUnknown
	}
	switch v.Op {
	case lockset.OpNil: // a field that was cleared tells a path on which what it held was given up
		return !place.Entry()
	case lockset.OpConst, lockset.OpZero, lockset.OpUnknown, lockset.OpCmp, lockset.OpNot, lockset.OpSum:
		return true
	case lockset.OpFunc:
		return c.a.idle(v)
	case lockset.OpParam, lockset.OpFree, lockset.OpField, lockset.OpElem, lockset.OpDeref:
		return place.Op != lockset.OpDeref || place.Args[0].Op != lockset.OpAlloc
	}
	return !v.Has(func(v *lockset.Value) bool { return v.Op == lockset.OpFunc && !c.a.idle(v) || carriers[v] })
}

// maxHanded is how far below what a function was given a path may lead that is
// noted as handed over. Beyond, what the path leads through is: a list that is
// walked would make a path for each of its elements.
const maxHanded = 3

// hand notes that somebody else keeps the locks in v. What lies below a value
// that was handed over is handed over with it.
func (s *state) hand(v *lockset.Value) {
	lies := func(p *lockset.Value) bool { return isPlace(p) && p.Op != lockset.OpGlobal }
	depth := 0
	for p := v; lies(p); p = p.Args[0] {
		depth++
	}
	for ; depth > maxHanded; depth-- {
		v = v.Args[0]
	}
	find := func(v *lockset.Value) (int, bool) {
		return slices.BinarySearchFunc(s.handed, v.ID(), func(h *lockset.Value, id int) int { return h.ID() - id })
	}
	for p := v; ; p = p.Args[0] {
		if _, ok := find(p); ok {
			return
		}
		if !lies(p) {
			break
		}
	}
	i, _ := find(v)
	s.handed = slices.Concat(s.handed[:i], []*lockset.Value{v}, s.handed[i:])
}

// rename rewrites every value of s. Facts about what is renamed are dropped
// unless keep says otherwise.
func (s *state) rename(f func(*lockset.Value) *lockset.Value, keep func(old lockset.Fact, now *lockset.Value) bool, t *lockset.Table) {
	or := func(v *lockset.Value) *lockset.Value {
		if v == nil {
			return nil
		}
		return f(v)
	}
	s.held = s.held.Map(func(l lockset.Lock) lockset.Lock {
		l.Key, l.Guard, l.Via, l.Parent, l.ModeBy = or(l.Key), or(l.Guard), or(l.Via), or(l.Parent), or(l.ModeBy)
		return l
	})
	var mem []memEntry
	for _, m := range s.mem {
		mem = append(mem, memEntry{f(m.place), f(m.val)})
	}
	slices.SortFunc(mem, func(a, b memEntry) int {
		if d := a.place.ID() - b.place.ID(); d != 0 {
			return d
		}
		return a.val.ID() - b.val.ID()
	})
	s.mem, s.shared.mem = slices.Compact(mem), false
	s.ownEnv()
	for i := range s.env {
		s.env[i].val = f(s.env[i].val)
	}
	facts := s.facts.Keep(func(e lockset.Fact) bool { return f(e.Cond) == e.Cond })
	for _, e := range s.facts {
		if c := f(e.Cond); c != e.Cond && keep(e, c) {
			if g, ok := t.Assume(facts, c, e.True); ok {
				facts = g
			}
		}
	}
	s.facts = facts
	s.freed = slices.Clone(s.freed)
	for i := range s.freed {
		s.freed[i].guard, s.freed[i].key = or(s.freed[i].guard), or(s.freed[i].key)
	}
	all := func(vs []*lockset.Value) []*lockset.Value {
		out := slices.Clone(vs)
		for i := range out {
			out[i] = f(out[i])
		}
		return out
	}
	s.defers = slices.Clone(s.defers)
	for i := range s.defers {
		s.defers[i].fn, s.defers[i].args = f(s.defers[i].fn), all(s.defers[i].args)
	}
	s.gos = slices.Clone(s.gos)
	for i := range s.gos {
		s.gos[i].fn, s.gos[i].args, s.gos[i].handles = f(s.gos[i].fn), all(s.gos[i].args), all(s.gos[i].handles)
	}
	s.handed = all(s.handed)
	slices.SortFunc(s.handed, func(a, b *lockset.Value) int { return a.ID() - b.ID() })
	s.handed = slices.Compact(s.handed)
}

// some reports whether has is true of any value of s, or of nil, which stands
// for what a lock does not have.
func (s *state) some(has func(*lockset.Value) bool) bool {
	for _, l := range s.held {
		if has(l.Key) || has(l.Guard) || has(l.Via) || has(l.Parent) || has(l.ModeBy) {
			return true
		}
	}
	for _, m := range s.mem {
		if has(m.place) || has(m.val) {
			return true
		}
	}
	for _, e := range s.env {
		if has(e.val) {
			return true
		}
	}
	for _, e := range s.facts {
		if has(e.Cond) {
			return true
		}
	}
	for _, d := range s.defers {
		if has(d.fn) || slices.ContainsFunc(d.args, has) {
			return true
		}
	}
	for _, g := range s.gos {
		if has(g.fn) || slices.ContainsFunc(g.args, has) || slices.ContainsFunc(g.handles, has) {
			return true
		}
	}
	return slices.ContainsFunc(s.handed, has)
}
