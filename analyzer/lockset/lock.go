package lockset

import (
	"cmp"
	"maps"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// Flags say how a lock came to be held and how sure that is.
type Flags uint8

// The flags of a held lock.
const (
	Assumed Flags = 1 << iota // the function's directive requires it of its callers
	Given                     // a guard that the function was given: held for what must be held, no part in the order
	Maybe                     // held on some of the paths that were merged
	Many                      // several locks, of the turns of a loop
	Plain                     // a mutex, whose balance is not judged and whose re-entry is a deadlock
	Tried                     // taken by an attempt that never waits
	Handed                    // somebody else has its guard: no leak
	Implied                   // an undeclared lock, found by inference
)

// A Lock is a lock that is held. It is a comparable value.
type Lock struct {
	Class  string
	Key    *Value // nil: no key is known
	Mode   lockmodel.Mode
	ModeBy *Value // the value that decides an unknown mode, or nil
	Guard  *Value // the value that releases it, nil if the thread holds it
	Via    *Value // the receiver of the call that took it, or nil
	Parent *Value // the key of the lock it lies within, or nil
	Site   int    // number of the acquisition in its function
	Flags  Flags
}

// Is reports whether all flags of f are set.
func (l Lock) Is(f Flags) bool { return l.Flags&f == f }

func id(v *Value) int {
	if v == nil {
		return -1
	}
	return v.id
}

// Compare orders locks: the normal form of a Set.
func Compare(a, b Lock) int {
	return cmp.Or(
		cmp.Compare(a.Class, b.Class),
		cmp.Compare(a.Site, b.Site),
		cmp.Compare(id(a.Key), id(b.Key)),
		cmp.Compare(id(a.Guard), id(b.Guard)),
		cmp.Compare(id(a.Via), id(b.Via)),
		cmp.Compare(id(a.Parent), id(b.Parent)),
		cmp.Compare(a.Mode, b.Mode),
		cmp.Compare(id(a.ModeBy), id(b.ModeBy)),
		cmp.Compare(a.Flags, b.Flags),
	)
}

// A Set is the locks held at a point: sorted by Compare, no lock twice. Sets
// are never changed in place.
type Set []Lock

// Add returns s with l. A lock that is there already becomes Many; a mutex
// that is there already stays as it is, wherever it is taken again: there is
// one of it.
func (s Set) Add(l Lock) Set {
	if l.Is(Plain) && l.Key != nil {
		for i, o := range s {
			if o.Class != l.Class || o.Key != l.Key || !o.Is(Plain) {
				continue
			}
			if !o.Is(Maybe) || l.Is(Maybe) {
				return s
			}
			return s.Without(func(o Lock) bool { return o == s[i] }).Add(l)
		}
	}
	i, ok := slices.BinarySearchFunc(s, l, Compare)
	if !ok {
		return slices.Concat(s[:i], Set{l}, s[i:])
	}
	if l.Is(Many) {
		return s
	}
	return s.Without(func(o Lock) bool { return o == l }).Add(many(l))
}

func many(l Lock) Lock {
	l.Flags |= Many
	return l
}

// Without returns s less the locks for which drop holds.
func (s Set) Without(drop func(Lock) bool) Set {
	if !slices.ContainsFunc(s, drop) {
		return s
	}
	out := make(Set, 0, len(s))
	for _, l := range s {
		if !drop(l) {
			out = append(out, l)
		}
	}
	return out
}

// Map returns the set of f(l), in normal form.
func (s Set) Map(f func(Lock) Lock) Set {
	changed := false
	out := make(Set, len(s))
	for i, l := range s {
		out[i] = f(l)
		changed = changed || out[i] != l
	}
	if !changed {
		return s
	}
	return Normalize(out)
}

// Normalize sorts locks and drops the duplicates, which become Many.
func Normalize(locks []Lock) Set {
	slices.SortFunc(locks, Compare)
	var out Set
	for i, l := range locks {
		if i > 0 && l == locks[i-1] {
			continue
		}
		if i+1 < len(locks) && locks[i+1] == l {
			l = many(l)
		}
		out = append(out, l)
	}
	slices.SortFunc(out, Compare)
	return slices.Compact(out)
}

// Equal reports whether two sets hold the same locks.
func (s Set) Equal(t Set) bool { return slices.Equal(s, t) }

// Join merges the sets of two paths that are no longer told apart: what only
// one of them holds becomes Maybe.
func (s Set) Join(t Set) Set {
	if s.Equal(t) {
		return s
	}
	var out Set
	i, j := 0, 0
	for i < len(s) || j < len(t) {
		switch {
		case j == len(t) || i < len(s) && bare(s[i], t[j]) < 0:
			out = append(out, maybe(s[i]))
			i++
		case i == len(s) || bare(s[i], t[j]) > 0:
			out = append(out, maybe(t[j]))
			j++
		default:
			l := s[i]
			l.Flags |= t[j].Flags
			out = append(out, l)
			i++
			j++
		}
	}
	slices.SortFunc(out, Compare)
	return slices.Compact(out)
}

// bare compares without the flags, which come last in Compare.
func bare(a, b Lock) int {
	a.Flags, b.Flags = 0, 0
	return Compare(a, b)
}

func maybe(l Lock) Lock {
	l.Flags |= Maybe
	return l
}

// Mode returns fixed, or if that is Unknown the mode that by, a value on which a
// call's mode depends, stands for under f. values maps the constants of its type
// to modes. Unknown means that f leaves several.
func (t *Table) Mode(f Facts, fixed lockmodel.Mode, by *Value, values map[string]lockmodel.Mode) lockmodel.Mode {
	if fixed != lockmodel.Unknown || by == nil {
		return fixed
	}
	if by.Op == OpConst {
		return values[by.Aux]
	}
	var left []lockmodel.Mode
	for _, c := range slices.Sorted(maps.Keys(values)) { // conditions are numbered as they are met
		m := values[c]
		cond := t.Equal(by, t.Const(c))
		eq, known := t.Truth(f, cond)
		if known && eq {
			return m
		}
		if !known && !slices.Contains(left, m) {
			left = append(left, m)
		}
	}
	if len(left) == 1 {
		return left[0]
	}
	return lockmodel.Unknown
}
