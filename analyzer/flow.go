package analyzer

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # The flow of functions and dynamic types through a package
//
// When a path does not know what a function value or an interface holds, the
// package is asked: which functions, or values of which types, are ever put
// where this one comes from? Places are fields (of all objects of the type),
// package variables, local variables, the elements of a container, parameters
// (of the calls in the package) and results. The answer is a may-set, found on
// demand by walking back over definitions; a place that is met again adds
// nothing, which ends the walk.
//
// An answer is complete if nobody outside the package can put more there: a
// parameter of an exported function, or a place that nothing in the package
// fills, is not. For an interface that is filled outside, the types that the
// package itself converts to that interface are taken.
type flow struct {
	a       *unit
	indexed bool
	fields  map[*types.Var][]ssa.Value  // stored in a field
	globals map[*ssa.Global][]ssa.Value // stored in a package variable
	elems   map[any][]ssa.Value         // stored in an element of a container: by field, variable or defining value
	cells   map[any][]cell              // stored in a field of an element, by container as well
	copies  map[any][]ssa.Value         // containers whose elements are copied to another one, by that
	tables  map[*lockset.Value]*ssa.Global
	calls   map[*ssa.Function][]*ssa.CallCommon
	binds   map[*ssa.Function][]*ssa.MakeClosure
	makes   []*ssa.MakeInterface
	taken   map[*ssa.Function]bool // used other than by being called

	converted    typeutil.Map // by interface type, a *typeutil.Map: the types converted to it, numbered in the order of the code
	implementers typeutil.Map // by interface type, a []*lockset.Value: those of them that implement it
}

func (f *flow) index() {
	if f.indexed {
		return
	}
	f.indexed = true
	f.fields = map[*types.Var][]ssa.Value{}
	f.globals = map[*ssa.Global][]ssa.Value{}
	f.elems = map[any][]ssa.Value{}
	f.cells = map[any][]cell{}
	f.copies = map[any][]ssa.Value{}
	f.tables = map[*lockset.Value]*ssa.Global{}
	f.calls = map[*ssa.Function][]*ssa.CallCommon{}
	f.binds = map[*ssa.Function][]*ssa.MakeClosure{}
	f.taken = map[*ssa.Function]bool{}
	for _, fn := range f.a.funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				f.note(instr)
			}
		}
	}
	for _, name := range sortedKeys(f.a.ssaPkg.Members) { // values are numbered as they are met
		if g, ok := f.a.ssaPkg.Members[name].(*ssa.Global); ok {
			f.tables[f.a.global(g)] = g
		}
	}
}

func (f *flow) note(instr ssa.Instruction) {
	switch instr := instr.(type) {
	case *ssa.Store:
		switch addr := instr.Addr.(type) {
		case *ssa.FieldAddr:
			v := fieldVarOf(addr.X.Type(), addr.Field)
			f.fields[v] = append(f.fields[v], instr.Val)
			if at, ok := addr.X.(*ssa.IndexAddr); ok {
				for _, k := range f.containerKeys(at.X, nil) {
					f.cells[k] = append(f.cells[k], cell{v, instr.Val})
				}
			}
		case *ssa.Global:
			f.globals[addr] = append(f.globals[addr], instr.Val)
		case *ssa.IndexAddr:
			f.putElem(addr.X, instr.Val)
		}
	case *ssa.MapUpdate:
		f.putElem(instr.Map, instr.Value)
	case *ssa.Send:
		f.putElem(instr.Chan, instr.X)
	case *ssa.MakeClosure:
		fn := instr.Fn.(*ssa.Function)
		f.binds[fn] = append(f.binds[fn], instr)
	case *ssa.MakeInterface:
		f.makes = append(f.makes, instr)
		if !types.IsInterface(instr.X.Type()) {
			f.noteConversion(instr.X.Type(), instr.Type())
		}
	}
	var callee ssa.Value
	if c, ok := instr.(ssa.CallInstruction); ok {
		if fn := c.Common().StaticCallee(); fn != nil {
			if o := fn.Origin(); o != nil {
				fn = o
			}
			f.calls[fn] = append(f.calls[fn], c.Common())
			callee = c.Common().Value
			if fn.String() == "maps.Copy" {
				for _, k := range f.containerKeys(c.Common().Args[0], nil) {
					f.copies[k] = append(f.copies[k], c.Common().Args[1])
				}
			}
		}
	}
	for _, op := range instr.Operands(nil) {
		if *op == callee {
			continue
		}
		fn, ok := (*op).(*ssa.Function)
		if !ok {
			continue
		}
		if obj, ok := fn.Object().(*types.Func); ok && fn.Synthetic != "" && fn.Origin() == nil { // a method value or expression
			if m := f.a.ssaPkg.Prog.FuncValue(obj.Origin()); m != nil {
				f.taken[m] = true
			}
		}
		if _, ok := instr.(*ssa.MakeClosure); !ok {
			f.taken[fn] = true
		}
	}
}

func (f *flow) putElem(container, v ssa.Value) {
	for _, k := range f.containerKeys(container, nil) {
		f.elems[k] = append(f.elems[k], v)
	}
}

// A cell is a field of an element of a container, and what is stored there.
type cell struct {
	field *types.Var
	val   ssa.Value
}

// containerKeys names the places that a container is known by: where its
// elements are looked for.
func (f *flow) containerKeys(c ssa.Value, seen []ssa.Value) []any {
	if slices.Contains(seen, c) || len(seen) > 20 {
		return nil
	}
	seen = append(seen, c)
	switch c := c.(type) {
	case *ssa.UnOp:
		switch addr := c.X.(type) {
		case *ssa.FieldAddr:
			return []any{fieldVarOf(addr.X.Type(), addr.Field)}
		case *ssa.Global:
			return []any{addr}
		case *ssa.Alloc:
			return []any{addr}
		case *ssa.FreeVar:
			return f.bindingKeys(addr, seen)
		}
	case *ssa.FieldAddr: // an array in a struct
		return []any{fieldVarOf(c.X.Type(), c.Field)}
	case *ssa.FreeVar:
		return f.bindingKeys(c, seen)
	case *ssa.Slice:
		return f.containerKeys(c.X, seen)
	case *ssa.ChangeType:
		return f.containerKeys(c.X, seen)
	case *ssa.Phi:
		var out []any
		for _, e := range c.Edges {
			out = append(out, f.containerKeys(e, seen)...)
		}
		return out
	}
	return []any{c}
}

func (f *flow) bindingKeys(v *ssa.FreeVar, seen []ssa.Value) []any {
	var out []any
	for _, b := range f.bindings(v) {
		out = append(out, f.containerKeys(b, seen)...)
		if a, ok := b.(*ssa.Alloc); ok {
			out = append(out, a)
		}
	}
	return out
}

// bindings returns what a captured variable is bound to where its closure is made.
func (f *flow) bindings(v *ssa.FreeVar) []ssa.Value {
	fn := v.Parent()
	i := slices.Index(fn.FreeVars, v)
	var out []ssa.Value
	if fn.Parent() == nil { // a method value: all of those of one method are one function
		f.index()
		for _, mc := range f.binds[fn] {
			out = append(out, mc.Bindings[i])
		}
	} else {
		for _, b := range fn.Parent().Blocks {
			for _, instr := range b.Instrs {
				if mc, ok := instr.(*ssa.MakeClosure); ok && mc.Fn == fn {
					out = append(out, mc.Bindings[i])
				}
			}
		}
	}
	return out
}

// madeBefore reports whether the captured variable v is a pointer that is set
// once, to an object made there, before the closure is.
func (f *flow) madeBefore(v *ssa.FreeVar) bool {
	fn := v.Parent()
	i := slices.Index(fn.FreeVars, v)
	if p, ok := v.Type().(*types.Pointer); !ok || !isPointer(p.Elem()) {
		return false
	}
	for _, b := range f.bindings(v) {
		cell, ok := b.(*ssa.Alloc)
		if !ok {
			return false
		}
		stores := storesTo(cell)
		if len(stores) != 1 {
			return false
		}
		store := stores[0]
		if _, made := store.Val.(*ssa.Alloc); !made || store.Parent() != cell.Parent() {
			return false
		}
		for _, r := range *cell.Referrers() {
			mc, ok := r.(*ssa.MakeClosure)
			if ok && mc.Fn == fn && mc.Bindings[i] == cell && (!store.Block().Dominates(mc.Block()) ||
				store.Block() == mc.Block() && slices.Index(mc.Block().Instrs, ssa.Instruction(store)) > slices.Index(mc.Block().Instrs, ssa.Instruction(mc))) {
				return false
			}
		}
	}
	return fn.Parent() != nil
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// storesTo returns what is stored in a local variable, by its function and by
// the closures that capture it; two stores more if its address goes elsewhere.
func storesTo(v ssa.Value) []*ssa.Store {
	var out []*ssa.Store
	for _, r := range *v.Referrers() {
		switch r := r.(type) {
		case *ssa.Store:
			if r.Addr != v {
				return append(out, nil, nil)
			}
			out = append(out, r)
		case *ssa.MakeClosure:
			fn := r.Fn.(*ssa.Function)
			for i, b := range r.Bindings {
				if b == v && i < len(fn.FreeVars) {
					out = append(out, storesTo(fn.FreeVars[i])...)
				}
			}
		case *ssa.UnOp, *ssa.DebugRef:
		default:
			return append(out, nil, nil)
		}
	}
	return out
}

// noteConversion notes that a value of type t is converted to an interface.
func (f *flow) noteConversion(t, iface types.Type) {
	all, _ := f.converted.At(iface).(*typeutil.Map)
	if all == nil {
		all = new(typeutil.Map)
		f.converted.Set(iface, all)
	}
	if all.At(t) == nil {
		all.Set(t, all.Len())
	}
}

// convertedTo returns a value of each type that the package converts to the
// interface type t, in the order of the conversions. A large package has
// thousands of conversions and of calls that ask: each interface is answered
// once.
func (f *flow) convertedTo(t types.Type, iface *types.Interface) []*lockset.Value {
	if vals, ok := f.implementers.At(t).([]*lockset.Value); ok {
		return slices.Clip(vals)
	}
	all, _ := f.converted.At(t).(*typeutil.Map)
	from := make([]types.Type, all.Len())
	all.Iterate(func(t types.Type, i any) { from[i.(int)] = t })
	var vals []*lockset.Value
	for _, t := range from {
		if !types.Implements(t, iface) {
			continue
		}
		if val := f.a.makeIface(t, f.a.t.Unknown); !slices.Contains(vals, val) {
			vals = append(vals, val)
		}
	}
	f.implementers.Set(t, vals)
	return slices.Clip(vals)
}
