package lockset

import "slices"

// # Alternatives
//
// Where two paths meet that have nothing in common but that each of them
// excludes the other, as in "if a || b { return }", intersection leaves nothing
// of the conditions. One condition is left then, that a or b holds: a caller who
// knows that neither does is not on this path.

// maxAlternatives bounds the operands of an Or. Longer conditions are lists of
// cases, of which it matters less that none of them holds.
const maxAlternatives = 4

// maxEither bounds the alternatives that are made where two paths meet.
const maxEither = 3

// Or returns the condition that one of several holds.
func (t *Table) Or(conds ...*Value) *Value {
	var out []*Value
	for _, c := range conds {
		switch {
		case c.Op == OpUnknown:
			return c
		case c.Op == OpOr:
			out = append(out, c.Args...)
		case c.Op == OpZero || c.Op == OpConst && c.Aux != "true":
		case c.Op == OpConst:
			return c
		default:
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *Value) int { return a.id - b.id })
	out = slices.Compact(out)
	for _, c := range out {
		if slices.Contains(out, t.Not(c)) {
			return t.Const("true")
		}
	}
	switch len(out) {
	case 0:
		return t.Const("false")
	case 1:
		return out[0]
	}
	return t.intern(OpOr, "", 0, out...)
}

// literal returns the condition that f is true of.
func (t *Table) literal(f Fact) *Value {
	if f.True {
		return f.Cond
	}
	return t.Not(f.Cond)
}

// truth is Truth without regard to the alternatives in f.
func (t *Table) truth(f Facts, c *Value) (value, known bool) {
	switch c.Op {
	case OpConst, OpZero:
		return t.Truth(f, c)
	case OpNot:
		v, ok := t.truth(f, c.Args[0])
		return !v, ok
	}
	return t.decide(f, c)
}

// either evaluates an Or.
func (t *Table) either(f Facts, or *Value) (value, known bool) {
	known = true
	for _, c := range or.Args {
		v, ok := t.truth(f, c)
		if ok && v {
			return true, true
		}
		known = known && ok
	}
	return false, known
}

// open returns the one operand of an Or that f does not decide, if the others
// are false; nil if there is none, or several.
func (t *Table) open(f Facts, or *Value) *Value {
	var only *Value
	for _, c := range or.Args {
		switch v, ok := t.truth(f, c); {
		case ok && v || !ok && only != nil:
			return nil
		case !ok:
			only = c
		}
	}
	return only
}

// remains evaluates c by the alternatives of f: it holds if it is one of two and
// the other does not.
func (t *Table) remains(f Facts, c *Value) (value, known bool) {
	for _, e := range f {
		if e.Cond.Op != OpOr || !e.True {
			continue
		}
		switch not := t.Not(c); {
		case slices.Contains(e.Cond.Args, c) && t.open(f, e.Cond) == c:
			return true, true
		case slices.Contains(e.Cond.Args, not) && t.open(f, e.Cond) == not:
			return false, true
		}
	}
	return false, false
}

// Either returns what holds on either of two paths: what both know, and, if one
// of them knows only one thing more, which the other one excludes, that this or
// what the other one knows is so. f and g imply what it returns.
func (t *Table) Either(f, g Facts) Facts {
	out := f.Meet(g)
	if len(out) == len(f) || len(out) == len(g) {
		return out
	}
	out = t.keepKnown(out, f, g)
	out = t.keepKnown(out, g, f)
	mine, theirs := t.beyond(f, out), t.beyond(g, out)
	if len(mine) == 1 {
		out = t.alternate(out, mine[0], g, theirs)
	}
	if len(theirs) == 1 {
		out = t.alternate(out, theirs[0], f, mine)
	}
	return out
}

// keepKnown adds to out the alternatives in f of which g knows one.
func (t *Table) keepKnown(out, f, g Facts) Facts {
	for _, e := range f {
		if e.Cond.Op != OpOr || !e.True {
			continue
		}
		if v, ok := t.truth(g, e.Cond); ok && v {
			out = out.with(e)
		}
	}
	return out
}

// beyond returns what f knows and out does not say.
func (t *Table) beyond(f, out Facts) Facts {
	return f.Keep(func(e Fact) bool { return !slices.Contains(out, e) })
}

// alternate adds to out that one is so, or what is known where it is not.
func (t *Table) alternate(out Facts, one Fact, f, others Facts) Facts {
	if one.Cond.Op == OpSum {
		return out
	}
	if v, ok := t.truth(f, one.Cond); !ok || v == one.True {
		return out
	}
	c, n := t.literal(one), 0
	for _, e := range others {
		or := t.Or(c, t.literal(e))
		if e.Cond.Op == OpSum || or.Op != OpOr || len(or.Args) > maxAlternatives {
			continue
		}
		if n++; n > maxEither {
			break
		}
		out = out.with(Fact{or, true})
	}
	return out
}

// with returns f and e, of whose condition f says nothing.
func (f Facts) with(e Fact) Facts {
	i, ok := f.find(e.Cond)
	if ok {
		return f
	}
	return slices.Insert(slices.Clone(f), i, e)
}

// Excludes reports whether f says that not all of g can be so.
func (t *Table) Excludes(f, g Facts) bool {
	return slices.ContainsFunc(f, func(e Fact) bool {
		v, ok := t.truth(g, e.Cond)
		return ok && v != e.True
	})
}
