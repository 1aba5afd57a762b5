package analyzer

import (
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

func (x *exec) subFreed(s *state, cs callSite, fs []freed, sub func(*lockset.Value) *lockset.Value) []freed {
	var out []freed
	for _, f := range fs {
		g := freed{class: f.class}
		if f.guard != nil {
			g.guard = sub(f.guard)
		}
		if f.key != nil {
			g.key = sub(f.key)
		}
		if g.class != "" || g.key == nil {
			out = append(out, g)
			continue
		}
		for _, l := range x.locksOf(s, cs, g.key, lockmodel.Exclusive) {
			out = append(out, freed{class: l.Class, key: l.Key})
		}
	}
	return out
}

// without returns what s holds less what has been given up.
func (x *exec) without(s *state, fs []freed) lockset.Set {
	held := s.held
	for _, f := range fs {
		held = held.Without(func(l lockset.Lock) bool { return x.frees(s, f, l) })
	}
	return held
}

// frees reports whether giving up f gives up the held lock l.
func (x *exec) frees(s *state, f freed, l lockset.Lock) bool {
	if f.class != "" && f.class != l.Class {
		return false
	}
	if f.guard != nil {
		return l.Guard != nil && x.guards(s, f.guard, l.Guard) || l.Via != nil && l.Via == f.guard || l.Is(lockset.Plain) && l.Key == f.guard
	}
	if f.key == nil {
		return f.class != "" // all that the thread holds of it
	}
	return l.Key != nil && x.t.Relate(s.facts, l.Key, f.key, x.ascending) == lockset.Same
}

// guards reports whether releasing v releases the lock whose guard is g: it is
// g, or an element of a container that g was put into.
func (x *exec) guards(s *state, v, g *lockset.Value) bool {
	if v == g || v.Op != lockset.OpPrev && g.Op == lockset.OpPrev && g.Args[0] == v {
		return v == g
	}
	if v.Op == lockset.OpElem {
		return slices.ContainsFunc(x.elements(s, v.Args[0]), func(e *lockset.Value) bool { return e == g || x.reaches(s, e, g) })
	}
	if v.Op == lockset.OpField && v.Args[0].Op == lockset.OpElem {
		for _, e := range x.elements(s, v.Args[0].Args[0]) {
			if x.field(s, e, v.Aux) == g {
				return true
			}
		}
	}
	return false
}

// free gives up what s holds of f; what it does not hold itself, its callers
// may. It reports whether s has held it.
func (x *exec) free(s *state, f freed) bool {
	if f.guard != nil && isNilValue(f.guard) {
		return false
	}
	found := false
	s.held = s.held.Without(func(l lockset.Lock) bool {
		if !x.frees(s, f, l) {
			return false
		}
		found = found || !l.Is(lockset.Given) && !l.Is(lockset.Assumed)
		return true
	})
	if found {
		return true
	}
	own := f
	if own.guard != nil {
		own.guard = x.anyElem(own.guard)
	}
	if own.guard != nil && !own.guard.Entry() || own.guard == nil && own.key != nil && !own.key.Entry() {
		return false
	}
	s.owed = slices.DeleteFunc(slices.Clone(s.owed), func(w owed) bool { return f.class == "" || f.class == w.class })
	if !slices.Contains(s.freed, own) {
		s.freed = append(slices.Clip(s.freed), own)
		slices.SortFunc(s.freed, compareFreed)
	}
	return false
}

func compareFreed(a, b freed) int {
	id := func(v *lockset.Value) int {
		if v == nil {
			return -1
		}
		return v.ID()
	}
	if a.class != b.class {
		if a.class < b.class {
			return -1
		}
		return 1
	}
	if d := id(a.guard) - id(b.guard); d != 0 {
		return d
	}
	return id(a.key) - id(b.key)
}
