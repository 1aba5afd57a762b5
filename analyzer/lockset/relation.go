package lockset

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Relation is how the key of a wanted lock stands to the key of a held one.
type Relation uint8

// The relations. The later ones say less in the lock's favour.
const (
	Same      Relation = iota // one key
	After                     // the wanted key provably sorts after the held one, or is it
	Unordered                 // nothing is known, and they may differ
	ByOther                   // ordered by a comparison of something other than the keys
	Before                    // the wanted key provably sorts before the held one
	Turn                      // the same expression in an earlier turn of a loop, in no proven order
)

// Relate compares the key of a wanted lock with the key of a held one, under
// what is known on the path. A nil key is an unknown one. ascending reports
// whether the index value only grows from one turn of its loop to the next.
// A constant that sorts before every name does so whatever the other key is.
func (t *Table) Relate(f Facts, held, want *Value, ascending func(*Value) bool) Relation {
	if held == nil || want == nil || held.Op == OpUnknown || want.Op == OpUnknown {
		return Unordered
	}
	// A lock inside a struct is known by the struct, or by a pointer to it.
	if held.Op == OpAddr {
		held = held.Args[0]
	}
	if want.Op == OpAddr {
		want = want.Args[0]
	}
	if held == want {
		return Same
	}
	if eq, ok := t.Truth(f, t.Equal(held, want)); ok && eq {
		return Same
	}
	if held.Op == OpSum && held.Aux == each {
		if x, _, path := element(want); x == held.Args[0] && path == "" {
			return Same // one of those that are all held
		}
	}
	if held.Op == OpConst && want.Op == OpConst {
		if before, ok := constBefore(held.Aux, want.Aux); !ok {
			return Unordered
		} else if before {
			return After
		}
		return Before
	}
	if t.notAfter(f, held, want) {
		return After
	}
	if r, ok := t.elements(f, held, want, ascending); ok {
		return r
	}
	if want.Op == OpSite && indexGrows(held, want, ascending) {
		return After // the loop counts
	}
	if t.notAfter(f, want, held) {
		return Before
	}
	if t.comparedByOther(f, held, want) != nil {
		return ByOther
	}
	if inPrev(held, want) {
		return Turn
	}
	return Unordered
}

// notAfter reports whether a <= b is known.
func (t *Table) notAfter(f Facts, a, b *Value) bool { return t.notAfterBy(f, a, b, nested) }

// nested is how many calls of min and max, one inside the other, are looked
// through in a comparison.
const nested = 4

func (t *Table) notAfterBy(f Facts, a, b *Value, depth int) bool {
	if a == b {
		return true
	}
	if v, ok := t.Truth(f, t.Less(b, a)); ok && !v {
		return true
	}
	if v, ok := t.Truth(f, t.Less(a, b)); ok && v {
		return true
	}
	if depth > 0 {
		below := func(v *Value) bool { return t.notAfterBy(f, v, b, depth-1) }
		above := func(v *Value) bool { return t.notAfterBy(f, a, v, depth-1) }
		if a.Op == OpMin && slices.ContainsFunc(a.Args, below) || b.Op == OpMax && slices.ContainsFunc(b.Args, above) {
			return true
		}
		if a.Op == OpMax && below(a.Args[0]) && below(a.Args[1]) || b.Op == OpMin && above(b.Args[0]) && above(b.Args[1]) {
			return true
		}
	}
	if a.Op == OpConst && lowest(a.Aux) {
		return true
	}
	// One step through a third key.
	for _, e := range f {
		if e.Cond.Op != OpCmp || e.Cond.Aux != "<" {
			continue
		}
		lo, hi := e.Cond.Args[0], e.Cond.Args[1]
		if !e.True {
			lo, hi = hi, lo
		}
		if lo != a || hi == b {
			continue
		}
		if v, ok := t.Truth(f, t.Less(b, hi)); ok && !v {
			return true
		}
		if v, ok := t.Truth(f, t.Less(hi, b)); ok && v {
			return true
		}
	}
	return false
}

// lowest reports whether a constant sorts before every name that a person or a
// protocol would give: it is empty, or a single character below the letters,
// digits and usual punctuation.
func lowest(exact string) bool {
	return exact == `""` || len(exact) == 3 && exact[0] == '"' && exact[1] <= '!'
}

// elements compares the same path of two elements of one container that is
// sorted, of which the second comes later.
func (t *Table) elements(f Facts, held, want *Value, ascending func(*Value) bool) (Relation, bool) {
	hx, hi, hpath := element(held)
	wx, wi, wpath := element(want)
	if hx == nil || hx != wx || hpath != wpath {
		return 0, false
	}
	by, sorted := f.SortedBy(hx)
	if !sorted || !indexGrows(hi, wi, ascending) {
		return 0, false
	}
	if by != hpath {
		return ByOther, true
	}
	return After, true
}

// IfSorted returns the container of which both keys are elements, taken one
// after the other, and the path that it would have to be sorted by for the
// second not to come before the first.
func (t *Table) IfSorted(held, want *Value, ascending func(*Value) bool) (container *Value, path string, ok bool) {
	hx, hi, hpath := element(held)
	wx, wi, wpath := element(want)
	if hx == nil || hx != wx || hpath != wpath || !indexGrows(hi, wi, ascending) {
		return nil, "", false
	}
	return hx, hpath, true
}

// element splits the path of a container's element: the container, the index
// and the fields below the element.
func element(v *Value) (x, index *Value, path string) {
	var fields []string
	prev := false
	for {
		switch v.Op {
		case OpPrev:
			prev = true
			v = v.Args[0]
		case OpField:
			fields = append(fields, v.Aux)
			v = v.Args[0]
		case OpDeref:
			v = v.Args[0]
		case OpElem:
			i := v.Args[1]
			if prev && i.Op != OpPrev {
				i = &Value{Op: OpPrev, Args: []*Value{i}}
			}
			for l, r := 0, len(fields)-1; l < r; l, r = l+1, r-1 {
				fields[l], fields[r] = fields[r], fields[l]
			}
			return v.Args[0], i, strings.Join(fields, ".")
		default:
			return nil, nil, ""
		}
	}
}

// indexGrows reports whether index w, now, is above index h, of a lock taken before.
func indexGrows(h, w *Value, ascending func(*Value) bool) bool {
	if h.Op == OpConst && w.Op == OpConst {
		return len(h.Aux) < len(w.Aux) || len(h.Aux) == len(w.Aux) && h.Aux < w.Aux
	}
	if isInt(h, "0") && w.Op != OpPrev {
		return ascending(w)
	}
	if h.Op == OpConst && w.Op == OpSite && w.Aux == "" { // a variable, whose first value was judged in the first turn
		return ascending(w)
	}
	return h.Op == OpPrev && h.Args[0] == w && ascending(w)
}

// inPrev reports whether held is want as it was in an earlier turn of a loop.
func inPrev(held, want *Value) bool {
	if held.Op == OpPrev {
		return held.Args[0] == want || sameShape(held.Args[0], want)
	}
	return sameShape(held, want)
}

func sameShape(held, want *Value) bool {
	if held == want {
		return false
	}
	if held.Op == OpPrev && held.Args[0] == want {
		return true
	}
	if held.Op != want.Op || held.Aux != want.Aux || len(held.Args) != len(want.Args) || len(held.Args) == 0 || held.N != want.N {
		return false
	}
	differ := false
	for i, a := range held.Args {
		if a == want.Args[i] {
			continue
		}
		if !sameShape(a, want.Args[i]) {
			return false
		}
		differ = true
	}
	return differ
}

// OtherComparison returns the condition that makes Relate say ByOther: what the
// container of the keys is sorted by, or a comparison of values near the keys.
func (t *Table) OtherComparison(f Facts, held, want *Value) *Value {
	if x, _, _ := element(held); x != nil {
		if by, ok := f.SortedBy(x); ok {
			return t.Sorted(x, by)
		}
	}
	return t.comparedByOther(f, held, want)
}

// comparedByOther returns a comparison in f of the two keys' neighbours: values
// that share a root with the one and the other key, but are not the keys. It is
// nil if there is none.
func (t *Table) comparedByOther(f Facts, held, want *Value) *Value {
	hr, wr := root(held), root(want)
	for _, e := range f {
		if e.Cond.Op != OpCmp || e.Cond.Aux != "<" {
			continue
		}
		a, b := e.Cond.Args[0], e.Cond.Args[1]
		if (a.mentions(hr) && b.mentions(wr)) || (a.mentions(wr) && b.mentions(hr)) {
			return e.Cond
		}
	}
	return nil
}

// root returns the value that an access path starts from.
func root(v *Value) *Value {
	for (v.Op == OpField || v.Op == OpDeref || v.Op == OpPrev) && len(v.Args) > 0 {
		v = v.Args[0]
	}
	return v
}

func (v *Value) mentions(r *Value) bool {
	return v.Has(func(x *Value) bool { return x == r })
}

// constBefore compares two constants by their exact text, strings byte by byte
// as a program does; it fails on constants of other kinds.
func constBefore(a, b string) (before, ok bool) {
	s, errS := strconv.Unquote(a)
	t, errT := strconv.Unquote(b)
	if errS == nil && errT == nil {
		return s < t, true
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) < 0, okX && okY
}
