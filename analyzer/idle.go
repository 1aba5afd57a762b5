package analyzer

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// idle reports whether a function value has nothing to do with locks, whoever
// calls it with whatever arguments: it takes and gives up none, and calls
// nothing that it is given. Whether it lies in a field or another one does is
// no reason to keep two states apart.
func (a *unit) idle(v *lockset.Value) bool {
	known, ok := a.idles[v]
	if !ok {
		known = a.isIdle(v)
		a.idles[v] = known
	}
	return known
}

func (a *unit) isIdle(v *lockset.Value) bool {
	c, ok := a.calleeOfValue(v, nil)
	if !ok {
		return false
	}
	if c.fn != nil && c.obj == nil && c.fn.Parent() == nil {
		return a.idleWrapper(c.fn, v.Args)
	}
	return a.idleCallee(c)
}

// idleWrapper is idle for the function that go/ssa makes of a method value.
func (a *unit) idleWrapper(f *ssa.Function, caps []*lockset.Value) bool {
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok || !call.Common().IsInvoke() {
				continue
			}
			if len(caps) != 1 || caps[0].Op != lockset.OpIface {
				return false
			}
			c, ok := a.methodOf(caps[0], call.Common().Method.Name(), nil)
			if !ok || !a.idleCallee(c) {
				return false
			}
		}
	}
	return !a.externLockish(f)
}

func (a *unit) idleCallee(c callee) bool {
	if a.model.Funcs[c.key] != nil {
		return false
	}
	if c.fn != nil {
		i, ok := a.graph.num[c.fn]
		return ok && !a.graph.lockish[i] && !a.graph.dynamic[i] && !a.helper(c.fn)
	}
	if sum := a.imports.load(a, c.key); sum != nil {
		return sum.silent()
	}
	if c.obj == nil {
		return false
	}
	for p := range c.obj.Signature().Params().Variables() {
		if !isPlain(p.Type()) {
			return false // it may call what it is given
		}
	}
	return true
}

// isPlain reports whether nothing can be called of a value of type t: it is a
// number or a string, or a slice of these.
func isPlain(t types.Type) bool {
	_, basic := innermost(t).Underlying().(*types.Basic)
	return basic
}
