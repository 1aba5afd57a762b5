package analyzer

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// findHard marks the values that a lock may depend on: they reach the operands
// of a call that matters, a captured variable, a stored or a returned
// reference. States that differ in other values are merged.
func (c *code) findHard(a *unit, fn *ssa.Function, n int) {
	c.hard, c.cells = newBits(n), newBits(n)
	seen := newBits(n)
	moved := make(map[[2]string]bool)
	var back func(v ssa.Value)
	var ops [16]*ssa.Value
	back = func(v ssa.Value) {
		instr, ok := v.(ssa.Instruction)
		if !ok || !seen.set(c.num[v]) {
			return
		}
		if !isError(v.Type()) {
			c.hard.set(c.num[v])
		}
		if cell, ok := v.(*ssa.Alloc); ok && isKeyOrMode(deref(cell.Type())) {
			c.cells.set(c.num[v])
		}
		if name, ok := a.slot(v); ok && (isKey(deref(v.Type())) || isStruct(deref(v.Type()))) {
			addTo(&c.slots, name)
		}
		if call, ok := v.(*ssa.Call); ok && !isGetter(call) {
			return
		}
		for _, op := range instr.Operands(ops[:0:0]) {
			if *op != nil {
				back(*op)
			}
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case ssa.CallInstruction:
				matters := a.mattersCall(instr)
				if matters {
					back(instr.Common().Value)
				}
				for _, arg := range instr.Common().Args {
					if matters && !isError(arg.Type()) || a.locksInside(arg) {
						back(arg)
					}
				}
			case *ssa.Store:
				if a.mayLead(instr.Val.Type()) {
					back(instr.Val)
				}
				if load, ok := instr.Val.(*ssa.UnOp); ok {
					from, ok1 := a.slot(load.X)
					if to, ok2 := a.slot(instr.Addr); ok1 && ok2 {
						moved[[2]string{to, from}] = true
					}
				}
			case *ssa.MapUpdate:
				if a.mayLead(instr.Value.Type()) {
					back(instr.Value)
				}
			case *ssa.Return:
				for _, r := range instr.Results {
					if a.mayLead(r.Type()) || isChoice(r.Type()) || isKey(r.Type()) && len(instr.Results) > 1 {
						back(r)
					}
				}
			}
		}
	}
	for m := range moved {
		if moved[[2]string{m[1], m[0]}] {
			addTo(&c.swaps, m[0])
		}
	}
	for _, b := range fn.Blocks { // the keys and modes in structs that are given
		for _, instr := range b.Instrs {
			if store, ok := instr.(*ssa.Store); ok && isKeyOrMode(store.Val.Type()) && c.isHardPlace(store.Addr) {
				back(store.Val)
			}
		}
	}
}

// isHardPlace reports whether addr is a field of a local struct on which a lock
// may depend.
func (c *code) isHardPlace(addr ssa.Value) bool {
	f, ok := addr.(*ssa.FieldAddr)
	for ok {
		addr = f.X
		f, ok = addr.(*ssa.FieldAddr)
	}
	cell, ok := addr.(*ssa.Alloc)
	return ok && c.hard.has(c.num[cell])
}

func addTo(set *map[string]bool, name string) {
	if *set == nil {
		*set = make(map[string]bool)
	}
	(*set)[name] = true
}

// isGetter reports whether a call is of a function of one statement that returns
// a key, which may be part of what it is given.
func isGetter(call *ssa.Call) bool {
	fn := call.Call.StaticCallee()
	return fn != nil && len(fn.Blocks) == 1 && isKey(call.Type())
}

// slot returns the name of the field that v is the address of, "" of an element
// with a constant index, ofParam of what the caller has. Where two paths leave
// different keys there, they are told apart, and where they leave other values,
// if the two are exchanged.
func (a *unit) slot(v ssa.Value) (name string, ok bool) {
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return a.fieldName(fieldVarOf(v.X.Type(), v.Field)), true
	case *ssa.IndexAddr:
		_, ok = v.Index.(*ssa.Const)
	case *ssa.Parameter:
		return ofParam, true
	}
	return "", ok
}

// ofParam is the name of what a parameter points to, among slots.
const ofParam = "*"

// locksInside reports whether v is a closure whose function may have to do with
// locks, so that it counts whoever calls it.
func (a *unit) locksInside(v ssa.Value) bool {
	c, ok := v.(*ssa.MakeClosure)
	return ok && a.matters(c.Fn.(*ssa.Function)) //nolint:forcetypeassert // ssa.MakeClosure says so
}

// mayLead reports whether a value of type t may lead to a lock: to a guard, or
// to a function or an interface that takes one.
func (a *unit) mayLead(t types.Type) bool {
	t = innermost(t)
	switch t.Underlying().(type) {
	case *types.Signature, *types.Interface:
		return !isError(t)
	}
	return a.holdsGuard(t)
}

// isKey reports whether t is of the kind that keys are of.
func isKey(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// isKeyOrMode reports whether t may be that of a key or of a mode, which is a
// number of a type of its own.
func isKeyOrMode(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	_, named := types.Unalias(t).(*types.Named)
	return isKey(t) || ok && named && b.Info()&types.IsInteger != 0
}

func (c *code) isHard(n int) bool { return c.hard.has(n) }

// isKeyCell reports whether place is a variable whose content is a key or a
// mode that a lock depends on, or a field or an element that is a key's.
func (c *code) isKeyCell(place *lockset.Value) bool {
	if place.Op == lockset.OpDeref && place.Args[0].Op == lockset.OpAlloc && c.cells.has(place.Args[0].N) {
		return true
	}
	return c.slots != nil && inSlot(c.slots, place) || c.isExchanged(place)
}

// isExchanged reports whether place is one of two whose contents are exchanged.
func (c *code) isExchanged(place *lockset.Value) bool {
	return c.swaps != nil && inSlot(c.swaps, place)
}

// inSlot reports whether place is one of the slots.
func inSlot(slots map[string]bool, place *lockset.Value) bool {
	switch place.Op {
	case lockset.OpField:
		return slots[place.Aux]
	case lockset.OpElem:
		return slots[""] && isConst(place.Args[1])
	case lockset.OpDeref:
		return slots[ofParam] && place.Args[0].Op == lockset.OpParam
	}
	return false
}

func isNillable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return true
	}
	return false
}

// isReference reports whether a value of type t can hold a lock: a pointer, a
// function, an interface other than error, or a container.
func isReference(t types.Type) bool {
	if isError(t) {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface, *types.Struct:
		return true
	}
	return false
}

var errorType = types.Universe.Lookup("error").Type()

func isError(t types.Type) bool { return types.Identical(t, errorType) }
