package lockset

import (
	"slices"
	"strings"
)

// A Fact is a condition that is known to hold, or not to, on a path.
type Fact struct {
	Cond *Value
	True bool
}

// Facts is what is known on a path: sorted by the number of the condition, no
// condition twice. Facts are never changed in place. The lattice is the
// powerset under inclusion, joined by intersection: fewer facts, more paths.
type Facts []Fact

func (f Facts) find(c *Value) (int, bool) {
	return slices.BinarySearchFunc(f, c, func(e Fact, c *Value) int { return e.Cond.id - c.id })
}

// holds reports whether the comparison of a with b, by op, is among f and true.
// It does not make the comparison: most of those that are asked for were never
// met, and what is not in f is not worth a place in the table.
func (t *Table) holds(f Facts, op byte, a, b *Value) bool {
	if a.Op == OpCompare || b.Op == OpCompare || op == '=' && (a.isTruth() || b.isTruth()) { // spelled another way
		c := t.Less
		if op == '=' {
			c = t.Equal
		}
		i, ok := f.find(c(a, b))
		return ok && f[i].True
	}
	for _, e := range f {
		c := e.Cond
		if e.True && c.Op == OpCmp && c.Aux[0] == op && (c.Args[0] == a && c.Args[1] == b || op == '=' && c.Args[0] == b && c.Args[1] == a) {
			return true
		}
	}
	return false
}

// Truth evaluates a condition under f: the second result is false if f does
// not decide it.
func (t *Table) Truth(f Facts, c *Value) (value, known bool) {
	switch c.Op {
	case OpConst:
		return c.Aux == "true", true
	case OpZero:
		return false, true
	case OpNot:
		v, ok := t.Truth(f, c.Args[0])
		return !v, ok
	}
	if v, ok := t.decide(f, c); ok || c.Op == OpOr {
		return v, ok
	}
	return t.remains(f, c)
}

// decide is Truth, of what is not a negation, without regard to the
// alternatives in f.
func (t *Table) decide(f Facts, c *Value) (value, known bool) {
	if i, ok := f.find(c); ok {
		return f[i].True, true
	}
	if c.Op == OpOr {
		return t.either(f, c)
	}
	if c.Op != OpCmp {
		return false, false
	}
	a, b := c.Args[0], c.Args[1]
	if c.Aux == "==" {
		return t.equal(f, a, b)
	}
	if a == b {
		return false, true
	}
	if b.Op == OpLen && isInt(a, "0") && b.Args[0].Op == OpNil {
		return false, true
	}
	if a.Op == OpConst && b.Op == OpConst {
		return constBefore(a.Aux, b.Aux)
	}
	if t.holds(f, '<', b, a) || t.holds(f, '=', a, b) {
		return false, true
	}
	return false, false
}

func (t *Table) equal(f Facts, a, b *Value) (value, known bool) {
	if a == b && a.Op != OpUnknown {
		return true, true
	}
	if b.Op == OpNil || b.Op == OpZero {
		switch a.Op {
		case OpNil, OpZero:
			return true, true
		case OpAlloc, OpAddr, OpFunc, OpBound, OpIface, OpConst, OpStruct:
			return false, true
		case OpPrev:
			return t.equal(f, a.Args[0], b)
		}
		for _, e := range f { // what has a type is not nil
			if c := e.Cond; e.True && c.Op == OpCmp && c.Aux == "==" && c.Args[0].isTypeOf(a) {
				return false, true
			}
		}
	}
	if b.Op == OpConst {
		if a.Op == OpSum && a.Aux == dynamicType {
			if isNil, ok := t.decide(f, t.Equal(a.Args[0], t.Nil)); ok && isNil {
				return false, true
			}
		}
		if a.Op == OpZero {
			return b.Aux == "0" || b.Aux == `""` || b.Aux == "false", true
		}
		for _, e := range f { // a is known to be another constant
			if e.True && e.Cond.Op == OpCmp && e.Cond.Aux == "==" && e.Cond.Args[0] == a && e.Cond.Args[1].Op == OpConst {
				return e.Cond.Args[1] == b, true
			}
		}
	}
	if t.holds(f, '<', a, b) || t.holds(f, '<', b, a) {
		return false, true
	}
	return false, false
}

// Assume returns f with the condition c taken to be value; the second result
// is false if f says otherwise, so that the path cannot be.
func (t *Table) Assume(f Facts, c *Value, value bool) (Facts, bool) {
	if v, ok := t.Truth(f, c); ok {
		return f, v == value
	}
	for c.Op == OpNot {
		c, value = c.Args[0], !value
	}
	if c.Op == OpUnknown || c.Has(func(v *Value) bool { return v.Op == OpUnknown }) {
		return f, true
	}
	if c.Op == OpOr && value {
		if only := t.open(f, c); only != nil {
			return t.Assume(f, only, true)
		}
	}
	if c.Op == OpOr && !value {
		if g, ok := t.none(f, c.Args); ok {
			return g, true
		}
	}
	i, _ := f.find(c)
	return slices.Concat(f[:i], Facts{{c, value}}, f[i:]), true
}

// Meet returns what both know.
func (f Facts) Meet(g Facts) Facts {
	both := 0 // how many of the first of f g knows as well
	var out Facts
	for i, e := range f {
		for len(g) > 0 && g[0].Cond.id < e.Cond.id {
			g = g[1:]
		}
		switch {
		case len(g) == 0 || g[0] != e:
		case out == nil && both == i:
			both++
			continue
		default:
			if out == nil {
				out = append(make(Facts, 0, len(f)-1), f[:both]...)
			}
			out = append(out, e)
		}
	}
	if out == nil {
		return f[:both:both]
	}
	return out
}

// Keep returns the facts for which ok holds.
func (f Facts) Keep(ok func(Fact) bool) Facts {
	for _, e := range f {
		if !ok(e) {
			out := make(Facts, 0, len(f))
			for _, e := range f {
				if ok(e) {
					out = append(out, e)
				}
			}
			return out
		}
	}
	return f
}

// Implies reports whether f holds all of g.
func (f Facts) Implies(g Facts) bool {
	for _, e := range g {
		if i, ok := f.find(e.Cond); !ok || f[i].True != e.True {
			return false
		}
	}
	return true
}

// NonNil reports whether v is known not to be nil.
func (t *Table) NonNil(f Facts, v *Value) bool {
	isNil, known := t.Truth(f, t.Equal(v, t.Nil))
	return known && !isNil
}

// IsNil reports whether v is known to be nil.
func (t *Table) IsNil(f Facts, v *Value) bool {
	isNil, known := t.Truth(f, t.Equal(v, t.Nil))
	return known && isNil
}

// Sorted returns the condition "container x is sorted ascending by path".
func (t *Table) Sorted(x *Value, path string) *Value { return t.Sum("sorted:"+path, x) }

// SortedBy returns the path that x is known to be sorted by.
func (f Facts) SortedBy(x *Value) (path string, known bool) {
	for _, e := range f {
		if e.True && e.Cond.Op == OpSum && len(e.Cond.Args) == 1 && e.Cond.Args[0] == x {
			if p, ok := strings.CutPrefix(e.Cond.Aux, "sorted:"); ok {
				return p, true
			}
		}
	}
	return "", false
}

// Unsort forgets every order of x.
func (f Facts) Unsort(x *Value) Facts {
	return f.Keep(func(e Fact) bool {
		return !(e.Cond.Op == OpSum && strings.HasPrefix(e.Cond.Aux, "sorted:") && len(e.Cond.Args) == 1 && e.Cond.Args[0] == x)
	})
}
