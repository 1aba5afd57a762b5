package analyzer

import (
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// branch sends s both ways, as far as its facts allow.
func (x *exec) branch(b *ssa.BasicBlock, s *state, instr *ssa.If) {
	cond := x.eval(s, instr.Cond)
	for i, truth := range []bool{true, false} {
		c := s
		if i == 0 {
			c = s.clone()
		}
		if x.assume(c, cond, truth) {
			x.edge(b, b.Succs[i], c)
		}
	}
}

// assume takes cond to be truth in s, and reports whether that can be.
func (x *exec) assume(s *state, cond *lockset.Value, truth bool) bool {
	for cond.Op == lockset.OpNot {
		cond, truth = cond.Args[0], !truth
	}
	if cond.Op == lockset.OpCmp && cond.Aux == "<" && isConst(cond.Args[0]) && cond.Args[0].Aux == "0" &&
		cond.Args[1].Op == lockset.OpLen && !truth && len(x.elements(s, cond.Args[1].Args[0])) > 0 {
		return false // something was put into it on this very path
	}
	facts, ok := x.t.Assume(s.facts, cond, truth)
	if !ok {
		return false
	}
	s.facts = facts
	if cond.Op == lockset.OpCmp && cond.Aux == "==" && isNilValue(cond.Args[1]) && truth {
		return x.becomesNil(s, cond.Args[0])
	}
	if err := toldOfError(cond); err != nil && truth {
		s.facts, ok = x.t.Assume(s.facts, x.t.Equal(err, x.t.Nil), false)
		return ok
	}
	return true
}

// toldOfError returns the error that there is if cond holds: each of the
// conditions that it consists of is told of it. Else it returns nil.
func toldOfError(cond *lockset.Value) *lockset.Value {
	if cond.Op == lockset.OpSum && ofErrors[cond.Aux] {
		return cond.Args[0]
	}
	if cond.Op != lockset.OpOr {
		return nil
	}
	err := toldOfError(cond.Args[0])
	for _, c := range cond.Args[1:] {
		if toldOfError(c) != err {
			return nil
		}
	}
	return err
}

func isNilValue(v *lockset.Value) bool { return v.Op == lockset.OpNil || v.Op == lockset.OpZero }

// becomesNil takes v to be nil: then it guards nothing that this function was
// given, and cannot be the guard of what it took itself.
func (x *exec) becomesNil(s *state, v *lockset.Value) bool {
	if x.isThere(s, v) {
		return false
	}
	s.held = s.held.Without(func(l lockset.Lock) bool { return l.Guard == v && l.Is(lockset.Given) })
	return true
}
