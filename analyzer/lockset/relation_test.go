package lockset_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

func always(*lockset.Value) bool { return true }

// A world gives each of five keys a number: what holds of the numbers must
// agree with what the table derives from comparisons that are true of them.
type world struct {
	*gen
	rank []int
}

func newWorld(seed uint64) *world {
	w := &world{gen: newGen(seed)}
	for range 5 {
		w.rank = append(w.rank, w.IntN(4))
	}
	return w
}

// key returns a parameter, or the smaller or larger of two keys.
func (w *world) key(depth int) *lockset.Value {
	if depth == 0 || w.IntN(2) == 0 {
		return w.t.Param(w.IntN(len(w.rank)))
	}
	if w.IntN(2) == 0 {
		return w.t.Min(w.key(depth-1), w.key(depth-1))
	}
	return w.t.Max(w.key(depth-1), w.key(depth-1))
}

func (w *world) number(v *lockset.Value) int {
	switch v.Op {
	case lockset.OpParam:
		return w.rank[v.N]
	case lockset.OpMin:
		return min(w.number(v.Args[0]), w.number(v.Args[1]))
	case lockset.OpMax:
		return max(w.number(v.Args[0]), w.number(v.Args[1]))
	case lockset.OpConst:
		n, err := strconv.Atoi(v.Aux)
		if err != nil {
			panic(err)
		}
		return n
	case lockset.OpCompare:
		a, b := w.number(v.Args[0]), w.number(v.Args[1])
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	panic("no key: " + v.String())
}

func (w *world) holds(c *lockset.Value) bool {
	switch {
	case c.Op == lockset.OpConst:
		return c.Aux == "true"
	case c.Op == lockset.OpNot:
		return !w.holds(c.Args[0])
	case c.Aux == "<":
		return w.number(c.Args[0]) < w.number(c.Args[1])
	}
	return w.number(c.Args[0]) == w.number(c.Args[1])
}

// comparison returns a condition, and whether it holds, worked out from what
// was asked for and not from what the table made of it.
func (w *world) comparison() (c *lockset.Value, holds bool) {
	a, b := w.key(1), w.key(1)
	x, y := w.number(a), w.number(b)
	three := w.t.Compare(a, b)
	switch w.IntN(8) {
	case 0:
		return w.t.Less(a, b), x < y
	case 1:
		return w.t.Equal(a, b), x == y
	case 2:
		return w.t.Not(w.t.Less(a, b)), x >= y
	case 3:
		return w.t.Less(three, w.t.Const("0")), x < y
	case 4:
		return w.t.Less(w.t.Const("0"), three), x > y
	case 5:
		return w.t.Less(w.t.Const("-1"), three), x >= y
	case 6:
		return w.t.Less(three, w.t.Const("1")), x <= y
	}
	return w.t.Equal(three, w.t.Const("1")), x > y
}

// What Truth and Relate prove from true comparisons is true.
func TestProofsAreSound(t *testing.T) {
	proved := make(map[lockset.Relation]int)
	for seed := range uint64(3 * rounds) {
		w := newWorld(seed)
		var f lockset.Facts
		for range w.IntN(6) {
			c, holds := w.comparison()
			require.Equal(t, holds, w.holds(c), "simplified: %s", c)
			var ok bool
			f, ok = w.t.Assume(f, c, holds)
			require.True(t, ok, "what holds can be assumed: %s", c)
		}
		for range 10 {
			c, holds := w.comparison()
			if truth, known := w.t.Truth(f, c); known {
				require.Equal(t, holds, truth, "%s", c)
			}
			held, want := w.key(2), w.key(2)
			h, n := w.number(held), w.number(want)
			r := w.t.Relate(f, held, want, never)
			proved[r]++
			switch r {
			case lockset.Same:
				require.Equal(t, h, n)
			case lockset.After:
				require.LessOrEqual(t, h, n, "%s before %s", held, want)
			case lockset.Before:
				require.GreaterOrEqual(t, h, n, "%s before %s", want, held)
			}
		}
	}
	for _, r := range []lockset.Relation{lockset.Same, lockset.After, lockset.Before, lockset.Unordered} {
		require.Positive(t, proved[r], "relation %d never came up", r)
	}
}

func TestRelateIsReflexive(t *testing.T) {
	g := newGen(30)
	for range rounds {
		v, f := g.value(3), g.facts()
		want := lockset.Same
		if v.Op == lockset.OpUnknown {
			want = lockset.Unordered
		}
		require.Equal(t, want, g.t.Relate(f, v, v, never), "%s", v)
		require.Equal(t, lockset.Unordered, g.t.Relate(f, nil, v, never))
		require.Equal(t, lockset.Unordered, g.t.Relate(f, v, nil, never))
	}
}

func TestRelateByProof(t *testing.T) {
	tab := lockset.NewTable()
	a, b, c := tab.Param(0), tab.Param(1), tab.Param(2)
	know := func(conds ...*lockset.Value) lockset.Facts {
		var f lockset.Facts
		for _, c := range conds {
			f, _ = tab.Assume(f, c, true)
		}
		return f
	}
	for _, x := range []struct {
		name       string
		f          lockset.Facts
		held, want *lockset.Value
		rel, back  lockset.Relation
	}{
		{"nothing known", nil, a, b, lockset.Unordered, lockset.Unordered},
		{"a == b", know(tab.Equal(a, b)), a, b, lockset.Same, lockset.Same},
		{"a < b", know(tab.Less(a, b)), a, b, lockset.After, lockset.Before},
		{"!(b < a)", know(tab.Not(tab.Less(b, a))), a, b, lockset.After, lockset.Before},
		{"cmp(a, b) < 0", know(tab.Less(tab.Compare(a, b), tab.Const("0"))), a, b, lockset.After, lockset.Before},
		{"a < c < b", know(tab.Less(a, c), tab.Less(c, b)), a, b, lockset.After, lockset.Before},
		{"a <= c <= b", know(tab.Not(tab.Less(c, a)), tab.Not(tab.Less(b, c))), a, b, lockset.After, lockset.Before},
		{"min and max", nil, tab.Min(a, b), tab.Max(a, b), lockset.After, lockset.Before},
		{"min and one", nil, tab.Min(a, b), b, lockset.After, lockset.Before},
		{"one and max", nil, a, tab.Max(a, b), lockset.After, lockset.Before},
		{"min and max of two that share one", nil, tab.Min(a, b), tab.Max(a, c), lockset.After, lockset.Before},
		{"min and max of others", nil, tab.Min(a, b), tab.Max(c, tab.Param(3)), lockset.Unordered, lockset.Unordered},
		{"min of three", nil, tab.Min(tab.Min(a, b), c), b, lockset.After, lockset.Before},
		{"max of one and max of two", nil, tab.Max(a, b), tab.Max(c, tab.Max(b, a)), lockset.After, lockset.Before},
		{"the name before all others", nil, tab.Const(`"!"`), a, lockset.After, lockset.Before},
		{"the empty name", nil, tab.Const(`""`), a, lockset.After, lockset.Before},
		{"another name", nil, tab.Const(`"alice"`), a, lockset.Unordered, lockset.Unordered},
		{"two names", nil, tab.Const(`"alice"`), tab.Const(`"bob"`), lockset.After, lockset.Before},
		{"neighbours compared", know(tab.Less(tab.Field(a, "n"), tab.Field(b, "n"))), tab.Field(a, "k"), tab.Field(b, "k"), lockset.ByOther, lockset.ByOther},
	} {
		require.Equal(t, x.rel, tab.Relate(x.f, x.held, x.want, never), "%s", x.name)
		require.Equal(t, x.back, tab.Relate(x.f, x.want, x.held, never), "%s, the other way round", x.name)
	}
}

// Two elements of one container, under "sorted by the field ID" or nothing.
func TestRelateElements(t *testing.T) {
	tab := lockset.NewTable()
	x, i, j := tab.Param(0), tab.Site(1, "i"), tab.Site(2, "i")
	at := func(i *lockset.Value, path string) *lockset.Value { return tab.Field(tab.Elem(x, i), path) }
	num := func(n int) *lockset.Value { return tab.Const(strconv.Itoa(n)) }
	sorted, ok := tab.Assume(nil, tab.Sorted(x, "ID"), true)
	require.True(t, ok)
	for _, c := range []struct {
		name       string
		f          lockset.Facts
		held, want *lockset.Value
		ascending  func(*lockset.Value) bool
		rel        lockset.Relation
	}{
		{"first and second", sorted, at(num(0), "ID"), at(num(1), "ID"), never, lockset.After},
		{"second and tenth", sorted, at(num(2), "ID"), at(num(10), "ID"), never, lockset.After},
		{"the wrong way round", sorted, at(num(1), "ID"), at(num(0), "ID"), never, lockset.Unordered},
		{"tenth and second", sorted, at(num(10), "ID"), at(num(2), "ID"), never, lockset.Unordered},
		{"not sorted", nil, at(num(0), "ID"), at(num(1), "ID"), never, lockset.Unordered},
		{"sorted by something else", sorted, at(num(0), "Name"), at(num(1), "Name"), never, lockset.ByOther},
		{"the turn before", sorted, at(tab.Prev(i), "ID"), at(i, "ID"), always, lockset.After},
		{"a place as it was the turn before", sorted, tab.Prev(at(i, "ID")), at(i, "ID"), always, lockset.After},
		{"the turn before, running down", sorted, at(tab.Prev(i), "ID"), at(i, "ID"), never, lockset.Turn},
		{"the turn before, not sorted", nil, at(tab.Prev(i), "ID"), at(i, "ID"), always, lockset.Turn},
		{"this turn and the one before", sorted, at(i, "ID"), at(tab.Prev(i), "ID"), always, lockset.Unordered},
		{"the first, then a rising index", sorted, at(num(0), "ID"), at(i, "ID"), always, lockset.After},
		{"the second, then a rising index", sorted, at(num(1), "ID"), at(i, "ID"), always, lockset.Unordered},
		{"the second, then a variable that rises", sorted, at(num(1), "ID"), at(tab.Site(3, ""), "ID"), always, lockset.After},
		{"two indices", sorted, at(i, "ID"), at(j, "ID"), always, lockset.Unordered},
	} {
		require.Equal(t, c.rel, tab.Relate(c.f, c.held, c.want, c.ascending), "%s", c.name)
	}
	other := tab.Field(tab.Elem(tab.Param(1), num(1)), "ID")
	require.NotEqual(t, lockset.After, tab.Relate(sorted, at(num(0), "ID"), other, always), "another container")
}

// OtherComparison names the condition that made Relate say ByOther.
func TestOtherComparison(t *testing.T) {
	tab := lockset.NewTable()
	a, b := tab.Param(0), tab.Param(1)
	by := tab.Less(tab.Field(a, "n"), tab.Field(b, "n"))
	f, _ := tab.Assume(nil, by, true)
	require.Same(t, by, tab.OtherComparison(f, tab.Field(a, "k"), tab.Field(b, "k")))
	require.Nil(t, tab.OtherComparison(nil, tab.Field(a, "k"), tab.Field(b, "k")))
	sorted, _ := tab.Assume(nil, tab.Sorted(a, "Name"), true)
	at := func(i string) *lockset.Value { return tab.Field(tab.Elem(a, tab.Const(i)), "ID") }
	require.Same(t, tab.Sorted(a, "Name"), tab.OtherComparison(sorted, at("0"), at("1")))
}
