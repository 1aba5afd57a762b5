package analyzer

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A guardField is a field that holds the guard of locks.
type guardField struct {
	name    string
	classes []string
}

// guardClasses returns the classes whose locks a value of type t guards: it
// has a method that releases them, and none that takes them. Who has the mutex
// itself is no guard of it.
func (a *unit) guardClasses(t types.Type) []string {
	named, ok := types.Unalias(deref(t)).(*types.Named)
	if !ok {
		return nil
	}
	id := guardType{named, deref(t) != t}
	if c, ok := a.guardTypes[id]; ok {
		return c
	}
	a.guardTypes[id] = nil
	var gives, takes []string
	for _, fn := range id.methods() {
		if spec := a.model.FuncOf(fn); spec != nil {
			for _, e := range spec.Effects {
				switch e.Kind {
				case lockmodel.Release:
					gives = append(gives, e.Class)
				case lockmodel.Acquire:
					takes = append(takes, e.Class)
				}
			}
		}
	}
	slices.Sort(gives)
	out := slices.DeleteFunc(slices.Compact(gives), func(c string) bool { return slices.Contains(takes, c) || a.hasLock(t, c) })
	a.guardTypes[id] = out
	return out
}

// A guardType is a named type, or a pointer to one: a pointer type is made anew
// wherever one is written.
type guardType struct {
	named *types.Named
	ptr   bool
}

// methods returns the methods that are declared for the type itself: not those
// of what it embeds.
func (t guardType) methods() []*types.Func {
	if iface, ok := t.named.Underlying().(*types.Interface); ok {
		if t.ptr {
			return nil
		}
		return slices.Collect(iface.Methods())
	}
	var out []*types.Func
	for m := range t.named.Methods() {
		if t.ptr || !isPointer(m.Signature().Recv().Type()) {
			out = append(out, m)
		}
	}
	return out
}

// hasLock reports whether a field of the struct behind t is a lock of the class.
func (a *unit) hasLock(t types.Type, class string) bool {
	st, ok := deref(t).Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if l := a.fieldLock(f); l != nil && l.Class == class {
			return true
		}
	}
	return false
}

// guardFields returns the fields of the struct behind t that are guards.
func (a *unit) guardFields(t types.Type) []guardField {
	if f, ok := a.guardIn[t]; ok {
		return f
	}
	var out []guardField
	if st, ok := deref(t).Underlying().(*types.Struct); ok {
		for f := range st.Fields() {
			if c := a.guardClasses(f.Type()); len(c) > 0 {
				out = append(out, guardField{f.Name(), c})
			}
		}
	}
	a.guardIn[t] = out
	return out
}

// holdsGuard reports whether a value of type t is a guard or leads to one.
func (a *unit) holdsGuard(t types.Type) bool {
	if h, ok := a.holders[t]; ok {
		return h
	}
	a.holders[t] = false // a type that is met again adds nothing
	h := len(a.guardClasses(t)) > 0
	if !h {
		switch u := t.Underlying().(type) {
		case *types.Pointer:
			h = a.holdsGuard(u.Elem())
		case *types.Slice:
			h = a.holdsGuard(u.Elem())
		case *types.Array:
			h = a.holdsGuard(u.Elem())
		case *types.Map:
			h = a.holdsGuard(u.Elem())
		case *types.Chan:
			h = a.holdsGuard(u.Elem())
		case *types.Struct:
			if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil && !a.mayHoldGuards(n.Obj().Pkg()) {
				break
			}
			for f := range u.Fields() {
				if a.holdsGuard(f.Type()) {
					h = true
					break
				}
			}
		}
	}
	a.holders[t] = h
	return h
}

// mayHoldGuards reports whether types of pkg are worth looking into: this
// package's, and those of imports that know locks.
func (a *unit) mayHoldGuards(pkg *types.Package) bool {
	return pkg == a.pkg || a.imports.known[pkg.Path()]
}

// isGuardLike reports whether v, a place that a caller knows, was noted as one
// that holds a lock.
func (a *unit) isGuardLike(v *lockset.Value) bool {
	return v.Op == lockset.OpParam || v.Op == lockset.OpField || v.Op == lockset.OpDeref
}

type retainKey struct {
	fn    *ssa.Function
	param int
}

// retains reports whether what is passed as parameter i may outlive the call
// of fn: it is stored, sent, captured, returned, or passed to somebody who is
// not known to let go of it. It looks at uses, not at paths.
func (a *unit) retains(fn *ssa.Function, i int) bool {
	k := retainKey{fn, i}
	if r, ok := a.retained[k]; ok {
		return r
	}
	a.retained[k] = false // a call cycle adds nothing
	r := false
	if i < len(fn.Params) {
		r = a.escapes(fn.Params[i], map[ssa.Value]bool{})
	}
	a.retained[k] = r
	return r
}

func (a *unit) escapes(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] || v.Referrers() == nil {
		return false
	}
	seen[v] = true
	for _, r := range *v.Referrers() {
		switch r := r.(type) {
		case *ssa.Store:
			if r.Val == v {
				if al, ok := r.Addr.(*ssa.Alloc); ok && !al.Heap {
					if a.escapes(al, seen) {
						return true
					}
					continue
				}
				return true
			}
		case *ssa.MapUpdate, *ssa.Send, *ssa.MakeClosure, *ssa.Return, *ssa.Select:
			return true
		case *ssa.FieldAddr, *ssa.Field, *ssa.UnOp, *ssa.MakeInterface, *ssa.ChangeInterface, *ssa.ChangeType, *ssa.Phi, *ssa.TypeAssert, *ssa.Extract, *ssa.Slice, *ssa.IndexAddr:
			val := r.(ssa.Value)
			if isReference(val.Type()) && a.escapes(val, seen) {
				return true
			}
		case ssa.CallInstruction:
			if _, ok := r.(*ssa.Go); ok {
				return true
			}
			c := r.Common()
			if _, ok := c.Value.(*ssa.Builtin); ok {
				continue
			}
			fn := c.StaticCallee()
			for i, arg := range c.Args {
				if arg == v && (fn == nil || len(fn.Blocks) == 0 && a.model.Funcs[funcKey(fn)] == nil || len(fn.Blocks) > 0 && a.retains(fn, i)) {
					return true
				}
			}
		}
	}
	return false
}
