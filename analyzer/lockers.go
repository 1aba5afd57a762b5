package analyzer

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// takesLockers reports whether a function of the package is given a mutex by
// its callers: a pointer to one, or an interface such as sync.Locker. What it
// does with it matters where the mutex is of a class, and only importers know
// that; so such a package is analysed though it can reach no lock itself.
//
// Package sync is none of them: the analysis knows its functions. And what
// importers cannot call is not asked for.
func takesLockers(pkg *types.Package) bool {
	if pkg.Path() == "sync" || pkg.Name() == "main" {
		return false
	}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		switch obj := scope.Lookup(name).(type) {
		case *types.Func:
			if obj.Exported() && givenLocker(obj) {
				return true
			}
		case *types.TypeName:
			n, ok := obj.Type().(*types.Named)
			if !ok || obj.IsAlias() {
				continue
			}
			for m := range n.Methods() {
				if m.Exported() && givenLocker(m) {
					return true
				}
			}
		}
	}
	return false
}

// givenLocker reports whether a parameter of f, or the elements of its last
// one, may be a mutex of the caller.
func givenLocker(f *types.Func) bool {
	for p := range f.Signature().Params().Variables() {
		if mayBeLocker(p.Type()) {
			return true
		}
	}
	return false
}

// mayBeLocker reports whether t, or the type of its elements, is a pointer to a
// mutex or an interface of one.
func mayBeLocker(t types.Type) bool {
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return isSyncMutex(u.Elem())
	case *types.Interface:
		return u.NumMethods() >= 2 && hasMutexMethod(t, "Lock") && hasMutexMethod(t, "Unlock")
	}
	return false
}

// handlesLockers reports whether f is given a mutex by importers, by itself or
// in a struct, or returns one: in a package that is analysed for no other
// reason, the rest is of no use to anybody.
func (a *unit) handlesLockers(f *ssa.Function) bool {
	for f.Parent() != nil {
		f = f.Parent()
	}
	handles := func(v *types.Var) bool {
		if v == nil {
			return false
		}
		if mayBeLocker(v.Type()) {
			return true
		}
		st, ok := deref(v.Type()).Underlying().(*types.Struct)
		for i := 0; ok && i < st.NumFields(); i++ {
			if mayBeLocker(st.Field(i).Type()) {
				return true
			}
		}
		return false
	}
	sig := f.Signature
	found := handles(sig.Recv())
	for _, vars := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range vars.Variables() {
			found = found || handles(v)
		}
	}
	return found
}
