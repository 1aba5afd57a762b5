package lockmodel

import (
	"cmp"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Merge adds what other declares to m and leaves other as it is; the two may
// share what neither changes any more. Attributes of a class add up, so that a
// package may retire an imported class; where two declarations disagree on one
// thing (a within, the class of a lock) the lesser in byte order wins. Merging
// is idempotent, commutative and associative: the order in which facts arrive
// does not show.
func (m *Model) Merge(other *Model) {
	if other == nil || other == m {
		return
	}
	for name, c := range other.Classes {
		m.addClass(name, *c)
	}
	m.addEdges(other.Edges)
	for key, f := range other.Funcs {
		if have := m.Funcs[key]; have != nil {
			f = mergeFuncs(have, f)
		}
		m.Funcs[key] = f
	}
	for key, l := range other.Locks {
		if have := m.Locks[key]; have == nil || compareLocks(l, have) < 0 {
			m.Locks[key] = l
		}
	}
}

// addClass adds the attributes of one declaration of a class.
func (m *Model) addClass(name string, c Class) {
	have := m.Classes[name]
	if have == nil {
		c.Name = name
		m.Classes[name] = &c
		return
	}
	have.Ordered = have.Ordered || c.Ordered
	have.Retired = have.Retired || c.Retired
	have.Within = lesser(have.Within, c.Within, cmp.Compare[string])
	have.Pos = lesser(have.Pos, c.Pos, comparePos)
}

// addEdges adds edges and restores the normal form: sorted, one edge for each
// pair, with its first position.
func (m *Model) addEdges(edges []Edge) {
	if len(edges) == 0 {
		return
	}
	all := append(slices.Clone(m.Edges), edges...)
	slices.SortFunc(all, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.Outer, b.Outer), cmp.Compare(a.Inner, b.Inner), comparePos(a.Pos, b.Pos))
	})
	m.Edges = slices.CompactFunc(all, func(a, b Edge) bool { return a.Outer == b.Outer && a.Inner == b.Inner })
}

// mergeFuncs unites two lists of effects of one function. Equal
// lists keep the order in which they were written; lists that differ come from
// different places, have no such order, and are sorted.
func mergeFuncs(a, b *Func) *Func {
	ka, kb := effectKeys(a), effectKeys(b)
	if slices.Equal(ka, kb) {
		return a
	}
	byKey := map[string]Effect{}
	for i, e := range a.Effects {
		byKey[ka[i]] = e
	}
	for i, e := range b.Effects {
		byKey[kb[i]] = e
	}
	out := &Func{Key: a.Key}
	for _, k := range slices.Sorted(maps.Keys(byKey)) {
		out.Effects = append(out.Effects, byKey[k])
	}
	return out
}

// effectKeys returns the encoding of each effect, which tells them apart.
func effectKeys(f *Func) []string {
	keys := make([]string, len(f.Effects))
	for i := range f.Effects {
		w := &writer{plain: true}
		w.effect(&f.Effects[i])
		keys[i] = string(w.buf)
	}
	return keys
}

func compareLocks(a, b *Lock) int {
	return cmp.Or(cmp.Compare(a.Class, b.Class), slices.Compare(a.Path, b.Path))
}

// lesser returns the lesser of two strings that are not empty.
func lesser(a, b string, compare func(a, b string) int) string {
	if a == "" || b != "" && compare(b, a) < 0 {
		return b
	}
	return a
}

// comparePos compares positions "file.go:12", the lines as numbers.
func comparePos(a, b string) int {
	fileA, lineA := splitPos(a)
	fileB, lineB := splitPos(b)
	return cmp.Or(cmp.Compare(fileA, fileB), cmp.Compare(lineA, lineB), cmp.Compare(a, b))
}

func splitPos(pos string) (file string, line int) {
	i := strings.LastIndexByte(pos, ':')
	if i < 0 {
		return pos, 0
	}
	line, _ = strconv.Atoi(pos[i+1:]) // what is no number sorts first
	return pos[:i], line
}

// FuncOf returns what the directives say of fn, or nil. An instance of a
// generic function answers for its origin. A concrete method inherits nothing
// from the interfaces that it implements.
func (m *Model) FuncOf(fn *types.Func) *Func {
	if len(m.Funcs) == 0 {
		return nil
	}
	return m.Funcs[Key(fn)]
}
