package analyzer

import (
	"go/types"
	"strconv"
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
	if i, ok := typeParamOf(ev.fn); ok {
		if i >= len(fn.TypeArgs()) || types.IsInterface(fn.TypeArgs()[i]) {
			return nil
		}
		return fn.TypeArgs()[i]
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

// byTypeParam marks a receiver of which only the type parameter is known that is
// its type: one that the generic function has made or converted itself.
const byTypeParam = "type parameter "

// typeParamOf returns the number of the type parameter that v is marked with.
func typeParamOf(v *lockset.Value) (int, bool) {
	if v.Op != lockset.OpSum {
		return 0, false
	}
	n, ok := strings.CutPrefix(v.Aux, byTypeParam)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(n)
	return i, err == nil
}

// ofTypeParam returns recv, the receiver of a call by a method of a type
// parameter, as something that callers make sense of: they know the type. What
// the receiver points to goes along if they gave that.
func (x *exec) ofTypeParam(s *state, cs callSite, recv *lockset.Value) (*lockset.Value, bool) {
	if !cs.common.IsInvoke() || recv.Entry() {
		return nil, false
	}
	p, ok := types.Unalias(cs.common.Value.Type()).(*types.TypeParam)
	if !ok {
		return nil, false
	}
	mark := byTypeParam + strconv.Itoa(p.Index())
	if v := x.lookup(s, x.t.Deref(recv)); v.Entry() {
		return x.t.Sum(mark, x.t.Cell(v)), true
	}
	return x.t.Sum(mark), true
}

// sameTypeParam returns a receiver that is still marked after a call, since the
// callee's type parameter is one of this function too: passed on as a type
// argument, or known to a closure.
func (x *exec) sameTypeParam(cs callSite, v *lockset.Value) (*lockset.Value, bool) {
	i, ok := typeParamOf(v)
	if !ok || cs.common == nil {
		return nil, false
	}
	if fn := cs.common.StaticCallee(); fn != nil && fn.Origin() != nil {
		if i >= len(fn.TypeArgs()) {
			return nil, false
		}
		p, ok := types.Unalias(fn.TypeArgs()[i]).(*types.TypeParam)
		if !ok {
			return nil, false
		}
		i = p.Index()
	}
	return x.t.Sum(byTypeParam+strconv.Itoa(i), v.Args...), true
}

// receiverOf returns the receiver that a marked one carries.
func (x *exec) receiverOf(v *lockset.Value) *lockset.Value {
	if len(v.Args) > 0 {
		return v.Args[0]
	}
	return x.t.Unknown
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
