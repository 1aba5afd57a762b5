package lockset_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// lock returns a lock of a small world, so that equal ones and ones that
// differ in one field only are common.
func (g *gen) lock() lockset.Lock {
	key := func() *lockset.Value {
		return []*lockset.Value{nil, g.t.Param(0), g.t.Param(1)}[g.IntN(3)]
	}
	l := lockset.Lock{
		Class: []string{"mailbox", "namespace"}[g.IntN(2)],
		Key:   key(),
		Mode:  []lockmodel.Mode{lockmodel.Shared, lockmodel.Exclusive}[g.IntN(2)],
		Site:  g.IntN(2),
		Flags: lockset.Flags(g.IntN(int(lockset.Implied) << 1)),
	}
	if g.IntN(4) == 0 {
		l.Guard = key()
	}
	return l
}

// apart drops the flags, by which alone two locks of a set can differ: the
// same lock, taken in two states that were merged.
func apart(l lockset.Lock) lockset.Lock {
	l.Flags = 0
	return l
}

// set returns a set in which no two locks differ in their flags only.
func (g *gen) set() lockset.Set {
	seen := make(map[lockset.Lock]bool)
	var out []lockset.Lock
	for range g.IntN(6) {
		if l := g.lock(); !seen[apart(l)] {
			seen[apart(l)] = true
			out = append(out, l)
		}
	}
	return lockset.Normalize(out)
}

// anySet returns a set in which they may.
func (g *gen) anySet() lockset.Set {
	s := g.set()
	for _, l := range slices.Clone(s) {
		if g.IntN(2) == 0 {
			l.Flags = lockset.Flags(g.IntN(8))
			s = s.Add(l)
		}
	}
	return s
}

func requireNormal(t *testing.T, s lockset.Set) {
	t.Helper()
	for i := range s {
		if i > 0 {
			require.Negative(t, lockset.Compare(s[i-1], s[i]), "%d: sorted, and none twice", i)
		}
	}
}

func requireSame(t *testing.T, want, got lockset.Set) {
	t.Helper()
	require.True(t, want.Equal(got), "want %v\ngot  %v", want, got)
}

func TestCompareIsAnOrder(t *testing.T) {
	g := newGen(10)
	for range rounds {
		a, b, c := g.lock(), g.lock(), g.lock()
		require.Equal(t, a == b, lockset.Compare(a, b) == 0)
		require.Equal(t, lockset.Compare(a, b), -lockset.Compare(b, a))
		if lockset.Compare(a, b) <= 0 && lockset.Compare(b, c) <= 0 {
			require.LessOrEqual(t, lockset.Compare(a, c), 0)
		}
	}
}

// The laws of a semilattice, for sets that hold each lock once. Sets that hold
// one lock twice, with other flags, keep the laws of TestJoinOfAnySets only.
func TestJoinIsASemilattice(t *testing.T) {
	g := newGen(11)
	below := func(a, b lockset.Set) bool { return a.Join(b).Equal(b) }
	for range 5 * rounds {
		a, b, c := g.set(), g.set(), g.set()
		requireSame(t, a, a.Join(a))
		requireSame(t, a.Join(b), b.Join(a))
		requireSame(t, a.Join(b).Join(c), a.Join(b.Join(c)))
		require.True(t, below(a, a.Join(b)), "an upper bound")
		ab := a.Join(b)
		require.True(t, below(a.Join(c), ab.Join(c)), "monotone: a is below a.Join(b)")
	}
}

// Join loses no lock and makes up none; what one path only holds is Maybe.
func TestJoinOfAnySets(t *testing.T) {
	g := newGen(12)
	for range 5 * rounds {
		a, b := g.anySet(), g.anySet()
		keepA, keepB := slices.Clone(a), slices.Clone(b)
		j := a.Join(b)
		requireNormal(t, j)
		requireSame(t, a, a.Join(a))
		requireSame(t, j, b.Join(a))
		requireSame(t, keepA, a)
		requireSame(t, keepB, b)
		in := func(s lockset.Set, l lockset.Lock) bool {
			return slices.ContainsFunc(s, func(o lockset.Lock) bool { return apart(o) == apart(l) })
		}
		for _, l := range slices.Concat(a, b) {
			require.True(t, in(j, l), "lost %v", l)
		}
		for _, l := range j {
			require.True(t, in(a, l) || in(b, l), "made up %v", l)
			if !in(a, l) || !in(b, l) {
				require.True(t, l.Is(lockset.Maybe), "%v is held on one path only", l)
			}
		}
	}
	l := lockset.Lock{Class: "mailbox"}
	held := lockset.Set{l}
	require.False(t, held.Join(held)[0].Is(lockset.Maybe), "both paths hold it")
	require.True(t, held.Join(nil)[0].Is(lockset.Maybe))
	require.Empty(t, lockset.Set(nil).Join(nil))
}

func TestNormalize(t *testing.T) {
	g := newGen(13)
	for range rounds {
		var locks []lockset.Lock
		count := make(map[lockset.Lock]int)
		for range g.IntN(8) {
			l := g.lock()
			for range 1 + g.IntN(2) {
				locks = append(locks, l)
				count[l]++
			}
		}
		s := lockset.Normalize(slices.Clone(locks))
		requireNormal(t, s)
		requireSame(t, s, lockset.Normalize(slices.Clone(s)))
		g.Shuffle(len(locks), func(i, j int) { locks[i], locks[j] = locks[j], locks[i] })
		requireSame(t, s, lockset.Normalize(locks))
		for l, n := range count {
			if n > 1 {
				l.Flags |= lockset.Many
			}
			require.Contains(t, s, l, "%d times", n)
		}
	}
}

func TestAddAndWithoutKeepTheNormalForm(t *testing.T) {
	g := newGen(14)
	for range rounds {
		var s lockset.Set
		for range g.IntN(8) {
			l := g.lock()
			before := slices.Clone(s)
			next := s.Add(l)
			requireNormal(t, next)
			requireSame(t, before, s)
			require.True(t, slices.ContainsFunc(next, func(o lockset.Lock) bool {
				return o.Class == l.Class && o.Key == l.Key
			}), "it is held")
			s = next
		}
		keep := slices.Clone(s)
		drop := func(l lockset.Lock) bool { return l.Class == "mailbox" }
		rest := s.Without(drop)
		requireNormal(t, rest)
		requireSame(t, keep, s)
		require.False(t, slices.ContainsFunc(rest, drop))
		requireSame(t, rest, rest.Without(drop))
		requireSame(t, s, s.Without(func(lockset.Lock) bool { return false }))
		require.Empty(t, s.Without(func(lockset.Lock) bool { return true }))
	}
}

func TestAddAgain(t *testing.T) {
	tab := lockset.NewTable()
	l := lockset.Lock{Class: "namespace", Key: tab.Param(0), Site: 1}
	many := l
	many.Flags |= lockset.Many
	once := lockset.Set(nil).Add(l)
	requireSame(t, lockset.Set{l}, once)
	requireSame(t, lockset.Set{many}, once.Add(l))
	requireSame(t, lockset.Set{many}, once.Add(l).Add(many))

	mutex := lockset.Lock{Class: "mu", Key: tab.Param(0), Site: 1, Flags: lockset.Plain}
	elsewhere, perhaps := mutex, mutex
	elsewhere.Site = 2
	perhaps.Flags |= lockset.Maybe
	requireSame(t, lockset.Set{mutex}, lockset.Set{mutex}.Add(elsewhere))
	requireSame(t, lockset.Set{mutex}, lockset.Set{mutex}.Add(perhaps))
	requireSame(t, lockset.Set{elsewhere}, lockset.Set{perhaps}.Add(elsewhere))
	unkeyed := mutex
	unkeyed.Key = nil
	require.Len(t, lockset.Set{mutex}.Add(unkeyed), 2, "with no key it may be another")
}

func TestMapOfLocks(t *testing.T) {
	g := newGen(15)
	for range rounds {
		s := g.anySet()
		keep := slices.Clone(s)
		same := s.Map(func(l lockset.Lock) lockset.Lock { return l })
		requireSame(t, s, same)
		if len(s) > 0 {
			require.Same(t, &s[0], &same[0], "nothing is copied")
		}
		m := s.Map(func(l lockset.Lock) lockset.Lock {
			l.Key, l.Guard = nil, nil
			return l
		})
		requireNormal(t, m)
		requireSame(t, keep, s)
		require.Equal(t, len(s) == 0, len(m) == 0)
		one := s.Map(func(lockset.Lock) lockset.Lock { return lockset.Lock{Class: "c"} })
		if len(s) > 1 {
			requireSame(t, lockset.Set{{Class: "c", Flags: lockset.Many}}, one)
		}
	}
}

func TestModeOfALock(t *testing.T) {
	tab := lockset.NewTable()
	by := tab.Param(0)
	values := map[string]lockmodel.Mode{"0": lockmodel.Shared, "1": lockmodel.Exclusive}
	mode := func(f lockset.Facts, fixed lockmodel.Mode, by *lockset.Value) lockmodel.Mode {
		return tab.Mode(f, fixed, by, values)
	}
	require.Equal(t, lockmodel.Exclusive, mode(nil, lockmodel.Exclusive, by), "a fixed mode is the mode")
	require.Equal(t, lockmodel.Unknown, mode(nil, lockmodel.Unknown, nil))
	require.Equal(t, lockmodel.Unknown, mode(nil, lockmodel.Unknown, by))
	require.Equal(t, lockmodel.Shared, mode(nil, lockmodel.Unknown, tab.Const("0")))
	is, _ := tab.Assume(nil, tab.Equal(by, tab.Const("1")), true)
	require.Equal(t, lockmodel.Exclusive, mode(is, lockmodel.Unknown, by))
	not, _ := tab.Assume(nil, tab.Equal(by, tab.Const("1")), false)
	require.Equal(t, lockmodel.Shared, mode(not, lockmodel.Unknown, by), "the one that is left")
}

// Marks are a set, and an empty one after Clear.
func TestMarks(t *testing.T) {
	g := newGen(31)
	var marks lockset.Marks
	for range rounds {
		in := make(map[*lockset.Value]bool)
		for range g.IntN(20) {
			v := g.value(3)
			require.Equal(t, !in[v], marks.Add(v), "%s", v)
			in[v] = true
		}
		for range 20 {
			v := g.value(3)
			require.Equal(t, in[v], marks.Has(v), "%s", v)
		}
		marks.Clear()
	}
}

// What has no part that an instruction made does not say that it may have.
func TestMayHave(t *testing.T) {
	g := newGen(32)
	for range rounds {
		v := g.value(3)
		v.Has(func(part *lockset.Value) bool {
			if part.Op == lockset.OpSite || part.Op == lockset.OpAlloc {
				require.True(t, v.MayHave(part.N), "%s in %s", part, v)
			}
			return false
		})
	}
	require.False(t, lockset.NewTable().Param(3).MayHave(3))
}
