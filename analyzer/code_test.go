package analyzer

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomGraph returns the successors of n nodes: some twice, some of themselves.
func randomGraph(r *rand.Rand, n, edges int) [][]int {
	succs := make([][]int, n)
	for range edges {
		v := r.IntN(n)
		succs[v] = append(succs[v], r.IntN(n))
	}
	return succs
}

// reachable returns which nodes a walk of any length leads to, from each (Warshall 1962).
func reachable(succs [][]int) [][]bool {
	n := len(succs)
	reach := make([][]bool, n)
	for v := range reach {
		reach[v] = make([]bool, n)
		reach[v][v] = true
		for _, w := range succs[v] {
			reach[v][w] = true
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
			}
		}
	}
	return reach
}

func TestComponentsAreMutuallyReachable(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 5))
		n := 1 + r.IntN(9)
		succs := randomGraph(r, n, r.IntN(2*n+1))
		reach := reachable(succs)
		comps := components(n, func(v int) []int { return succs[v] })
		require.Equal(t, comps, components(n, func(v int) []int { return succs[v] }), "the same each time")

		of := slices.Repeat([]int{-1}, n)
		for i, members := range comps {
			require.NotEmpty(t, members)
			for _, v := range members {
				require.Equal(t, -1, of[v], "node %d twice", v)
				of[v] = i
			}
		}
		for v := range n {
			require.NotEqual(t, -1, of[v], "node %d is in none", v)
			for w := range n {
				require.Equal(t, reach[v][w] && reach[w][v], of[v] == of[w], "seed %d: %d and %d", seed, v, w)
				if reach[v][w] {
					require.LessOrEqual(t, of[w], of[v], "seed %d: %d is called by %d and comes first", seed, w, v)
				}
			}
		}
	}
}

// A chain of calls is as deep as a program likes: the search must not be.
func TestComponentsOfLongChainsAndRings(t *testing.T) {
	require.Empty(t, components(0, nil))
	const n = 200_000
	chain := components(n, func(v int) []int {
		if v+1 < n {
			return []int{v + 1}
		}
		return nil
	})
	require.Len(t, chain, n)
	require.Equal(t, []int{n - 1}, chain[0], "the last of the chain first")
	ring := components(n, func(v int) []int { return []int{(v + 1) % n} })
	require.Len(t, ring, 1)
	require.Len(t, ring[0], n)
}

// A bits agrees with a map, across the borders of its words.
func TestBits(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 6))
		n := 1 + r.IntN(200)
		b, model := newBits(n), make(map[int]bool)
		for range 3 * n {
			i := r.IntN(n)
			if r.IntN(3) == 0 {
				b.clear(i)
				delete(model, i)
				continue
			}
			require.Equal(t, !model[i], b.set(i), "set says whether it was new")
			model[i] = true
		}
		for i := range n {
			require.Equal(t, model[i], b.has(i), "%d of %d", i, n)
		}
	}
}

func TestBitsOr(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		n := 1 + r.IntN(200)
		random := func() bits {
			b := newBits(n)
			for range r.IntN(n) {
				b.set(r.IntN(n))
			}
			return b
		}
		a, b := random(), random()
		union, keep := slices.Clone(a), slices.Clone(b)
		grown := union.or(b)
		more := false
		for i := range n {
			require.Equal(t, a.has(i) || b.has(i), union.has(i))
			more = more || b.has(i) && !a.has(i)
		}
		require.Equal(t, more, grown, "or says whether it has grown")
		require.Equal(t, keep, b)
		require.False(t, union.or(a), "twice adds nothing")
		require.False(t, union.or(b))
	}
}
