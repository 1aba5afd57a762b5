package analyzer

import "go/types"

// takesLockers reports whether a function of the package is given a mutex by
// its callers: a pointer to one, or an interface such as sync.Locker. What it
// does with it matters where the mutex is of a class, and only importers know
// that; so such a package is analysed though it can reach no lock itself.
//
// Package sync is none of them: the analysis knows its functions.
func takesLockers(pkg *types.Package) bool {
	if pkg.Path() == "sync" {
		return false
	}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		switch obj := scope.Lookup(name).(type) {
		case *types.Func:
			if givenLocker(obj) {
				return true
			}
		case *types.TypeName:
			n, ok := obj.Type().(*types.Named)
			if !ok || obj.IsAlias() {
				continue
			}
			for m := range n.Methods() {
				if givenLocker(m) {
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
		t := p.Type()
		if s, ok := t.Underlying().(*types.Slice); ok {
			t = s.Elem()
		}
		switch u := t.Underlying().(type) {
		case *types.Pointer:
			if isSyncMutex(u.Elem()) {
				return true
			}
		case *types.Interface:
			if u.NumMethods() >= 2 && hasMutexMethod(t, "Lock") && hasMutexMethod(t, "Unlock") {
				return true
			}
		}
	}
	return false
}
