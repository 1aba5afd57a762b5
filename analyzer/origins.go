package analyzer

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

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
