package analyzer

import (
	"go/types"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

type fieldVar = *types.Var

// structField returns field i of the struct behind t.
func structField(t types.Type, i int) *types.Var {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return t.Underlying().(*types.Struct).Field(i)
}

// fieldVarOf is structField, of the generic type for an instance.
func fieldVarOf(t types.Type, i int) *types.Var { return structField(t, i).Origin() }

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
