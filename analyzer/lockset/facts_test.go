package lockset_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

func requireFacts(t *testing.T, want, got lockset.Facts) {
	t.Helper()
	require.True(t, slices.Equal(want, got), "want %v\ngot  %v", want, got)
}

func TestMeetIsASemilattice(t *testing.T) {
	g := newGen(20)
	for range rounds {
		a, b, c := g.facts(), g.facts(), g.facts()
		requireFacts(t, a, a.Meet(a))
		requireFacts(t, a.Meet(b), b.Meet(a))
		requireFacts(t, a.Meet(b).Meet(c), a.Meet(b.Meet(c)))
		m := a.Meet(b)
		require.True(t, a.Implies(m), "a subset of the one")
		require.True(t, b.Implies(m), "and of the other")
		require.True(t, slices.IsSortedFunc(m, func(x, y lockset.Fact) int { return x.Cond.ID() - y.Cond.ID() }))
		for _, e := range a {
			require.Equal(t, slices.Contains(b, e), slices.Contains(m, e), "the greatest of them")
		}
		require.Empty(t, a.Meet(nil))
	}
}

// What is assumed is known from then on; what was known stays; the opposite is
// refused.
func TestAssumeAndTruthAgree(t *testing.T) {
	g := newGen(21)
	for range 5 * rounds {
		f, c, value := g.facts(), g.cond(), g.IntN(2) == 0
		keep := slices.Clone(f)
		was, known := g.t.Truth(f, c)
		h, ok := g.t.Assume(f, c, value)
		requireFacts(t, keep, f)
		if known {
			require.Equal(t, was == value, ok)
			requireFacts(t, f, h)
			continue
		}
		require.True(t, ok, "what is not known can be")
		require.True(t, h.Implies(f), "nothing is forgotten")
		require.True(t, slices.IsSortedFunc(h, func(x, y lockset.Fact) int { return x.Cond.ID() - y.Cond.ID() }))
		if c.Has(func(v *lockset.Value) bool { return v.Op == lockset.OpUnknown }) {
			requireFacts(t, f, h)
			continue
		}
		got, known := g.t.Truth(h, c)
		require.True(t, known, "%s", c)
		require.Equal(t, value, got)
		if not := g.t.Not(c); not.Op != lockset.OpUnknown { // which it is above MaxDepth
			notGot, known := g.t.Truth(h, not)
			require.True(t, known, "not %s", c)
			require.Equal(t, !value, notGot)
		}
		_, ok = g.t.Assume(h, c, !value)
		require.False(t, ok)
		d := g.cond()
		if was, known := g.t.Truth(f, d); known {
			now, still := g.t.Truth(h, d)
			require.True(t, still, "more facts know more")
			require.Equal(t, was, now, "%s", d)
		}
	}
}

func TestKeepAndImplies(t *testing.T) {
	g := newGen(22)
	for range rounds {
		f := g.facts()
		odd := func(e lockset.Fact) bool { return e.Cond.ID()%2 == 1 }
		k := f.Keep(odd)
		require.True(t, f.Implies(k))
		for _, e := range f {
			require.Equal(t, odd(e), slices.Contains(k, e))
		}
		requireFacts(t, k, k.Keep(odd))
		require.True(t, f.Implies(nil))
		require.Equal(t, len(f) == 0, lockset.Facts(nil).Implies(f))
	}
}

func TestNil(t *testing.T) {
	tab := lockset.NewTable()
	p := tab.Param(0)
	for _, c := range []struct {
		v          *lockset.Value
		isNil, non bool
	}{
		{tab.Nil, true, false},
		{tab.Zero, true, false},
		{tab.Alloc(1), false, true},
		{tab.Prev(tab.Alloc(1)), false, true},
		{tab.Addr(tab.Global("g")), false, true},
		{tab.Func("f"), false, true},
		{tab.Bound("m", p), false, true},
		{tab.Iface("T", tab.Nil), false, true}, // an interface that holds a nil pointer
		{p, false, false},
		{tab.Unknown, false, false},
	} {
		require.Equal(t, c.isNil, tab.IsNil(nil, c.v), "%s", c.v)
		require.Equal(t, c.non, tab.NonNil(nil, c.v), "%s", c.v)
	}
	f, ok := tab.Assume(nil, tab.Equal(p, tab.Nil), false)
	require.True(t, ok)
	require.True(t, tab.NonNil(f, p))
	require.False(t, tab.IsNil(f, p))
}

func TestConstantsExcludeEachOther(t *testing.T) {
	tab := lockset.NewTable()
	p := tab.Param(0)
	f, _ := tab.Assume(nil, tab.Equal(p, tab.Const(`"a"`)), true)
	_, ok := tab.Assume(f, tab.Equal(p, tab.Const(`"b"`)), true)
	require.False(t, ok, "it cannot be two strings")
	not, known := tab.Truth(f, tab.Equal(p, tab.Const(`"b"`)))
	require.True(t, known)
	require.False(t, not)
}

func TestSortedAndUnsorted(t *testing.T) {
	tab := lockset.NewTable()
	x, y := tab.Param(0), tab.Param(1)
	f, _ := tab.Assume(nil, tab.Sorted(x, "User.ID"), true)
	f, _ = tab.Assume(f, tab.Less(x, y), true)
	by, ok := f.SortedBy(x)
	require.True(t, ok)
	require.Equal(t, "User.ID", by)
	_, ok = f.SortedBy(y)
	require.False(t, ok)
	requireFacts(t, f, f.Unsort(y))
	rest := f.Unsort(x)
	_, ok = rest.SortedBy(x)
	require.False(t, ok)
	require.Len(t, rest, 1, "a comparison is no order of the container")
	not, _ := tab.Assume(nil, tab.Sorted(x, ""), false)
	_, ok = not.SortedBy(x)
	require.False(t, ok, "known not to be sorted")
}

// Of every assignment of truth to the conditions under which one of two paths is
// taken, all that is known where they meet is true.
func TestEitherHoldsOnBothPaths(t *testing.T) {
	g := newGen(23)
	const conds = 5
	var told int
	for range rounds {
		facts := func() (f lockset.Facts) {
			for range g.IntN(4) {
				c := g.t.Param(g.IntN(conds))
				if g.IntN(3) == 0 {
					c = g.t.Or(c, g.t.Not(g.t.Param(g.IntN(conds))))
				}
				f, _ = g.t.Assume(f, c, c.Op == lockset.OpOr || g.IntN(2) == 0)
			}
			return f
		}
		a, b := facts(), facts()
		either := g.t.Either(a, b)
		requireFacts(t, either, g.t.Either(b, a))
		requireFacts(t, a, g.t.Either(a, a))
		if len(either) > len(a.Meet(b)) {
			told++
		}
		for world := range 1 << conds {
			if on(a, world) || on(b, world) {
				require.True(t, on(either, world), "%v\n%v\n%v in %b", a, b, either, world)
			}
			if on(a, world) && on(b, world) {
				require.False(t, g.t.Excludes(a, b), "%v\n%v", a, b)
			}
			for i := range conds {
				if v, known := g.t.Truth(a, g.t.Param(i)); known && on(a, world) {
					require.Equal(t, world>>i&1 == 1, v, "%v in %b", a, world)
				}
			}
		}
	}
	require.Greater(t, told, rounds/50, "alternatives")
}

// What Choose returns is as true as the one value where the one path is taken, and
// as the other where the other one is.
func TestChooseIsEither(t *testing.T) {
	g := newGen(24)
	const conds = 5
	var told int
	value := func() *lockset.Value {
		switch g.IntN(4) {
		case 0:
			return g.t.Const("true")
		case 1:
			return g.t.Const("false")
		case 2:
			return g.t.Not(g.t.Param(g.IntN(conds)))
		}
		return g.t.Param(g.IntN(conds))
	}
	for range 4 * rounds {
		facts := func() (f lockset.Facts) {
			for range 1 + g.IntN(3) {
				c := g.t.Param(g.IntN(conds))
				if g.IntN(3) == 0 {
					c = g.t.Or(c, g.t.Param(g.IntN(conds)))
				}
				f, _ = g.t.Assume(f, c, g.IntN(2) == 0)
			}
			return f
		}
		a, b, x, y := facts(), facts(), value(), value()
		c := g.t.Choose(a, x, b, y)
		if c == nil {
			continue
		}
		told++
		for world := range 1 << conds {
			if on(a, world) {
				require.Equal(t, is(x, world), is(c, world), "%v: %v, %v: %v; %v in %b", a, x, b, y, c, world)
			}
			if on(b, world) {
				require.Equal(t, is(y, world), is(c, world), "%v: %v, %v: %v; %v in %b", a, x, b, y, c, world)
			}
		}
	}
	require.Greater(t, told, rounds/2)
}

// on reports whether f holds in a world, whose bits say which parameters are true.
func on(f lockset.Facts, world int) bool {
	return !slices.ContainsFunc(f, func(e lockset.Fact) bool { return is(e.Cond, world) != e.True })
}

// is reports whether c holds in a world.
func is(c *lockset.Value, world int) bool {
	switch c.Op {
	case lockset.OpNot:
		return !is(c.Args[0], world)
	case lockset.OpOr:
		return slices.ContainsFunc(c.Args, func(c *lockset.Value) bool { return is(c, world) })
	case lockset.OpConst:
		return c.Aux == "true"
	}
	return world>>c.N&1 == 1
}
