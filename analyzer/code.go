package analyzer

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
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

// findLive computes, for each block, the values that are used after its entry.
// Most values are used in their own block alone and are not counted: a function
// of thousands of blocks would have the square of them in bits.
func (c *code) findLive(fn *ssa.Function, n int) {
	m := c.findAcross(fn, n)
	c.live = make([]bits, len(fn.Blocks))
	for i := range c.live {
		c.live[i] = newBits(m)
	}
	var ops [16]*ssa.Value
	live := newBits(m)
	use := func(v ssa.Value) {
		if tracked(v) {
			if k := c.across[c.num[v]]; k > 0 {
				live.set(k - 1)
			}
		}
	}
	def := func(v ssa.Value) {
		if k := c.across[c.num[v]]; k > 0 {
			live.clear(k - 1)
		}
	}
	for changed := true; changed; {
		changed = false
		for i := len(c.order) - 1; i >= 0; i-- {
			b := c.order[i]
			clear(live)
			for _, s := range b.Succs {
				live.or(c.live[s.Index])
				pred := predIndex(b, s)
				joins := phis(s)
				for _, phi := range joins {
					def(phi)
				}
				for _, phi := range joins {
					use(phi.Edges[pred])
				}
			}
			for j := len(b.Instrs) - 1; j >= 0; j-- {
				instr := b.Instrs[j]
				if _, ok := instr.(*ssa.Phi); ok {
					continue
				}
				if v, ok := instr.(ssa.Value); ok {
					def(v)
				}
				for _, op := range instr.Operands(ops[:0]) {
					use(*op)
				}
			}
			for _, phi := range phis(b) { // they are set on the way in
				if phi.Referrers() != nil && len(*phi.Referrers()) > 0 {
					use(phi)
				}
			}
			if c.live[b.Index].or(live) {
				changed = true
			}
		}
	}
}

// findAcross numbers the values that are live at the entry of some block: those
// that another block uses, phis and what they join. It returns how many there are.
func (c *code) findAcross(fn *ssa.Function, n int) int {
	c.across = make([]int, n)
	m := 0
	mark := func(v ssa.Value) {
		if k := &c.across[c.num[v]]; *k == 0 {
			m++
			*k = m
		}
	}
	var ops [16]*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			phi, join := instr.(*ssa.Phi)
			if join {
				mark(phi)
			}
			for _, op := range instr.Operands(ops[:0]) {
				if tracked(*op) && (join || (*op).(ssa.Instruction).Block() != b) {
					mark(*op)
				}
			}
		}
	}
	return m
}

// tracked reports whether states give v a value: it is made by an instruction.
func tracked(v ssa.Value) bool {
	_, ok := v.(ssa.Instruction)
	return ok
}

// phis returns the phis that b begins with.
func phis(b *ssa.BasicBlock) []*ssa.Phi {
	var out []*ssa.Phi
	for _, instr := range b.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		out = append(out, phi)
	}
	return out
}

// A lastUse says that a value is not used after an instruction of its block.
type lastUse struct{ at, n int }

// endsIn returns where in b the values end that b alone uses.
func (c *code) endsIn(b *ssa.BasicBlock) []lastUse {
	if c.ends[b.Index] != nil {
		return c.ends[b.Index]
	}
	last := make(map[int]int)
	var ops [16]*ssa.Value
	for i, instr := range b.Instrs {
		if v, ok := instr.(ssa.Value); ok && c.across[c.num[v]] == 0 {
			last[c.num[v]] = i
		}
		for _, op := range instr.Operands(ops[:0]) {
			if tracked(*op) && c.across[c.num[*op]] == 0 {
				last[c.num[*op]] = i
			}
		}
	}
	ends := make([]lastUse, 0, len(last))
	for n, i := range last {
		ends = append(ends, lastUse{i, n})
	}
	slices.SortFunc(ends, func(a, b lastUse) int { return cmp.Or(a.at-b.at, a.n-b.n) })
	c.ends[b.Index] = ends
	return ends
}

// keepLive drops from s the values that b and its successors do not use.
func (c *code) keepLive(b *ssa.BasicBlock, s *state) {
	live := c.live[b.Index]
	dead := func(e envEntry) bool {
		k := c.across[e.n]
		return k <= 0 || !live.has(k-1)
	}
	if slices.ContainsFunc(s.env, dead) {
		s.ownEnv()
		s.env = slices.DeleteFunc(s.env, dead)
	}
	s.collect(&c.a.live)
}

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

// A bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

// set adds i and reports whether it was not there.
func (b bits) set(i int) bool {
	old := b[i/64]
	b[i/64] |= 1 << (i % 64)
	return b[i/64] != old
}

func (b bits) clear(i int) { b[i/64] &^= 1 << (i % 64) }

// or adds all of c and reports whether b has grown.
func (b bits) or(c bits) bool {
	grown := false
	for i, w := range c {
		if b[i]|w != b[i] {
			b[i] |= w
			grown = true
		}
	}
	return grown
}

// components returns the strongly connected components of a graph of n nodes,
// successors before predecessors (Tarjan 1972), without recursion.
func components(n int, succs func(int) []int) [][]int {
	index := make([]int, n)
	low := make([]int, n)
	onStack := make([]bool, n)
	var stack []int
	var out [][]int
	next := 1
	type frame struct {
		v, i int
		next []int
	}
	for root := range n {
		if index[root] != 0 {
			continue
		}
		work := []frame{{v: root, next: succs(root)}}
		index[root], low[root] = next, next
		next++
		stack = append(stack, root)
		onStack[root] = true
		for len(work) > 0 {
			f := &work[len(work)-1]
			if f.i < len(f.next) {
				w := f.next[f.i]
				f.i++
				if index[w] == 0 {
					index[w], low[w] = next, next
					next++
					stack = append(stack, w)
					onStack[w] = true
					work = append(work, frame{v: w, next: succs(w)})
				} else if onStack[w] {
					low[f.v] = min(low[f.v], index[w])
				}
				continue
			}
			v := f.v
			work = work[:len(work)-1]
			if len(work) > 0 {
				p := work[len(work)-1].v
				low[p] = min(low[p], low[v])
			}
			if low[v] == index[v] {
				var comp []int
				for {
					w := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					onStack[w] = false
					comp = append(comp, w)
					if w == v {
						break
					}
				}
				out = append(out, comp)
			}
		}
	}
	return out
}
