package lockset_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// rounds is how many random cases each law is tried on.
const rounds = 2000

// A gen makes random values and locks of one table. The seed is fixed: a law
// that fails, fails on every run.
type gen struct {
	*rand.Rand
	t *lockset.Table
}

func newGen(seed uint64) *gen {
	return &gen{rand.New(rand.NewPCG(seed, 1)), lockset.NewTable()}
}

// pick calls one of the functions.
func pick[T any](g *gen, of ...func() T) T { return of[g.IntN(len(of))]() }

func (g *gen) text() string { return string(rune('a' + g.IntN(3))) }

func (g *gen) leaf() *lockset.Value {
	t := g.t
	return pick(g,
		func() *lockset.Value { return t.Unknown },
		func() *lockset.Value { return t.Nil },
		func() *lockset.Value { return t.Zero },
		func() *lockset.Value { return t.Const([]string{"true", "false", "0", "1", "-1", `"a"`}[g.IntN(6)]) },
		func() *lockset.Value { return t.Param(g.IntN(3)) },
		func() *lockset.Value { return t.Param(g.IntN(3)) },
		func() *lockset.Value { return t.Free(g.IntN(2)) },
		func() *lockset.Value { return t.Global(g.text()) },
		func() *lockset.Value { return t.Site(g.IntN(2), g.text()) },
		func() *lockset.Value { return t.Alloc(g.IntN(2)) },
		func() *lockset.Value { return t.Fresh(g.text()) },
		func() *lockset.Value { return t.Recover() },
	)
}

// value returns a value of every operator, made by the public constructors.
func (g *gen) value(depth int) *lockset.Value {
	if depth == 0 || g.IntN(5) == 0 {
		return g.leaf()
	}
	t, sub := g.t, func() *lockset.Value { return g.value(depth - 1) }
	return pick(g,
		func() *lockset.Value { return t.Field(sub(), g.text()) },
		func() *lockset.Value { return t.Field(sub(), g.text()) },
		func() *lockset.Value { return t.Deref(sub()) },
		func() *lockset.Value { return t.Addr(sub()) },
		func() *lockset.Value { return t.Elem(sub(), sub()) },
		func() *lockset.Value { return t.Prev(sub()) },
		func() *lockset.Value { return t.Len(sub()) },
		func() *lockset.Value { return t.Func(g.text(), sub()) },
		func() *lockset.Value { return t.Bound(g.text(), sub()) },
		func() *lockset.Value { return t.Iface(g.text(), sub()) },
		func() *lockset.Value { return t.Tuple(sub(), sub(), sub(), sub()) },
		func() *lockset.Value { return t.Sum(g.text(), sub()) },
		func() *lockset.Value { return t.Struct(sub(), []string{"a", "b"}, []*lockset.Value{sub(), sub()}) },
		func() *lockset.Value { return t.Not(g.cond()) },
		func() *lockset.Value { return t.Compare(sub(), sub()) },
		func() *lockset.Value { return g.cond() },
		func() *lockset.Value { return t.Min(sub(), sub()) },
		func() *lockset.Value { return t.Max(sub(), sub()) },
	)
}

// place returns something that a program can compare: no constant but a string,
// and not nil.
func (g *gen) place() *lockset.Value {
	for {
		v := g.value(2)
		if v.Op != lockset.OpConst && v.Op != lockset.OpNil {
			return v
		}
	}
}

// cond returns a comparison such as a program can make.
func (g *gen) cond() *lockset.Value {
	t := g.t
	a, b := g.place(), g.place()
	return pick(g,
		func() *lockset.Value { return t.Less(a, b) },
		func() *lockset.Value { return t.Equal(a, b) },
		func() *lockset.Value { return t.Equal(a, t.Nil) },
		func() *lockset.Value { return t.Equal(a, t.Const(`"`+g.text()+`"`)) },
		func() *lockset.Value { return t.Less(t.Compare(a, b), t.Const("0")) },
		func() *lockset.Value { return t.Equal(t.Compare(a, b), t.Const("1")) },
		func() *lockset.Value { return t.Not(t.Less(a, b)) },
		func() *lockset.Value { return a },
	)
}

// facts returns what some path may know.
func (g *gen) facts() lockset.Facts {
	var f lockset.Facts
	for range g.IntN(6) {
		f, _ = g.t.Assume(f, g.cond(), g.IntN(2) == 0)
	}
	return f
}

func TestEqualValuesAreOnePointer(t *testing.T) {
	// Two generators with one seed ask the same of their tables, so the same
	// requests made twice of one table must add nothing to it.
	for seed := range uint64(200) {
		g := newGen(seed)
		first := g.value(4)
		again := &gen{rand.New(rand.NewPCG(seed, 1)), g.t}
		require.Same(t, first, again.value(4), "seed %d", seed)
		require.Equal(t, first.String(), newGen(seed).value(4).String(), "another table, the same value")
		require.Equal(t, first.ID(), newGen(seed).value(4).ID(), "and the same number")
	}
	// Operands beyond the third tell values apart, too.
	tab := lockset.NewTable()
	p := []*lockset.Value{tab.Param(0), tab.Param(1), tab.Param(2), tab.Param(3), tab.Param(4)}
	require.NotSame(t, tab.Tuple(p[0], p[1], p[2], p[3]), tab.Tuple(p[0], p[1], p[2], p[4]))
	tuple := tab.Tuple(p...)
	require.Same(t, tuple, tab.Tuple(p...))
	require.NotSame(t, tab.Param(1), tab.Free(1))
	require.NotSame(t, tab.Site(1, "a"), tab.Site(1, "b"))
	require.NotSame(t, tab.Tuple(p[0]), tab.Tuple(p[0], p[0]))
}

func height(v *lockset.Value) int {
	h := 0
	for _, a := range v.Args {
		h = max(h, height(a))
	}
	return h + 1
}

func TestNoPathLeadsThroughAFieldMoreThanMaxTurnsTimes(t *testing.T) {
	tab := lockset.NewTable()
	v := tab.Param(0)
	for range lockset.MaxTurns {
		v = tab.Elem(tab.Field(tab.Field(v, "list"), "next"), tab.Const("0"))
		require.NotSame(t, tab.Unknown, v)
	}
	require.Same(t, tab.Unknown, tab.Field(v, "next"), "a list that is walked in a loop has an end")
	require.Same(t, tab.Unknown, tab.Field(tab.Deref(v), "list"))
	require.NotSame(t, tab.Unknown, tab.Field(v, "name"), "of the last one the other fields are known")
	require.NotSame(t, tab.Unknown, tab.Field(tab.Site(1, ""), "next"))
}

func TestNoValueIsDeeperThanMaxDepth(t *testing.T) {
	tab := lockset.NewTable()
	v := tab.Param(0)
	for i := 1; i < lockset.MaxDepth; i++ {
		v = tab.Field(v, "next"+strconv.Itoa(i))
		require.Equal(t, i+1, height(v))
	}
	require.Same(t, tab.Unknown, tab.Field(v, "next"), "a path has an end")
	for seed := range uint64(300) {
		g := newGen(seed)
		v := g.value(3)
		for range 30 {
			if v = g.t.Elem(g.t.Field(v, g.text()), v); v.Op == lockset.OpUnknown {
				break
			}
			require.LessOrEqual(t, height(v), lockset.MaxDepth)
		}
		require.Same(t, g.t.Unknown, v)
	}
}

// What the constructors make is in normal form: Make, which decodes, and Map
// give it back as the same pointer.
func TestMakeAndMapKeepTheNormalForm(t *testing.T) {
	g := newGen(1)
	for range rounds {
		v := g.value(4)
		require.Same(t, v, g.t.Make(v.Op, v.Aux, v.N, v.Args), "%s", v)
		require.Same(t, v, g.t.Map(v, func(*lockset.Value) *lockset.Value { return nil }), "%s", v)
		require.Same(t, v, g.t.Map(v, func(x *lockset.Value) *lockset.Value {
			if len(x.Args) == 0 {
				return x
			}
			return nil
		}), "%s", v)
		require.Same(t, g.t.Nil, g.t.Map(v, func(*lockset.Value) *lockset.Value { return g.t.Nil }), "the root is asked first")
	}
}

// Map puts values in the place of parameters, and leaves none behind.
func TestMapSubstitutes(t *testing.T) {
	g := newGen(2)
	isParam := func(x *lockset.Value) bool { return x.Op == lockset.OpParam }
	for range rounds {
		v := g.value(3)
		w := g.t.Map(v, func(x *lockset.Value) *lockset.Value {
			if isParam(x) {
				return g.t.Global("g")
			}
			return nil
		})
		require.False(t, w.Has(isParam), "%s became %s", v, w)
		if !v.Has(isParam) {
			require.Same(t, v, w)
		}
	}
}

// A fact may hold any numbers where an operator and its operands should be.
func TestMakeOfAnythingNeverPanics(t *testing.T) {
	g := newGen(3)
	auxes := []string{"", "<", "==", "a", "a,b", ",", "true", "sorted:"}
	for op := lockset.OpUnknown; op <= lockset.OpSum; op++ {
		for n := range 5 {
			for _, aux := range auxes {
				args := make([]*lockset.Value, n)
				for i := range args {
					args[i] = g.value(2)
				}
				v := g.t.Make(op, aux, g.IntN(9), args)
				require.NotNil(t, v, "%d %q %d", op, aux, n)
				require.LessOrEqual(t, height(v), lockset.MaxDepth)
				// What was made can be used: in a condition, as a key, as a struct.
				f, _ := g.t.Assume(nil, v, true)
				g.t.Truth(f, v)
				g.t.Field(v, "a")
				g.t.Relate(f, v, g.leaf(), never)
			}
		}
	}
	require.Same(t, g.t.Unknown, g.t.Make(lockset.OpCmp, "<", 0, []*lockset.Value{g.t.Param(0)}))
	require.Same(t, g.t.Unknown, g.t.Make(lockset.OpParam, "", 0, []*lockset.Value{g.t.Param(0)}))
	require.Same(t, g.t.Unknown, g.t.Make(lockset.OpStruct, "a,b", 0, []*lockset.Value{g.t.Zero, g.t.Zero}))
}

func never(*lockset.Value) bool { return false }

func TestStructFields(t *testing.T) {
	g := newGen(4)
	tab := g.t
	for range rounds {
		base, a, b := g.value(2), g.value(2), g.value(2)
		s := tab.Struct(base, []string{"a", "b"}, []*lockset.Value{a, b})
		if s.Op == lockset.OpUnknown {
			continue
		}
		require.Same(t, a, tab.Field(s, "a"))
		require.Same(t, b, tab.Field(s, "b"))
		require.Same(t, tab.Field(base, "c"), tab.Field(s, "c"), "what was not replaced is the base's")
		outer := tab.Struct(s, []string{"b"}, []*lockset.Value{base})
		if outer.Op == lockset.OpUnknown {
			continue
		}
		require.Same(t, base, tab.Field(outer, "b"), "the later replacement counts")
		require.Same(t, a, tab.Field(outer, "a"))
	}
	p := tab.Param(0)
	require.Same(t, p, tab.Struct(p, nil, nil))
	require.Same(t, tab.Zero, tab.Field(tab.Zero, "a"))
	require.Same(t, tab.Unknown, tab.Field(tab.Unknown, "a"))
}

// A field is the same place whether it is written of a pointer, of the struct
// that the pointer points to, or of an interface that holds the pointer.
func TestPlaces(t *testing.T) {
	g := newGen(5)
	tab := g.t
	for range rounds {
		x := g.value(3)
		if x.Op == lockset.OpAddr || x.Op == lockset.OpDeref {
			continue
		}
		if d := tab.Deref(x); d.Op == lockset.OpDeref {
			require.Same(t, x, tab.Addr(d))
			if w := tab.Whole(d); w.Op != lockset.OpUnknown {
				require.Same(t, tab.Field(x, "f"), tab.Field(w, "f"))
			}
			require.NotSame(t, tab.Field(x, "f"), tab.Field(d, "f"), "a pointer in a variable is not the variable")
		}
		if a := tab.Addr(x); a.Op == lockset.OpAddr {
			require.Same(t, x, tab.Deref(a))
			require.Same(t, tab.Field(x, "f"), tab.Field(a, "f"))
		}
		if i := tab.Iface("T", x); i.Op == lockset.OpIface {
			require.Same(t, tab.Field(x, "f"), tab.Field(i, "f"))
		}
	}
	require.Same(t, tab.Unknown, tab.Deref(tab.Unknown))
	require.Same(t, tab.Unknown, tab.Addr(tab.Unknown))
	require.Same(t, tab.Unknown, tab.Elem(tab.Unknown, tab.Param(0)))
	require.Same(t, tab.Const("0"), tab.Len(tab.Nil))
	require.Same(t, tab.Const("0"), tab.Len(tab.Zero))
}

func TestUnaryAndCommutativeOperators(t *testing.T) {
	g := newGen(6)
	tab := g.t
	for range rounds {
		a, b := g.value(2), g.value(2)
		require.Same(t, a, tab.Not(tab.Not(a)), "%s", a)
		require.Same(t, tab.Prev(a), tab.Prev(tab.Prev(a)), "all earlier turns are one")
		require.Same(t, tab.Min(a, b), tab.Min(b, a))
		require.Same(t, tab.Max(a, b), tab.Max(b, a))
		require.Same(t, a, tab.Min(a, a))
		require.Same(t, a, tab.Max(a, a))
		x, y := g.place(), g.place()
		require.Same(t, tab.Equal(x, y), tab.Equal(y, x), "%s, %s", x, y)
		require.Same(t, tab.Equal(x, tab.Nil), tab.Equal(tab.Nil, x))
		require.Same(t, tab.Equal(x, tab.Const(`"a"`)), tab.Equal(tab.Const(`"a"`), x))
	}
	require.Same(t, tab.Const("false"), tab.Not(tab.Const("true")))
	require.Same(t, tab.Const("true"), tab.Equal(tab.Param(0), tab.Param(0)))
	require.Equal(t, lockset.OpCmp, tab.Equal(tab.Unknown, tab.Unknown).Op, "two unknowns may differ")
	require.Same(t, tab.Const("false"), tab.Equal(tab.Const("1"), tab.Const("2")))
	require.Same(t, tab.Param(0), tab.Equal(tab.Param(0), tab.Const("true")))
	require.Same(t, tab.Not(tab.Param(0)), tab.Equal(tab.Param(0), tab.Const("false")))
}

func TestThreeWayComparisons(t *testing.T) {
	tab := lockset.NewTable()
	a, b := tab.Param(0), tab.Param(1)
	c := tab.Compare(a, b)
	num := func(s string) *lockset.Value { return tab.Const(s) }
	for _, x := range []struct {
		name      string
		got, want *lockset.Value
	}{
		{"c < 0", tab.Less(c, num("0")), tab.Less(a, b)},
		{"0 < c", tab.Less(num("0"), c), tab.Less(b, a)},
		{"-1 < c", tab.Less(num("-1"), c), tab.Not(tab.Less(a, b))},
		{"c < 1", tab.Less(c, num("1")), tab.Not(tab.Less(b, a))},
		{"c == 0", tab.Equal(c, num("0")), tab.Equal(a, b)},
		{"0 == c", tab.Equal(num("0"), c), tab.Equal(a, b)},
		{"c == -1", tab.Equal(c, num("-1")), tab.Less(a, b)},
		{"-1 == c", tab.Equal(num("-1"), c), tab.Less(a, b)},
		{"c == 1", tab.Equal(c, num("1")), tab.Less(b, a)},
		{"1 == c", tab.Equal(num("1"), c), tab.Less(b, a)},
	} {
		require.Same(t, x.want, x.got, "%s is %s", x.name, x.got)
	}
	require.Equal(t, lockset.OpCmp, tab.Equal(c, tab.Const("2")).Op, "nothing is made of other numbers")
}
