package lockset

import "slices"

// # Alternatives
//
// Where two paths meet that have nothing in common but that each of them
// excludes the other, as in "if a || b { return }", intersection leaves nothing
// of the conditions. One condition is left then, that a or b holds: a caller who
// knows that neither does is not on this path.

// maxAlternatives bounds the operands of an Or: those of a condition written by
// hand, or the cases of one clause of a switch.
const maxAlternatives = 8

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

// none takes all of conds to be false.
func (t *Table) none(f Facts, conds []*Value) (Facts, bool) {
	for _, c := range conds {
		var ok bool
		if f, ok = t.Assume(f, c, false); !ok {
			return f, false
		}
	}
	return f, true
}

// remains evaluates c by the alternatives of f: it holds if none of them can be
// so where it does not, and the other way round.
func (t *Table) remains(f Facts, c *Value) (value, known bool) {
	for _, e := range f {
		if e.Cond.Op != OpOr || !e.True {
			continue
		}
		switch {
		case t.leavesNone(f, e.Cond, Fact{c, false}):
			return true, true
		case t.leavesNone(f, e.Cond, Fact{c, true}):
			return false, true
		}
	}
	return false, false
}

// leavesNone reports whether none of the operands of an Or is so under f and one
// fact more, on which one of them at least hangs.
func (t *Table) leavesNone(f Facts, or *Value, more Fact) bool {
	alone := Facts{more}
	if !slices.ContainsFunc(or.Args, func(c *Value) bool { // quick, and nearly always so
		v, ok := t.truth(alone, c)
		return ok && !v
	}) {
		return false
	}
	hangs := false
	for _, c := range or.Args {
		if v, ok := t.truth(f, c); ok && !v {
			continue
		}
		if v, ok := t.truth(alone, c); !ok || v {
			return false
		}
		hangs = true
	}
	return hangs
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
	return slices.Concat(f[:i], Facts{e}, f[i:])
}

// Excludes reports whether f says that not all of g can be so.
func (t *Table) Excludes(f, g Facts) bool {
	return slices.ContainsFunc(f, func(e Fact) bool {
		v, ok := t.truth(g, e.Cond)
		return ok && v != e.True
	})
}

// Choose returns a condition that is as true as x on the path that f is known of,
// and as true as y on that of g; nil if it knows of none. One of the two is a
// constant: what "a || b" is, which is true where a is and b elsewhere.
func (t *Table) Choose(f Facts, x *Value, g Facts, y *Value) *Value {
	if !x.isTruth() {
		if !y.isTruth() {
			return nil
		}
		f, x, g, y = g, y, f, x
	}
	if v, ok := t.Truth(f, y); ok && v == (x.Aux == "true") {
		return y
	}
	c := t.apart(f, g)
	if c == nil || y.vague() {
		return nil
	}
	var out *Value
	if x.Aux == "true" {
		out = t.Or(c, y)
	} else {
		out = t.Or(c, t.Not(y))
	}
	if out.Op == OpOr && len(out.Args) > maxAlternatives {
		return nil
	}
	if x.Aux == "false" {
		out = t.Not(out)
	}
	return out
}

// apart returns a condition that f says to hold and g not to, nil if there is none.
func (t *Table) apart(f, g Facts) *Value {
	excluded := func(f, g Facts) *Value {
		for _, e := range f {
			if v, ok := t.truth(g, e.Cond); ok && v != e.True && !e.Cond.vague() {
				return t.literal(e)
			}
		}
		return nil
	}
	if c := excluded(f, g); c != nil {
		return c
	}
	if c := excluded(g, f); c != nil {
		return t.Not(c)
	}
	return nil
}

// vague reports whether v is not the same wherever it is met: a part of it is
// what something was in any earlier turn of a loop, or not known.
func (v *Value) vague() bool {
	return v.Has(func(v *Value) bool { return v.Op == OpPrev || v.Op == OpUnknown })
}

// isTruth reports whether v is true or false itself.
func (v *Value) isTruth() bool { return v.Op == OpConst && (v.Aux == "true" || v.Aux == "false") }
