package analyzer

import (
	"go/types"
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// typeArgument returns the type that the receiver of a method call in a generic
// callee has in this call of it, if the callee knows the receiver's type by the
// name of a type parameter only: that of a parameter, or of a field of one.
func typeArgument(cs callSite, ev *event) types.Type {
	if ev.method == "" || cs.common == nil || cs.common.IsInvoke() {
		return nil
	}
	fn := cs.common.StaticCallee()
	if fn == nil || fn.Origin() == nil {
		return nil
	}
	generic := fn.Origin().Signature
	t := pathType(generic, ev.fn)
	if t == nil {
		return nil
	}
	p, ok := types.Unalias(t).(*types.TypeParam)
	if !ok || p.Index() >= len(fn.TypeArgs()) || types.IsInterface(fn.TypeArgs()[p.Index()]) {
		return nil
	}
	return fn.TypeArgs()[p.Index()]
}

// pathType returns the type of a parameter of sig, or of a field below one, nil
// if it is neither.
func pathType(sig *types.Signature, v *lockset.Value) types.Type {
	switch v.Op {
	case lockset.OpParam:
		i := v.N
		if recv := sig.Recv(); recv != nil {
			if i == 0 {
				return recv.Type()
			}
			i--
		}
		if i < sig.Params().Len() {
			return sig.Params().At(i).Type()
		}
	case lockset.OpField:
		t := pathType(sig, v.Args[0])
		if t == nil {
			return nil
		}
		name, _, _ := strings.Cut(v.Aux, lockMark)
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		for f := range st.Fields() {
			if f.Name() == name {
				return f.Type()
			}
		}
	}
	return nil
}
