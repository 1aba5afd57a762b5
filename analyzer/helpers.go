package analyzer

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// helper reports whether f is a small function whose effect is worth knowing:
// it computes a key, puts keys in order, or writes a field, or calls one that
// does, at most maxHelpers calls away.
func (a *unit) helper(f *ssa.Function) bool { return a.helps(f, maxHelpers) || a.sortsAny(f) }

const maxHelpers = 3

func (a *unit) helps(f *ssa.Function, depth int) bool {
	if len(f.Blocks) == 0 || len(f.Blocks) > 8 || depth == 0 {
		return false
	}
	n, acts := 0, f.Signature.Results().Len() > 0
	for _, b := range f.Blocks {
		n += len(b.Instrs)
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				_, local := instr.Addr.(*ssa.Alloc)
				acts = acts || !local
			case *ssa.Call:
				if fn := instr.Call.StaticCallee(); fn != nil && !acts {
					acts = orders[fn.String()] != 0 || a.helps(fn, depth-1)
				}
			}
		}
	}
	return n <= 60 && acts
}

// sortsAny reports whether f, which may be somewhat larger, sorts something.
func (a *unit) sortsAny(f *ssa.Function) bool {
	n, sorts := 0, false
	for _, b := range f.Blocks {
		n += len(b.Instrs)
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			sorts = sorts || ok && a.sorts(call)
		}
	}
	return sorts && len(f.Blocks) <= 16 && n <= 150
}

// sorts reports whether a call says something of the order of a slice.
func (a *unit) sorts(call *ssa.Call) bool {
	fn := call.Call.StaticCallee()
	if fn == nil {
		return false
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	op := orders[fn.String()]
	return op != noOrder && op != compares && op != isLess
}

// givesKeys reports whether importers may need to know what f returns: it is an
// exported helper whose result is a key, keys in order, or a sorted slice.
func (a *unit) givesKeys(f *ssa.Function) bool {
	obj := a.objectOf(f)
	if obj == nil || !obj.Exported() || !a.helper(f) {
		return false
	}
	for r := range f.Signature.Results().Variables() {
		t := r.Type()
		if s, ok := t.Underlying().(*types.Slice); ok {
			t = s.Elem()
		} else if len(f.Blocks) > 1 && f.Signature.Results().Len() == 1 {
			continue // a key that is computed: it is nothing that its caller has
		}
		if isKey(t) {
			return true
		}
	}
	return false
}
