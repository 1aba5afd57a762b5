package analyzer

import (
	"slices"
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # What a state remembers
//
// The values of SSA values and the contents of memory are two sorted lists. Most
// states are copies that die after a few instructions, so that a copy shares the
// lists with the state that it was made of, and whoever changes one first makes a
// list of its own.

// shared says of each list of a state whether another state has it as well: then
// it must not be changed in place.
type shared struct{ mem, env bool }

// ownMem makes sure that the memory of s may be changed in place.
func (s *state) ownMem() {
	if s.shared.mem {
		s.mem, s.shared.mem = append(make([]memEntry, 0, len(s.mem)+2), s.mem...), false
	}
}

// ownEnv makes sure that the values of s may be changed in place.
func (s *state) ownEnv() {
	if s.shared.env {
		s.env, s.shared.env = append(make([]envEntry, 0, len(s.env)+2), s.env...), false
	}
}

// sharedMem returns the memory of s, which stays as it is whatever becomes of s.
func (s *state) sharedMem() []memEntry {
	s.shared.mem = true
	return s.mem
}

// insertMem makes m the entry number i.
func (s *state) insertMem(i int, m memEntry) {
	s.ownMem()
	s.mem = slices.Insert(s.mem, i, m)
}

// deleteMem deletes the entries for which del is true.
func (s *state) deleteMem(del func(memEntry) bool) {
	if slices.ContainsFunc(s.mem, del) {
		s.ownMem()
		s.mem = slices.DeleteFunc(s.mem, del)
	}
}

// get returns the value of SSA value number n, nil if it is its own symbol.
func (s *state) get(n int) *lockset.Value {
	i, ok := slices.BinarySearchFunc(s.env, n, func(e envEntry, n int) int { return e.n - n })
	if !ok {
		return nil
	}
	return s.env[i].val
}

func (s *state) set(n int, v *lockset.Value) {
	i, ok := slices.BinarySearchFunc(s.env, n, func(e envEntry, n int) int { return e.n - n })
	if ok && s.env[i].val == v {
		return
	}
	s.ownEnv()
	if ok {
		s.env[i].val = v
		return
	}
	s.env = slices.Insert(s.env, i, envEntry{n, v})
}

func (s *state) unset(n int) {
	i, ok := slices.BinarySearchFunc(s.env, n, func(e envEntry, n int) int { return e.n - n })
	if ok {
		s.ownEnv()
		s.env = slices.Delete(s.env, i, i+1)
	}
}

func (s *state) memAt(place *lockset.Value) (lo, hi int) {
	lo, _ = slices.BinarySearchFunc(s.mem, place.ID(), func(m memEntry, id int) int { return m.place.ID() - id })
	hi = lo
	for hi < len(s.mem) && s.mem[hi].place == place {
		hi++
	}
	return lo, hi
}

// put makes place hold v and nothing else; what lay inside it is forgotten.
func (s *state) put(place, v *lockset.Value) {
	whole := place
	if place.Op == lockset.OpDeref {
		whole = place.Args[0] // fields hang on the pointer
	}
	s.deleteMem(func(m memEntry) bool { return m.place == place || inside(m.place, whole) })
	if len(s.mem) >= maxMemory {
		s.overflow(place)
		return
	}
	lo, _ := s.memAt(place)
	s.insertMem(lo, memEntry{place, v})
}

// maxMemory bounds what a state remembers. Functions that write more, such as
// the initialisation of a large table, are of data.
const maxMemory = 192

// overflow notes that the object around place is not known to the last field.
func (s *state) overflow(place *lockset.Value) {
	for isPlace(place) && place.Op != lockset.OpGlobal {
		place = place.Args[0]
	}
	if place.Op == lockset.OpAlloc {
		s.hand(place)
	}
}

// blur notes that a container holds more than is remembered: what it holds is
// not to be taken for all.
func (s *state) blur(t *lockset.Table, container *lockset.Value) {
	for i, m := range s.mem {
		if m.place.Op == lockset.OpElem && m.place.Args[0] == container {
			s.ownMem()
			s.mem[i].val = t.Unknown
			return
		}
	}
}

// rest reports whether a memory entry says of an object that all of it is zero
// of which nothing else is said.
func rest(place, v *lockset.Value) bool {
	return v.Op == lockset.OpZero && place.Op == lockset.OpDeref
}

// drop forgets one entry, and reports whether it was there.
func (s *state) drop(m memEntry) bool {
	n := len(s.mem)
	s.deleteMem(func(o memEntry) bool { return o == m })
	return len(s.mem) < n
}

// add makes place hold v besides what it holds: an element of a container.
func (s *state) add(place, v *lockset.Value) {
	lo, hi := s.memAt(place)
	i, ok := slices.BinarySearchFunc(s.mem[lo:hi], v.ID(), func(m memEntry, id int) int { return m.val.ID() - id })
	if !ok && len(s.mem) < maxMemory {
		s.insertMem(lo+i, memEntry{place, v})
	}
}

// used reports whether v, an object that a callee made, has something in a
// field: then it is not nil.
func (s *state) used(v *lockset.Value) bool {
	obj := v
	if obj.Op == lockset.OpPrev {
		obj = obj.Args[0]
	}
	return obj.Op == lockset.OpSite && strings.Contains(obj.Aux, objectMark) &&
		slices.ContainsFunc(s.mem, func(m memEntry) bool { return m.place.Op == lockset.OpField && m.place.Args[0] == v })
}

// inside reports whether place is a field, at any depth, of whole, or within an
// element of whole, if that points to an array that the function made.
func inside(place, whole *lockset.Value) bool {
	for place.Op == lockset.OpField || place.Op == lockset.OpElem && place.Args[0].Op == lockset.OpAlloc {
		place = place.Args[0]
		if place == whole {
			return true
		}
	}
	return false
}

// collect forgets memory that nothing leads to any more: objects that came out
// of a callee, and those of earlier turns of a loop. It marks what is live.
func (s *state) collect(live *lockset.Marks) {
	if len(s.mem) == 0 {
		return
	}
	garbage := func(place *lockset.Value) *lockset.Value {
		for isPlace(place) && place.Op != lockset.OpGlobal {
			place = place.Args[0]
		}
		if place.Op == lockset.OpPrev || place.Op == lockset.OpSite && strings.Contains(place.Aux, objectMark) {
			return place
		}
		return nil
	}
	if !slices.ContainsFunc(s.mem, func(m memEntry) bool { return garbage(m.place) != nil }) {
		return
	}
	live.Clear()
	var mark func(v *lockset.Value)
	mark = func(v *lockset.Value) {
		if v == nil || !live.Add(v) {
			return
		}
		for _, a := range v.Args {
			mark(a)
		}
	}
	for _, e := range s.env {
		mark(e.val)
	}
	for _, l := range s.held {
		mark(l.Key)
		mark(l.Guard)
		mark(l.Via)
	}
	for _, h := range s.handed {
		mark(h)
	}
	for _, d := range s.defers {
		mark(d.fn)
		for _, a := range d.args {
			mark(a)
		}
	}
	for _, g := range s.gos {
		mark(g.fn)
		for _, a := range g.args {
			mark(a)
		}
	}
	for grown := true; grown; {
		grown = false
		for _, m := range s.mem {
			if g := garbage(m.place); (g == nil || live.Has(g)) && !live.Has(m.val) {
				mark(m.val)
				grown = true
			}
		}
	}
	s.deleteMem(func(m memEntry) bool {
		g := garbage(m.place)
		return g != nil && !live.Has(g)
	})
}
