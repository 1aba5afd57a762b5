package analyzer

import (
	"maps"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// nameWrites makes writes of the memory that callers can reach: first what lies
// in places that have a name, until all that can be reached has one.
func (x *exec) nameWrites(s *state, e *exit, n *namer, reach map[*lockset.Value]bool) {
	done := make([]bool, len(s.mem))
	for grown := true; grown; {
		grown = false
		for i, m := range s.mem {
			if done[i] || !x.exported(m, reach) {
				continue
			}
			place, ok := n.existing(m.place)
			if !ok {
				continue
			}
			done[i], grown = true, true
			e.writes = append(e.writes, write{place, n.name(m.val, role(place))})
		}
	}
	x.nameZeros(s, e, n)
}

// nameArgs gives the objects that the function made, and passed to what it was
// given, the names by which callers will know them.
func (x *exec) nameArgs() {
	for _, ev := range x.sum.events {
		for i, v := range ev.given {
			if f := x.named[v]; f != nil && !ev.args[i].Entry() {
				ev.args[i] = f
			}
		}
	}
}

// lent reports whether an object was passed to what the function was given,
// which may have written to it.
func (x *exec) lent(v *lockset.Value) bool {
	for _, ev := range x.events {
		if slices.Contains(ev.given, v) {
			return true
		}
	}
	return false
}

// nameZeros says of the structs that the function made, and of which it has
// set some fields, that the others are zero.
func (x *exec) nameZeros(s *state, e *exit, n *namer) {
	var zeros []write
	for _, v := range n.named() {
		f := n.names[v]
		if v.Op != lockset.OpAlloc || x.code.structs[v.N] == nil || !x.fresh(s, v) || x.lent(v) {
			continue
		}
		set := 0
		for _, w := range e.writes {
			if w.place.Op == lockset.OpField && w.place.Args[0] == f {
				set++
			}
		}
		if set > 0 && set < x.code.structs[v.N].NumFields() {
			zeros = append(zeros, write{x.t.Deref(f), x.t.Zero})
			zeros = append(zeros, x.settledZeros(s, v, f)...)
		}
	}
	slices.SortFunc(zeros, func(a, b write) int { return a.place.ID() - b.place.ID() })
	e.writes = append(e.writes, zeros...)
}

// role names what lies in a place. Long paths, of lists and trees, share a name.
func role(place *lockset.Value) string {
	s := place.String()
	if len(s) > 60 {
		s = s[:60]
	}
	return s
}

// exported reports whether callers must know of a memory entry: it lies in
// something they can reach.
func (x *exec) exported(m memEntry, reach map[*lockset.Value]bool) bool {
	root := m.place
	for isPlace(root) && root.Op != lockset.OpGlobal {
		root = root.Args[0]
	}
	if root.Op == lockset.OpAddr {
		root = root.Args[0]
	}
	if m.val.Op == lockset.OpUnknown && x.a.arith[m.place] {
		return false
	}
	return root.Entry() || reach[root]
}

// A namer gives the objects that a function made the names under which its
// summary speaks of them.
//
// An object is named for the role in which it is first met, the result that it
// is or the place that holds it, so that two exits that leave an object in one
// place speak of it by one name.
type namer struct {
	x     *exec
	s     *state
	names map[*lockset.Value]*lockset.Value
	roles map[string]int
}

func (n namer) name(v *lockset.Value, role string) *lockset.Value {
	return n.x.t.Map(v, func(v *lockset.Value) *lockset.Value {
		switch v.Op {
		case lockset.OpSite, lockset.OpAlloc, lockset.OpPrev:
			f := n.names[v]
			if f == nil {
				r := role
				if k := n.roles[role]; k > 0 {
					r += "'" + itoa(k)
				}
				n.roles[role]++
				if n.x.a.infer && isOwn(v) && !n.x.published(n.s, v) {
					r += ownMark
				}
				f = n.x.t.Fresh(r)
				n.names[v] = f
			}
			return f
		}
		return nil
	})
}

// named returns the objects that have a name, in a fixed order: what is made of
// them is numbered in the order in which it is made.
func (n namer) named() []*lockset.Value {
	return slices.SortedFunc(maps.Keys(n.names), func(a, b *lockset.Value) int { return a.ID() - b.ID() })
}

// known translates v if it consists of what has a name, else it is nil.
func (n namer) known(v *lockset.Value) *lockset.Value {
	if v == nil {
		return nil
	}
	w, ok := n.existing(v)
	if !ok {
		return nil
	}
	return w
}

func (n namer) existing(v *lockset.Value) (*lockset.Value, bool) {
	ok := true
	w := n.x.t.Map(v, func(v *lockset.Value) *lockset.Value {
		switch v.Op {
		case lockset.OpSite, lockset.OpAlloc, lockset.OpPrev:
			f := n.names[v]
			if f == nil {
				ok = false
				return v
			}
			return f
		case lockset.OpUnknown:
			ok = false
		}
		return nil
	})
	return w, ok
}
