package analyzer

import (
	"go/types"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

type fieldVar = *types.Var

// structField returns field i of the struct behind t.
func structField(t types.Type, i int) *types.Var {
	return structOf(t).Field(i)
}

// structOf returns the struct that t is or points to.
func structOf(t types.Type) *types.Struct {
	t = core(t)
	if p, ok := t.(*types.Pointer); ok {
		t = core(p.Elem())
	}
	return t.(*types.Struct)
}

// core returns the type that t is made of; for a type parameter whose types are
// all made of the same one, that one.
func core(t types.Type) types.Type {
	iface, ok := t.Underlying().(*types.Interface)
	for ok && iface.NumEmbeddeds() > 0 {
		t = iface.EmbeddedType(0)
		if union, ok := t.(*types.Union); ok {
			t = union.Term(0).Type()
		}
		iface, ok = t.Underlying().(*types.Interface)
	}
	return t.Underlying()
}

// fieldVarOf is structField, of the generic type for an instance.
func fieldVarOf(t types.Type, i int) *types.Var { return structField(t, i).Origin() }

// maxNested bounds how deep a container is looked into: a map may be one of
// itself.
const maxNested = 30

// innermost returns what slices, arrays and maps contain at the last, t itself
// if it is none of these.
func innermost(t types.Type) types.Type {
	for range maxNested {
		switch u := t.Underlying().(type) {
		case *types.Slice:
			t = u.Elem()
		case *types.Array:
			t = u.Elem()
		case *types.Map:
			t = u.Elem()
		default:
			return t
		}
	}
	return t
}

// typeKey names a type across packages.
func typeKey(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Path() })
}

// makeIface returns x converted to an interface.
func (a *unit) makeIface(t types.Type, x *lockset.Value) *lockset.Value {
	if types.IsInterface(t) {
		if _, ok := types.Unalias(t).(*types.TypeParam); !ok {
			return x
		}
		return x
	}
	key := typeKey(t)
	a.typeOf[key] = t
	return a.t.Iface(key, x)
}

// isClosed reports whether t is the same type in every instance of a generic
// function.
func isClosed(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return true
	case *types.Pointer:
		return isClosed(t.Elem())
	case *types.Slice:
		return isClosed(t.Elem())
	case *types.Map:
		return isClosed(t.Key()) && isClosed(t.Elem())
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if !isClosed(arg) {
				return false
			}
		}
		return true
	}
	return false
}
