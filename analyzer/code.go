package analyzer

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A code is what exec needs to know of the text of a function, whatever the
// states: computed once.
type code struct {
	a        *unit
	num      map[ssa.Value]int
	names    map[ssa.Value]string  // of the variables that the analysis knows by a name
	order    []*ssa.BasicBlock     // reverse postorder
	cyclic   []bool                // by block: it lies on a cycle
	live     []bits                // by block: values live at its entry, by their number in across
	across   []int                 // by value: 0 if its own block alone uses it, else a number from 1
	ends     [][]lastUse           // by block: of the values that it alone uses, in order
	hard     bits                  // values that matter to a lock
	cells    bits                  // of those, the variables that closures share and that hold a key or a mode
	slots    map[string]bool       // the fields that hold a key, by their names in values: see slot
	swaps    map[string]bool       // the fields of which two are exchanged
	recovers bool                  // a deferred call may recover
	structs  map[int]*types.Struct // by number: of the allocations of a struct
	copies   map[int]*types.Struct // by number: of the structs that are read from somewhere
}

func (a *unit) codeOf(fn *ssa.Function) *code {
	if c := a.codes[fn]; c != nil {
		return c
	}
	c := &code{a: a, num: make(map[ssa.Value]int), structs: make(map[int]*types.Struct), copies: make(map[int]*types.Struct)}
	for i, p := range fn.Params {
		c.num[p] = i
	}
	for i, v := range fn.FreeVars {
		c.num[v] = i
		c.name(v, a.variableName(v, v.Name()))
	}
	n := 0
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if v, ok := instr.(ssa.Value); ok {
				c.num[v] = n
				if st, ok := v.Type().Underlying().(*types.Struct); ok {
					c.copies[n] = st
				}
				n++
			}
			if v, ok := instr.(*ssa.Alloc); ok {
				c.name(v, a.variableName(v, v.Comment))
				if st, ok := deref(v.Type()).Underlying().(*types.Struct); ok {
					c.structs[c.num[v]] = st
				}
			}
			if d, ok := instr.(*ssa.Defer); ok && a.mayRecover(d) {
				c.recovers = true
			}
		}
	}
	c.sort(fn)
	c.findCycles(fn)
	c.findLive(fn, n)
	c.ends = make([][]lastUse, len(fn.Blocks))
	c.findHard(a, fn, n)
	a.codes[fn] = c
	return c
}

func (c *code) name(v ssa.Value, name string) {
	if name == "" {
		return
	}
	if c.names == nil {
		c.names = make(map[ssa.Value]string)
	}
	c.names[v] = name
}

// wayOut is the name of the variable in which the body of a range-over-func
// loop says how it was left: go/ssa's own.
const wayOut = "jump$"

// variableName returns the name by which the analysis knows a local or captured
// variable: wayOut, or that of the lock that it is; "" for others.
func (a *unit) variableName(v ssa.Value, name string) string {
	if strings.HasPrefix(name, wayOut) {
		return wayOut
	}
	p, ok := v.Type().(*types.Pointer)
	if !a.passesLocks || !ok || !a.isLock(p.Elem()) {
		return ""
	}
	obj := a.variableAt(v.Pos())
	if obj == nil || obj.Name() != name {
		return ""
	}
	return a.fieldName(obj)
}

// isLock reports whether a variable of type t is a lock itself, or an array of
// locks: no pointer to one, and no interface.
func (a *unit) isLock(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Array:
		return a.isLock(u.Elem())
	case *types.Pointer, *types.Interface:
		return false
	}
	return a.isLockType(t)
}

// variableAt returns the local variable that is declared at pos.
func (a *unit) variableAt(pos token.Pos) *types.Var {
	if a.variables == nil {
		a.variables = make(map[token.Pos]*types.Var)
		for _, obj := range a.pass.TypesInfo.Defs {
			if v, ok := obj.(*types.Var); ok && !v.IsField() {
				a.variables[v.Pos()] = v
			}
		}
	}
	return a.variables[pos]
}

// mayRecover reports whether the deferred call is of a function that calls recover.
func (a *unit) mayRecover(d *ssa.Defer) bool {
	fn := d.Call.StaticCallee()
	if fn == nil {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if c, ok := instr.(*ssa.Call); ok {
				if bi, ok := c.Call.Value.(*ssa.Builtin); ok && bi.Name() == "recover" {
					return true
				}
			}
		}
	}
	return false
}

func (c *code) sort(fn *ssa.Function) {
	seen := make([]bool, len(fn.Blocks))
	var post []*ssa.BasicBlock
	type frame struct {
		b *ssa.BasicBlock
		i int
	}
	visit := func(root *ssa.BasicBlock) {
		if root == nil || seen[root.Index] {
			return
		}
		seen[root.Index] = true
		stack := []frame{{root, 0}}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.i == len(f.b.Succs) {
				post = append(post, f.b)
				stack = stack[:len(stack)-1]
				continue
			}
			succ := f.b.Succs[f.i]
			f.i++
			if !seen[succ.Index] {
				seen[succ.Index] = true
				stack = append(stack, frame{succ, 0})
			}
		}
	}
	visit(fn.Recover) // after all others in the reversed order
	visit(fn.Blocks[0])
	for i := len(post) - 1; i >= 0; i-- {
		c.order = append(c.order, post[i])
	}
}

// findCycles marks the blocks that lie on a cycle: those of strongly connected
// components with an edge inside (Tarjan 1972).
func (c *code) findCycles(fn *ssa.Function) {
	n := len(fn.Blocks)
	c.cyclic = make([]bool, n)
	comp := components(n, func(v int) []int {
		var out []int
		for _, s := range fn.Blocks[v].Succs {
			out = append(out, s.Index)
		}
		return out
	})
	for _, members := range comp {
		if len(members) > 1 {
			for _, m := range members {
				c.cyclic[m] = true
			}
			continue
		}
		for _, s := range fn.Blocks[members[0]].Succs {
			if s.Index == members[0] {
				c.cyclic[members[0]] = true
			}
		}
	}
}
