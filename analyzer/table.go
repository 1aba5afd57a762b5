package analyzer

import (
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Tables
//
// A package may have several tables of handlers, of one type. Where the path
// knows which of them a function comes from, only those in that table count.

// inTable returns the functions that v may be, which lies in an element of a
// variable of this package, or in a field of one; false if v is something else,
// or was put there in a way that is not followed.
func (f *flow) inTable(v *lockset.Value) (flowSet, bool) {
	el, field := v, ""
	if v.Op == lockset.OpField {
		el, field = v.Args[0], v.Aux
	}
	if el.Op != lockset.OpElem || el.Args[0].Op != lockset.OpGlobal {
		return flowSet{}, false
	}
	f.index()
	g := f.tables[el.Args[0]]
	if g == nil {
		return flowSet{}, false
	}
	s := f.search()
	followed := true
	each := s.origin
	if field != "" {
		each = func(v ssa.Value) { followed = s.fieldOf(v, field) && followed }
	}
	done := map[ssa.Value]bool{}
	var all func(c ssa.Value)
	walk := func(keys []any) {
		found := s.container(keys, each, all)
		for _, k := range keys {
			for _, c := range f.cells[k] {
				if field != "" && f.a.fieldName(c.field) == field {
					s.origin(c.val)
				}
				found = true
			}
		}
		followed = followed && found
	}
	all = func(c ssa.Value) {
		if !done[c] {
			done[c] = true
			walk(f.containerKeys(c, nil))
		}
	}
	walk([]any{g})
	return s.set(func(v *lockset.Value) bool { return v.Op == lockset.OpFunc }), followed
}

// fieldOf walks back from a field of an element that was made where it was put
// into its container. It reports whether it was.
func (s *search) fieldOf(v ssa.Value, field string) bool {
	if load, ok := v.(*ssa.UnOp); ok {
		v = load.X
	}
	alloc, ok := v.(*ssa.Alloc)
	if !ok {
		return false
	}
	for _, r := range *alloc.Referrers() {
		switch r := r.(type) {
		case *ssa.FieldAddr:
			if s.f.a.fieldName(fieldVarOf(r.X.Type(), r.Field)) != field {
				continue
			}
			for _, st := range *r.Referrers() {
				store, ok := st.(*ssa.Store)
				if !ok || store.Addr != r {
					return false
				}
				s.origin(store.Val)
			}
		case *ssa.UnOp, *ssa.MapUpdate, *ssa.DebugRef:
		case *ssa.Store:
			if r.Addr == alloc {
				return false
			}
		default:
			return false
		}
	}
	return true
}
