package analyzer

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// unordered is the path of a slice that is sorted by something that is not a
// field of its elements: by no key. One that is sorted descending is in no order
// at all, whatever the key.
const (
	unordered  = "?"
	descending = "-"
)

// reversing marks a sort.Interface that sort.Reverse returned.
const reversing = "reverse"

// order runs a call that sorts, keeps or disturbs the order of a slice, or
// compares.
func (x *exec) order(s *state, cs callSite, c callee, op orderOp) {
	if len(c.args) == 0 {
		return
	}
	v := c.args[0]
	sortedBy := func(v *lockset.Value, path string) {
		x.shuffle(s, v)
		s.facts = s.facts.Unsort(v)
		if path == descending {
			return
		}
		cond := x.t.Sorted(v, path)
		x.a.sortedAt[cond] = cs.pos
		s.facts, _ = x.t.Assume(s.facts, cond, true)
	}
	result := x.t.Site(x.siteNumber(cs), "")
	switch op {
	case sorts:
		sortedBy(v, "")
	case sortsFunc:
		sortedBy(v, x.a.sortPath(c.args[1], false))
	case sortsIndex:
		if v.Op == lockset.OpIface {
			v = v.Args[0]
		}
		sortedBy(v, x.a.sortPath(c.args[1], true))
	case reverses:
		if cs.result != nil {
			x.bind(s, cs.result, x.t.Sum(reversing, v))
		}
	case sortsIface:
		if v.Op == lockset.OpIface {
			sortedBy(v.Args[0], x.ifacePath(v))
		} else if v.Op == lockset.OpSum && v.Aux == reversing && v.Args[0].Op == lockset.OpIface {
			sortedBy(v.Args[0].Args[0], descending)
		}
	case sorted:
		sortedBy(result, "")
	case sortedFunc:
		sortedBy(result, x.a.sortPath(c.args[1], false))
	case keeps:
		if by, ok := s.facts.SortedBy(v); ok {
			sortedBy(result, by)
		}
		if els := x.elements(s, v); len(els) > 0 {
			for _, e := range els {
				s.add(x.t.Elem(result, x.t.Nil), e)
			}
		}
	case disturbs:
		x.shuffle(s, v)
		s.facts = s.facts.Unsort(v)
	case isSorted:
		if cs.result != nil {
			x.a.sortedAt[x.t.Sorted(v, "")] = cs.pos
			x.bind(s, cs.result, x.t.Sorted(v, ""))
		}
	case compares:
		if cs.result != nil && len(c.args) == 2 {
			v := x.t.Compare(c.args[0], c.args[1])
			x.bind(s, cs.result, v)
		}
	case isLess:
		if cs.result != nil && len(c.args) == 2 {
			x.bind(s, cs.result, x.t.Less(c.args[0], c.args[1]))
		}
	}
}

// shuffle forgets which element of a container has which index.
func (x *exec) shuffle(s *state, container *lockset.Value) {
	for _, m := range s.sharedMem() {
		if m.place.Op == lockset.OpElem && m.place.Args[0] == container && isConst(m.place.Args[1]) {
			s.deleteMem(func(o memEntry) bool { return o == m })
			s.add(x.t.Elem(container, x.t.Nil), m.val)
		}
	}
}

// sortPath returns the path, below an element, that a comparison function
// sorts by: "" for the element itself, "User" for a field.
func (a *unit) sortPath(fn *lockset.Value, byIndex bool) string {
	if fn.Op != lockset.OpFunc {
		return unordered
	}
	switch fn.Aux {
	case "strings.Compare", "cmp.Compare":
		return ""
	}
	f := a.local[fn.Aux]
	if f == nil {
		return unordered
	}
	return a.lessPath(f, byIndex)
}

// ifacePath returns the path that a sort.Interface sorts by.
func (x *exec) ifacePath(v *lockset.Value) string {
	if sortSlices[v.Aux] {
		return ""
	}
	if t, ok := x.a.methodOf(v, "Less", []*lockset.Value{x.t.Unknown, x.t.Unknown}); ok && t.fn != nil {
		return x.a.lessPath(t.fn, true)
	}
	return unordered
}

// delegated returns the path that a comparison function sorts by which leaves
// the comparison of the same path below its parameters to another function.
func (a *unit) delegated(f *ssa.Function, path string, depth int) string {
	if o := f.Origin(); o != nil {
		f = o
	}
	below := a.lessBy(f, false, depth)
	switch {
	case below == unordered || below == descending || path == "":
		return below
	case below == "":
		return path
	}
	return path + "." + below
}

// lessPath reads a comparison function: the first comparison that it makes of
// the same path below its two last parameters (or below the elements that
// these are the indices of) is the one that it sorts by; what follows breaks
// ties. A comparison the other way round sorts descending.
func (a *unit) lessPath(f *ssa.Function, byIndex bool) string {
	return a.lessBy(f, byIndex, maxDelegated)
}

// maxDelegated is how many functions a comparison is followed through: those that
// it is left to, and those that return a field.
const maxDelegated = 3

func (a *unit) lessBy(f *ssa.Function, byIndex bool, depth int) string {
	n := len(f.Params)
	if n < 2 || depth == 0 {
		return unordered
	}
	p, q := f.Params[n-2], f.Params[n-1]
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			var l, r ssa.Value
			var by *ssa.Function
			swap := false
			switch instr := instr.(type) {
			case *ssa.BinOp:
				switch instr.Op {
				case token.LSS, token.LEQ:
				case token.EQL, token.NEQ: // a tie: the comparison follows
					continue
				case token.GTR, token.GEQ:
					swap = true
				case token.SUB: // a.id - b.id
					if !isReturned(instr) {
						continue
					}
				default:
					continue
				}
				l, r = instr.X, instr.Y
			case *ssa.Call:
				fn := instr.Call.StaticCallee()
				if fn == nil || len(instr.Call.Args) != 2 {
					continue
				}
				name := fn.String()
				if o := fn.Origin(); o != nil {
					name = o.String()
				}
				if op := orders[name]; op != compares && op != isLess {
					if by = fn; len(fn.Blocks) == 0 && (fn.Origin() == nil || len(fn.Origin().Blocks) == 0) {
						continue
					}
				}
				l, r = instr.Call.Args[0], instr.Call.Args[1]
			default:
				continue
			}
			lp, lr := comparedPath(l, byIndex, depth)
			rp, rr := comparedPath(r, byIndex, depth)
			if swap {
				lp, lr, rp, rr = rp, rr, lp, lr
			}
			inOrder, same := lr == p && rr == q, lp == rp && lp != unordered
			switch {
			case same && by != nil && inOrder:
				return a.delegated(by, lp, depth-1)
			case same && by == nil && inOrder:
				return lp
			case same && by == nil && lr == q && rr == p:
				return descending
			case lr != nil || rr != nil:
				return unordered
			}
		}
	}
	return unordered
}

// isReturned reports whether a number is what its function returns, and no more.
func isReturned(v ssa.Value) bool {
	refs := v.Referrers()
	if refs == nil || len(*refs) != 1 {
		return false
	}
	switch r := (*refs)[0].(type) {
	case *ssa.Return:
		return true
	case *ssa.Convert:
		return isReturned(r)
	}
	return false
}

// comparedPath splits what a comparison looks at: the path below a parameter.
func comparedPath(v ssa.Value, byIndex bool, depth int) (string, *ssa.Parameter) {
	var fields []string
	for range 20 {
		switch u := v.(type) {
		case *ssa.Parameter:
			if byIndex {
				return unordered, u
			}
			return strings.Join(reversed(fields), "."), u
		case *ssa.Field:
			fields = append(fields, fieldVarOf(u.X.Type(), u.Field).Name())
			v = u.X
		case *ssa.FieldAddr:
			fields = append(fields, structField(u.X.Type(), u.Field).Name())
			v = u.X
		case *ssa.UnOp:
			v = u.X
		case *ssa.ChangeType:
			v = u.X
		case *ssa.IndexAddr:
			if p, ok := u.Index.(*ssa.Parameter); ok && byIndex {
				return strings.Join(reversed(fields), "."), p
			}
			return unordered, nil
		case *ssa.Alloc: // a parameter whose address is taken for its fields
			val := onlyStore(u)
			if val == nil {
				return unordered, nil
			}
			v = val
		case *ssa.Convert:
			if !sameKind(u.X.Type(), u.Type()) {
				return unordered, nil
			}
			v = u.X
		case *ssa.Call: // a function of the key is not the key
			if path, arg := getter(u, depth-1); arg != nil {
				fields = append(fields, path...)
				v = arg
				continue
			}
			for _, arg := range u.Call.Args {
				if _, p := comparedPath(arg, byIndex, depth); p != nil {
					return unordered, p
				}
			}
			return unordered, nil
		default:
			return unordered, nil
		}
	}
	return unordered, nil
}

// getter returns the field, the innermost first, that a call reads of its one
// argument, if it does no more; arg is nil if it does.
func getter(call *ssa.Call, depth int) (path []string, arg ssa.Value) {
	fn := call.Call.StaticCallee()
	if fn == nil || len(call.Call.Args) != 1 || len(fn.Blocks) != 1 || depth <= 0 {
		return nil, nil
	}
	ret, ok := fn.Blocks[0].Instrs[len(fn.Blocks[0].Instrs)-1].(*ssa.Return)
	if !ok || len(ret.Results) != 1 {
		return nil, nil
	}
	read, p := comparedPath(ret.Results[0], false, depth)
	if p == nil || read == unordered {
		return nil, nil
	}
	if read == "" {
		return nil, call.Call.Args[0]
	}
	return reversed(strings.Split(read, ".")), call.Call.Args[0]
}

// onlyStore returns the one value that is stored in a local variable.
func onlyStore(al *ssa.Alloc) ssa.Value {
	var val ssa.Value
	for _, r := range *al.Referrers() {
		if st, ok := r.(*ssa.Store); ok && st.Addr == al {
			if val != nil {
				return nil
			}
			val = st.Val
		}
	}
	return val
}

func reversed(s []string) []string {
	out := make([]string, len(s))
	for i, v := range s {
		out[len(s)-1-i] = v
	}
	return out
}
