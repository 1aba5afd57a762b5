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

// A search is one walk back.
type search struct {
	f        *flow
	seen     map[any]bool
	vals     []*lockset.Value
	complete bool
	generic  bool // the types that a type parameter stands for count
}

func (f *flow) search() *search {
	f.index()
	return &search{f: f, seen: map[any]bool{}, complete: true}
}

// funcs returns the functions that v may be.
func (f *flow) funcs(v ssa.Value) flowSet {
	s := f.search()
	s.origin(v)
	return s.set(func(v *lockset.Value) bool { return v.Op == lockset.OpFunc })
}

// elementsOf returns the functions that the container c may hold.
func (f *flow) elementsOf(c ssa.Value) flowSet {
	s := f.search()
	s.elements(c)
	return s.set(func(v *lockset.Value) bool { return v.Op == lockset.OpFunc })
}

// types returns the dynamic types that v, of an interface type, may have.
func (f *flow) types(v ssa.Value) flowSet { return f.typesOf(v, f.search()) }

// receivers returns what types does, and the types that stand for the type
// parameter that is the type of v. Which values they are is for the path to
// say: this is for whether their methods are called at all.
func (f *flow) receivers(v ssa.Value) flowSet {
	s := f.search()
	s.generic = true
	return f.typesOf(v, s)
}

func (f *flow) typesOf(v ssa.Value, s *search) flowSet {
	s.origin(v)
	set := s.set(func(v *lockset.Value) bool { return v.Op == lockset.OpIface })
	if !set.complete && len(set.vals) == 0 {
		iface, ok := v.Type().Underlying().(*types.Interface)
		if !ok {
			return set
		}
		set.vals = f.convertedTo(v.Type(), iface)
	}
	return set
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

func (s *search) set(keep func(*lockset.Value) bool) flowSet {
	out := flowSet{complete: s.complete}
	for _, v := range s.vals {
		if keep(v) && !slices.Contains(out.vals, v) {
			out.vals = append(out.vals, v)
		}
	}
	return out
}

// origin walks back from v.
func (s *search) origin(v ssa.Value) {
	if s.seen[v] {
		return
	}
	s.seen[v] = true
	a := s.f.a
	switch v := v.(type) {
	case *ssa.Const:
	case *ssa.Function:
		s.vals = append(s.vals, a.funcValue(v))
	case *ssa.MakeClosure:
		fn := v.Fn.(*ssa.Function)
		caps := make([]*lockset.Value, len(v.Bindings))
		for i := range caps {
			caps[i] = a.t.Unknown
		}
		s.vals = append(s.vals, a.closure(fn, caps))
	case *ssa.MakeInterface:
		s.vals = append(s.vals, a.makeIface(v.X.Type(), a.t.Unknown))
	case *ssa.ChangeInterface:
		s.origin(v.X)
	case *ssa.ChangeType:
		s.origin(v.X)
	case *ssa.TypeAssert:
		s.origin(v.X)
	case *ssa.Phi:
		for _, e := range v.Edges {
			s.origin(e)
		}
	case *ssa.Parameter:
		_, generic := types.Unalias(v.Type()).(*types.TypeParam)
		s.parameter(v, func(arg ssa.Value) {
			if generic && s.generic && !types.IsInterface(arg.Type()) {
				s.vals = append(s.vals, a.makeIface(arg.Type(), a.t.Unknown))
				return
			}
			s.origin(arg)
		})
	case *ssa.FreeVar:
		for _, b := range s.f.bindings(v) {
			s.origin(b)
		}
	case *ssa.UnOp:
		s.load(v.X)
	case *ssa.Field:
		s.field(fieldVarOf(v.X.Type(), v.Field))
	case *ssa.Lookup:
		s.elements(v.X)
	case *ssa.Index:
		s.elements(v.X)
	case *ssa.Extract:
		s.extract(v)
	case *ssa.Call:
		s.result(v, 0)
	default:
		s.complete = false
	}
}

func (s *search) extract(v *ssa.Extract) {
	switch t := v.Tuple.(type) {
	case *ssa.Lookup:
		s.elements(t.X)
	case *ssa.TypeAssert:
		s.origin(t.X)
	case *ssa.Call:
		s.result(t, v.Index)
	case *ssa.Next:
		if r, ok := t.Iter.(*ssa.Range); ok {
			s.elements(r.X)
		}
	case *ssa.UnOp:
		s.elements(t.X)
	default:
		s.complete = false
	}
}

// load walks back from what is at an address.
func (s *search) load(addr ssa.Value) {
	if s.seen[[1]ssa.Value{addr}] {
		return
	}
	s.seen[[1]ssa.Value{addr}] = true
	switch addr := addr.(type) {
	case *ssa.FieldAddr:
		s.field(fieldVarOf(addr.X.Type(), addr.Field))
	case *ssa.Global:
		vals := s.f.globals[addr]
		for _, v := range vals {
			s.origin(v)
		}
		if len(vals) == 0 || addr.Pkg != s.f.a.ssaPkg {
			s.complete = false
		}
	case *ssa.Alloc:
		s.stores(addr)
	case *ssa.FreeVar:
		for _, b := range s.f.bindings(addr) {
			s.load(b)
		}
	case *ssa.IndexAddr:
		s.elements(addr.X)
	default:
		s.complete = false
	}
}

// stores walks back from what is stored in a local variable, by its function
// and by the closures that capture it.
func (s *search) stores(v ssa.Value) {
	refs := v.Referrers()
	if refs == nil {
		return
	}
	for _, r := range *refs {
		switch r := r.(type) {
		case *ssa.Store:
			if r.Addr == v {
				s.origin(r.Val)
			}
		case *ssa.MakeClosure:
			fn := r.Fn.(*ssa.Function)
			for i, b := range r.Bindings {
				if b == v && i < len(fn.FreeVars) {
					s.stores(fn.FreeVars[i])
				}
			}
		}
	}
}

func (s *search) field(v *types.Var) {
	if s.seen[v] {
		return
	}
	s.seen[v] = true
	vals := s.f.fields[v]
	for _, val := range vals {
		s.origin(val)
	}
	if len(vals) == 0 {
		s.complete = false
	}
}

// parameter walks back to the arguments of the calls in the package.
func (s *search) parameter(p *ssa.Parameter, each func(ssa.Value)) {
	fn := p.Parent()
	i := slices.Index(fn.Params, p)
	calls := s.f.calls[fn]
	for _, c := range calls {
		if i < len(c.Args) {
			each(c.Args[i])
		}
	}
	if len(calls) == 0 || s.f.taken[fn] {
		s.complete = false
	}
}

// result walks back to what a call returns.
func (s *search) result(c *ssa.Call, i int) {
	if bi, ok := c.Call.Value.(*ssa.Builtin); ok {
		if bi.Name() == "append" {
			for _, a := range c.Call.Args {
				s.origin(a)
			}
		}
		return
	}
	fn := c.Call.StaticCallee()
	if fn == nil {
		s.complete = false
		return
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if len(fn.Blocks) == 0 {
		s.complete = false
		return
	}
	for _, b := range fn.Blocks {
		if r, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && i < len(r.Results) {
			s.origin(r.Results[i])
		}
	}
}

// elements walks back from the elements of a container.
func (s *search) elements(c ssa.Value) {
	key := [2]ssa.Value{c, c}
	if s.seen[key] {
		return
	}
	s.seen[key] = true
	if !s.container(s.f.containerKeys(c, nil), s.origin, s.elements) {
		s.complete = false
	}
}

// container walks back from the elements of a container that is known by keys:
// each is called for what is put there, and all for the containers of which all
// elements are. It reports whether there is any.
func (s *search) container(keys []any, each, all func(ssa.Value)) bool {
	found := false
	for _, k := range keys {
		for _, v := range s.f.elems[k] {
			found = true
			each(v)
		}
		for _, v := range s.f.copies[k] {
			found = true
			all(v)
		}
		switch k := k.(type) {
		case *types.Var:
			for _, v := range s.f.fields[k] {
				found = true
				all(v)
			}
		case *ssa.Global:
			for _, v := range s.f.globals[k] {
				found = true
				all(v)
			}
			if k.Object() != nil && k.Object().Exported() {
				s.complete = false
			}
		case *ssa.Alloc:
			for _, r := range *k.Referrers() {
				if st, ok := r.(*ssa.Store); ok && st.Addr == k {
					found = true
					all(st.Val)
				}
			}
		case *ssa.Parameter:
			s.parameter(k, func(arg ssa.Value) { found = true; all(arg) })
		case *ssa.Call:
			for _, a := range gathers(k) {
				found = true
				all(a)
			}
		case *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan, *ssa.Const:
			found = true
		case *ssa.Lookup:
			all(k.X)
		}
	}
	return found
}

// gathers returns the arguments of a call whose result has their elements.
func gathers(c *ssa.Call) []ssa.Value {
	if bi, ok := c.Call.Value.(*ssa.Builtin); ok {
		if bi.Name() == "append" {
			return c.Call.Args
		}
		return nil
	}
	fn := c.Call.StaticCallee()
	if fn == nil {
		return nil
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	name := fn.String()
	if orders[name] == keeps || orders[name] == sorted || gathered[name] {
		return c.Call.Args[:1]
	}
	return nil
}

// # Tables
//
// A package may have several tables of handlers, of one type. Where the path
// knows which of them a function comes from, only those in that table count.

// inTable returns the functions that v may be, which lies in an element of a
// variable of this package, or in a field of one; false if v is something else,
// or was put there in a way that is not followed.
func (f *flow) inTable(v *lockset.Value) (flowSet, bool) {
	el, field := v, ""
	if v.Op == lockset.OpField {
		el, field = v.Args[0], v.Aux
	}
	if el.Op != lockset.OpElem || el.Args[0].Op != lockset.OpGlobal {
		return flowSet{}, false
	}
	f.index()
	g := f.tables[el.Args[0]]
	if g == nil {
		return flowSet{}, false
	}
	s := f.search()
	followed := true
	each := s.origin
	if field != "" {
		each = func(v ssa.Value) { followed = s.fieldOf(v, field) && followed }
	}
	done := map[ssa.Value]bool{}
	var all func(c ssa.Value)
	walk := func(keys []any) {
		found := s.container(keys, each, all)
		for _, k := range keys {
			for _, c := range f.cells[k] {
				if field != "" && f.a.fieldName(c.field) == field {
					s.origin(c.val)
				}
				found = true
			}
		}
		followed = followed && found
	}
	all = func(c ssa.Value) {
		if !done[c] {
			done[c] = true
			walk(f.containerKeys(c, nil))
		}
	}
	walk([]any{g})
	return s.set(func(v *lockset.Value) bool { return v.Op == lockset.OpFunc }), followed
}

// fieldOf walks back from a field of an element that was made where it was put
// into its container. It reports whether it was.
func (s *search) fieldOf(v ssa.Value, field string) bool {
	if load, ok := v.(*ssa.UnOp); ok {
		v = load.X
	}
	alloc, ok := v.(*ssa.Alloc)
	if !ok {
		return false
	}
	for _, r := range *alloc.Referrers() {
		switch r := r.(type) {
		case *ssa.FieldAddr:
			if s.f.a.fieldName(fieldVarOf(r.X.Type(), r.Field)) != field {
				continue
			}
			for _, st := range *r.Referrers() {
				store, ok := st.(*ssa.Store)
				if !ok || store.Addr != r {
					return false
				}
				s.origin(store.Val)
			}
		case *ssa.UnOp, *ssa.MapUpdate, *ssa.DebugRef:
		case *ssa.Store:
			if r.Addr == alloc {
				return false
			}
		default:
			return false
		}
	}
	return true
}
