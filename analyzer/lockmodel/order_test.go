package lockmodel_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// ordered returns a model with the given chains.
func ordered(chains ...[]string) *lockmodel.Model {
	m := lockmodel.New()
	for i, chain := range chains {
		part := lockmodel.New()
		for j := range chain[1:] {
			part.Edges = append(part.Edges, lockmodel.Edge{Outer: chain[j], Inner: chain[j+1], Pos: fmt.Sprintf("a.go:%d", i+1)})
		}
		for _, e := range part.Edges {
			m.Merge(&lockmodel.Model{Edges: []lockmodel.Edge{e}})
		}
	}
	return m
}

func TestOrder(t *testing.T) {
	o := ordered(
		[]string{"namespace", "mailbox"}, []string{"namespace", "mboxname"}, []string{"namespace", "index"},
		[]string{"index", "annotations"}, []string{"mailbox", "x", "annotations"},
	).Order()
	assert.True(t, o.Before("namespace", "mailbox"))
	assert.True(t, o.Before("namespace", "annotations"), "transitive")
	assert.False(t, o.Before("mailbox", "namespace"))
	assert.False(t, o.Before("mailbox", "mailbox"))
	assert.False(t, o.Before("mailbox", "index"))
	assert.False(t, o.Known("mailbox", "index"))
	assert.True(t, o.Known("annotations", "namespace"))
	assert.False(t, o.Known("namespace", "nobody"))
	assert.Equal(t, []string{"namespace", "index", "annotations"}, o.Chain("namespace", "annotations"))
	assert.Equal(t, []string{"namespace", "mailbox"}, o.Chain("namespace", "mailbox"))
	assert.Nil(t, o.Chain("mailbox", "namespace"))
	assert.Nil(t, o.Chain("mailbox", "index"))
	assert.Nil(t, o.Cycle())
}

func TestOrderShortestChainIsFirstInByteOrder(t *testing.T) {
	o := ordered([]string{"a", "z", "end"}, []string{"a", "b", "c", "end"}, []string{"a", "m", "end"}).Order()
	assert.Equal(t, []string{"a", "m", "end"}, o.Chain("a", "end"))
}

// Classes on a ring have no order among themselves, but keep the one that they
// have with all others.
func TestOrderCycle(t *testing.T) {
	o := ordered([]string{"in", "a", "b", "c", "a"}, []string{"c", "out"}).Order()
	for _, x := range []string{"a", "b", "c"} {
		for _, y := range []string{"a", "b", "c"} {
			assert.False(t, o.Known(x, y), "%s %s", x, y)
		}
		assert.True(t, o.Before("in", x))
		assert.True(t, o.Before(x, "out"))
	}
	assert.Equal(t, []string{"a", "b", "c", "a"}, o.Cycle())
	assert.Equal(t, []string{"in", "a", "b", "c", "out"}, o.Chain("in", "out"))
	assert.Equal(t, []string{"x", "x"}, ordered([]string{"x", "x"}).Order().Cycle())
	assert.Nil(t, lockmodel.New().Order().Cycle())
}

// TestOrderAgainstSearch compares the closure with a plain search, on random
// graphs that are large enough to need several words of bits.
func TestOrderAgainstSearch(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		n := 3 + rnd.IntN(80)
		name := func(i int) string { return fmt.Sprintf("c%02d", i) }
		var edges [][]string
		next := map[string][]string{}
		for range n + rnd.IntN(n) {
			a, b := name(rnd.IntN(n)), name(rnd.IntN(n))
			edges = append(edges, []string{a, b})
			next[a] = append(next[a], b)
		}
		reach := func(a, b string) bool {
			seen := map[string]bool{}
			todo := slices.Clone(next[a])
			for len(todo) > 0 {
				x := todo[len(todo)-1]
				todo = todo[:len(todo)-1]
				if !seen[x] {
					seen[x] = true
					todo = append(todo, next[x]...)
				}
			}
			return seen[b]
		}
		o := ordered(edges...).Order()
		cyclic := false
		for i := range n {
			a := name(i)
			cyclic = cyclic || reach(a, a)
			for j := range n {
				b := name(j)
				want := reach(a, b) && !reach(b, a)
				require.Equal(t, want, o.Before(a, b), "seed %d: %s %s", seed, a, b)
				chain := o.Chain(a, b)
				require.Equal(t, want, chain != nil)
				for k := range max(len(chain), 1) - 1 {
					require.Contains(t, next[chain[k]], chain[k+1])
				}
			}
		}
		require.Equal(t, cyclic, o.Cycle() != nil)
	}
}

// randomModel returns a model from few names, so that two of them overlap.
func randomModel(rnd *rand.Rand) *lockmodel.Model {
	m := lockmodel.New()
	name := func(kind string) string { return fmt.Sprintf("%s%d", kind, rnd.IntN(4)) }
	pos := func() string { return fmt.Sprintf("%s.go:%d", name("f"), rnd.IntN(20)) }
	path := func() *lockmodel.Path {
		p := &lockmodel.Path{Root: rnd.IntN(3) - 1}
		for range rnd.IntN(3) {
			p.Fields = append(p.Fields, name("field"))
		}
		return p
	}
	for range rnd.IntN(4) {
		c := &lockmodel.Class{Name: name("class"), Ordered: rnd.IntN(2) == 0, Retired: rnd.IntN(2) == 0, Pos: pos()}
		if rnd.IntN(2) == 0 {
			c.Within = name("class")
		}
		m.Classes[c.Name] = c
	}
	for range rnd.IntN(5) {
		m.Merge(&lockmodel.Model{Edges: []lockmodel.Edge{{Outer: name("class"), Inner: name("class"), Pos: pos()}}})
	}
	for range rnd.IntN(4) {
		f := &lockmodel.Func{Key: name("p.F")}
		for range 1 + rnd.IntN(2) {
			e := lockmodel.Effect{Kind: lockmodel.EffectKind(rnd.IntN(4)), Class: name("class"), Try: rnd.IntN(4) == 0}
			switch rnd.IntN(4) {
			case 0:
				e.Mode = lockmodel.ModeSpec{From: path(), Values: map[string]lockmodel.Mode{"0": lockmodel.Shared, "1": lockmodel.Exclusive}}
			case 1:
				e.Keys = []lockmodel.Path{*path(), *path()}
				e.Ordered = true
			case 2:
				e.During = path()
			default:
				e.Params = []int{0, 2}
				e.Guard = lockmodel.Guard{Kind: lockmodel.GuardResult, Result: 1}
			}
			f.Effects = append(f.Effects, e)
		}
		m.Funcs[f.Key] = f
	}
	for range rnd.IntN(3) {
		l := &lockmodel.Lock{Key: name("p.T.mu"), Class: name("class"), Path: path().Fields}
		m.Locks[l.Key] = l
	}
	return m
}

// merged returns the merge of models, which it leaves alone.
func merged(models ...*lockmodel.Model) *lockmodel.Model {
	m := lockmodel.New()
	for _, x := range models {
		m.Merge(x)
	}
	return m
}

func TestMergeLaws(t *testing.T) {
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		a, b, c := randomModel(rnd), randomModel(rnd), randomModel(rnd)
		before := a.Encode()
		ab := merged(a, b)
		require.Equal(t, a, merged(a, a), "idempotent, seed %d", seed)
		require.Equal(t, ab, merged(ab, b, a), "absorbing, seed %d", seed)
		require.Equal(t, ab, merged(b, a), "commutative, seed %d", seed)
		require.Equal(t, merged(ab, c), merged(a, merged(b, c)), "associative, seed %d", seed)
		require.Equal(t, merged(ab, c), merged(c, b, a), "any order, seed %d", seed)
		require.Equal(t, before, a.Encode(), "an operand was changed, seed %d", seed)
	}
}

func TestMergeAddsAttributes(t *testing.T) {
	runtime, own := lockmodel.New(), lockmodel.New()
	runtime.Classes["mboxname"] = &lockmodel.Class{Name: "mboxname", Within: "namespace", Pos: "nslock.go:9"}
	own.Classes["mboxname"] = &lockmodel.Class{Name: "mboxname", Retired: true, Pos: "nslock.go:10"}
	got := merged(own, runtime).Classes["mboxname"]
	assert.Equal(t, &lockmodel.Class{Name: "mboxname", Within: "namespace", Retired: true, Pos: "nslock.go:9"}, got)
	assert.False(t, runtime.Classes["mboxname"].Retired)
}

func TestMergeNothing(t *testing.T) {
	m := ordered([]string{"a", "b"})
	want := m.Encode()
	m.Merge(nil)
	m.Merge(m)
	m.Merge(lockmodel.New())
	assert.Equal(t, want, m.Encode())
}

func TestEffectsOfKind(t *testing.T) {
	f := &lockmodel.Func{Effects: []lockmodel.Effect{
		{Kind: lockmodel.Acquire, Class: "b"}, {Kind: lockmodel.Require, Class: "a"}, {Kind: lockmodel.Acquire, Class: "a"},
	}}
	got := f.Of(lockmodel.Acquire)
	require.Len(t, got, 2)
	assert.Equal(t, []string{"b", "a"}, []string{got[0].Class, got[1].Class}, "the order of the directives")
	assert.Empty(t, f.Of(lockmodel.Release))
}
