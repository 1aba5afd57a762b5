package analyzer

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A summary travels as bytes: numbers as varints, strings with their length,
// values in preorder. One summary's bytes stand for themselves, so that a
// package passes on those of its imports as they are, and reads only those
// that it calls.

// maxHops is how many calls of a witness a fact keeps: the first ones and the
// last. A chain is read by a person, who needs its ends; and facts must not
// grow with the depth of the calls.
const maxHops = 6

type writer struct {
	b    []byte
	bare bool            // leave the witnesses out
	refs map[string]bool // keys of the functions, and types in interfaces, that were written as values
}

func (w *writer) num(n int)    { w.b = binary.AppendUvarint(w.b, uint64(n)) }
func (w *writer) str(s string) { w.num(len(s)); w.b = append(w.b, s...) }
func (w *writer) flag(f bool)  { w.b = append(w.b, flag(f)) }

func (w *writer) value(v *lockset.Value) {
	if v == nil {
		w.num(0)
		return
	}
	switch {
	case v.Op == lockset.OpFunc || v.Op == lockset.OpBound:
		w.refer(v.Aux)
	case v.Op == lockset.OpIface && v.Aux != "" && v.Aux != rlocker:
		w.refer(typeRef + v.Aux)
	}
	w.num(int(v.Op) + 1)
	w.str(v.Aux)
	w.num(v.N)
	w.num(len(v.Args))
	for _, a := range v.Args {
		w.value(a)
	}
}

// refer notes that what is written needs the fact with a key.
func (w *writer) refer(key string) {
	if w.bare {
		return
	}
	if w.refs == nil {
		w.refs = make(map[string]bool)
	}
	w.refs[key] = true
}

func (w *writer) values(vs []*lockset.Value) {
	w.num(len(vs))
	for _, v := range vs {
		w.value(v)
	}
}

func (w *writer) facts(fs lockset.Facts) {
	w.num(len(fs))
	for _, f := range fs {
		w.value(f.Cond)
		w.flag(f.True)
	}
}

func (w *writer) freed(fs []freed) {
	w.num(len(fs))
	for _, f := range fs {
		w.str(f.class)
		w.value(f.guard)
		w.value(f.key)
	}
}

func (w *writer) locks(ls []lockset.Lock, at []*hop) {
	w.num(len(ls))
	for i, l := range ls {
		w.str(l.Class)
		w.value(l.Key)
		w.num(int(l.Mode))
		w.value(l.ModeBy)
		w.value(l.Guard)
		w.value(l.Via)
		w.value(l.Parent)
		w.num(int(l.Flags))
		w.hops(at[i])
	}
}

func (w *writer) hops(h *hop) {
	if w.bare {
		return
	}
	n := 0
	if h != nil {
		n = h.n
	}
	w.num(min(n, maxHops))
	h.short(maxHops, func(name, pos string) {
		w.str(name)
		w.str(pos)
	})
}

func (w *writer) summary(s *summary, modes map[*lockset.Value]map[string]lockmodel.Mode) {
	events := slices.DeleteFunc(slices.Clone(s.events), func(e *event) bool { return e.origin != nil || e.kind == evOrder })
	w.num(len(events))
	for _, e := range events {
		w.num(int(e.kind))
		w.str(e.class)
		w.value(e.key)
		w.num(int(e.mode))
		w.value(e.by)
		w.modes(modes[e.by])
		w.flag(e.try)
		w.flag(e.ordered)
		w.flag(e.plain)
		w.flag(e.implied)
		w.flag(e.judged)
		w.flag(e.always)
		w.flag(e.again)
		w.facts(e.guard)
		w.freed(e.freed)
		w.locks(e.held, e.heldAt)
		w.value(e.fn)
		w.str(e.method)
		w.str(e.target)
		w.values(e.args)
		w.values(e.fallback)
		w.num(len(e.told))
		for _, k := range e.told {
			w.str(k)
		}
		w.hops(e.chain)
	}
	w.num(len(s.exits))
	for _, e := range s.exits {
		w.facts(e.guard)
		w.facts(e.facts)
		w.values(e.results)
		w.freed(e.freed)
		w.locks(e.held, e.heldAt)
		for _, l := range e.held {
			w.modes(modes[l.ModeBy])
		}
		w.num(len(e.writes))
		for _, wr := range e.writes {
			w.value(wr.place)
			w.value(wr.val)
		}
		w.values(e.handed)
		w.num(len(e.started))
		for _, g := range e.started {
			w.value(g.fn)
			w.values(g.args)
			w.values(g.handles)
		}
		w.num(len(e.calls))
		for _, n := range e.calls {
			w.num(n)
		}
	}
	w.flag(s.calls)
}

func (w *writer) modes(m map[string]lockmodel.Mode) {
	w.num(len(m))
	for _, k := range sortedKeys(m) {
		w.str(k)
		w.num(int(m[k]))
	}
}

// print renders s for comparison with itself: what it says, whoever its
// witnesses are.
func (s *summary) print() string { return string(s.appendPrint(nil)) }

func (s *summary) appendPrint(b []byte) []byte {
	w := writer{b: b, bare: true}
	w.summary(s, nil)
	return w.b
}

// printLocks renders what s says of locks alone. Of a way out on which none is
// left held, it leaves out what is returned and under which conditions.
func (s *summary) printLocks() string {
	out := (&summary{events: s.events, calls: s.calls}).print()
	var exits []string
	for _, e := range s.exits {
		if len(e.held) == 0 {
			e = &exit{freed: e.freed, handed: e.handed, started: e.started}
		}
		exits = append(exits, (&summary{exits: []*exit{e}}).print())
	}
	slices.Sort(exits)
	return out + strings.Join(slices.Compact(exits), "")
}

var errCorrupt = errors.New("corrupt fact")

// A reader reads what a writer wrote. Its first error sticks, and makes all
// that follows empty.
type reader struct {
	b   []byte
	a   *unit
	err error
}

func (r *reader) num() int {
	n, k := binary.Uvarint(r.b)
	if k <= 0 || n > 1<<31 {
		r.fail()
		return 0
	}
	r.b = r.b[k:]
	return int(n)
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = errCorrupt
	}
	r.b = nil
}

// count reads the length of a list; no list is longer than what is left.
func (r *reader) count() int {
	n := r.num()
	if n > len(r.b) {
		r.fail()
		return 0
	}
	return n
}

// each counts through a list, as far as it can be read.
func (r *reader) each() iter.Seq[int] {
	n := r.count()
	return func(yield func(int) bool) {
		for i := 0; i < n && r.err == nil; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// upTo reads a number that is at most most.
func (r *reader) upTo(most int) int {
	n := r.num()
	if n > most {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) mode() lockmodel.Mode { return lockmodel.Mode(r.upTo(int(lockmodel.Exclusive))) }

func (r *reader) str() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) flag() bool { return r.num() != 0 }

func (r *reader) value() *lockset.Value { return r.valueAt(0) }

func (r *reader) valueAt(depth int) *lockset.Value {
	op := r.num()
	if op == 0 {
		return nil
	}
	op--
	if op > int(lockset.OpSum) || depth > 2*lockset.MaxDepth {
		r.fail()
		return nil
	}
	aux := r.str()
	n := r.num()
	args := []*lockset.Value{}
	for range r.each() {
		arg := r.valueAt(depth + 1)
		if arg == nil {
			r.fail()
			return nil
		}
		args = append(args, arg)
	}
	return r.a.t.Make(lockset.Op(op), aux, n, args)
}

func (r *reader) values() []*lockset.Value {
	out := []*lockset.Value{}
	for range r.each() {
		v := r.value()
		if v == nil {
			v = r.a.t.Unknown
		}
		out = append(out, v)
	}
	return out
}

func (r *reader) facts() lockset.Facts {
	var out lockset.Facts
	for range r.each() {
		c := r.value()
		truth := r.flag()
		if c == nil {
			r.fail()
			return nil
		}
		if f, ok := r.a.t.Assume(out, c, truth); ok {
			out = f
		}
	}
	return out
}

func (r *reader) freed() []freed {
	var out []freed
	for range r.each() {
		out = append(out, freed{r.str(), r.value(), r.value()})
	}
	return out
}

func (r *reader) locks() (ls []lockset.Lock, at []*hop) {
	for range r.each() {
		var l lockset.Lock
		l.Class = r.str()
		l.Key = r.value()
		l.Mode = r.mode()
		l.ModeBy = r.value()
		l.Guard = r.value()
		l.Via = r.value()
		l.Parent = r.value()
		l.Flags = lockset.Flags(r.upTo(math.MaxUint8))
		ls = append(ls, l)
		at = append(at, r.hops())
	}
	return ls, at
}

func (r *reader) hops() *hop {
	type np struct{ name, pos string }
	var all []np
	for range r.each() {
		all = append(all, np{r.str(), r.str()})
	}
	var h *hop
	for i := len(all) - 1; i >= 0; i-- {
		h = newHop(all[i].name, all[i].pos, h)
	}
	return h
}

func (r *reader) modes(v *lockset.Value) {
	m := map[string]lockmodel.Mode{}
	for range r.each() {
		k := r.str()
		m[k] = r.mode()
	}
	if v != nil && len(m) > 0 {
		r.a.modes[v] = m
	}
}

func (r *reader) summary() *summary {
	s := &summary{}
	for range r.each() {
		e := &event{}
		if e.kind = eventKind(r.upTo(int(evJoin))); e.kind == evOrder {
			r.fail() // no writer lets it leave its package
		}
		e.class = r.str()
		e.key = r.value()
		e.mode = r.mode()
		e.by = r.value()
		r.modes(e.by)
		e.try, e.ordered, e.plain, e.implied, e.judged = r.flag(), r.flag(), r.flag(), r.flag(), r.flag()
		e.always, e.again = r.flag(), r.flag()
		e.guard = r.facts()
		e.freed = r.freed()
		e.held, e.heldAt = r.locks()
		e.fn = r.value()
		e.method = r.str()
		e.target = r.str()
		e.args = r.values()
		e.fallback = r.values()
		for range r.each() {
			e.told = append(e.told, r.str())
		}
		if e.chain = r.hops(); e.chain == nil {
			e.chain = newHop(e.class, "", nil)
		}
		s.events = append(s.events, e)
	}
	for range r.each() {
		e := &exit{}
		e.guard = r.facts()
		e.facts = r.facts()
		e.results = r.values()
		e.freed = r.freed()
		e.held, e.heldAt = r.locks()
		for _, l := range e.held {
			r.modes(l.ModeBy)
		}
		for range r.each() {
			p, v := r.value(), r.value()
			if p == nil || v == nil {
				r.fail()
				return s
			}
			e.writes = append(e.writes, write{p, v})
		}
		e.handed = r.values()
		for range r.each() {
			g := started{fn: r.value(), args: r.values(), handles: r.values()}
			if g.fn == nil {
				g.fn = r.a.t.Unknown
			}
			e.started = append(e.started, g)
		}
		for range r.count() {
			e.calls = append(e.calls, r.num())
		}
		s.exits = append(s.exits, e)
	}
	s.calls = r.flag()
	return s
}
