package analyzer

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// step runs one instruction on s, which it owns, and returns the states after
// it, which are valid until the next step. Control transfers pass their states
// on and return none.
func (x *exec) step(b *ssa.BasicBlock, instr ssa.Instruction, s *state) []*state {
	if v, ok := instr.(ssa.Value); ok {
		x.redefine(b, s, x.code.num[v], nil)
	}
	if x.code.recovers && panicsItself(instr) && !x.entryOnly(s) {
		x.mayPanic(s)
	}
	switch instr := instr.(type) {
	case *ssa.Alloc:
		if place := x.t.Deref(x.eval(s, instr)); place.IsWayOut() {
			s.put(place, x.t.Const("0")) // said, so that all paths say something
		}
	case *ssa.FieldAddr:
		x.bind(s, instr, x.t.Addr(x.fieldPlace(s, instr)))
	case *ssa.Field:
		st := structOf(instr.X.Type())
		f := st.Field(instr.Field)
		x.bind(s, instr, x.t.Field(x.eval(s, instr.X), x.a.fieldName(f)))
	case *ssa.IndexAddr:
		x.bind(s, instr, x.t.Addr(x.t.Elem(x.container(s, instr.X), x.eval(s, instr.Index))))
	case *ssa.Index:
		x.bind(s, instr, x.read(s, x.t.Elem(x.container(s, instr.X), x.eval(s, instr.Index)), instr.Type()))
	case *ssa.Lookup:
		v := x.read(s, x.t.Elem(x.eval(s, instr.X), x.eval(s, instr.Index)), nil)
		if instr.CommaOk {
			v = x.t.Tuple(v, x.t.Site(x.code.num[instr], "ok"))
		}
		x.bind(s, instr, v)
	case *ssa.UnOp:
		return x.unop(s, instr)
	case *ssa.BinOp:
		x.binop(s, b, instr)
	case *ssa.Store:
		place, v := x.t.Deref(x.eval(s, instr.Addr)), x.eval(s, instr.Val)
		if x.fillsNil(s, place, instr.Val) {
			break
		}
		x.write(s, place, v, instr.Val.Type())
		if place.Op != lockset.OpDeref { // not a variable of this function
			x.escape(s, callSite{instr: instr, pos: instr.Pos()}, v)
		}
	case *ssa.MapUpdate:
		v := x.eval(s, instr.Value)
		x.store(s, x.t.Elem(x.eval(s, instr.Map), x.eval(s, instr.Key)), v)
		x.escape(s, callSite{instr: instr, pos: instr.Pos()}, v)
	case *ssa.Send:
		ch := x.eval(s, instr.Chan)
		v := x.eval(s, instr.X)
		x.store(s, x.t.Elem(ch, x.t.Nil), v)
		x.handOver(s, v)
	case *ssa.Slice:
		x.slice(s, instr)
	case *ssa.ChangeType:
		x.bind(s, instr, x.eval(s, instr.X))
	case *ssa.ChangeInterface:
		x.bind(s, instr, x.eval(s, instr.X))
	case *ssa.Convert:
		if sameKind(instr.X.Type(), instr.Type()) {
			x.bind(s, instr, x.eval(s, instr.X))
		}
	case *ssa.MakeInterface:
		x.bind(s, instr, x.a.makeIface(instr.X.Type(), x.eval(s, instr.X)))
	case *ssa.TypeAssert:
		x.typeAssert(s, instr)
	case *ssa.MakeClosure:
		var caps []*lockset.Value
		for _, v := range instr.Bindings {
			caps = append(caps, x.eval(s, v))
		}
		x.bind(s, instr, x.a.closure(instr.Fn.(*ssa.Function), caps))
	case *ssa.Extract:
		t := x.eval(s, instr.Tuple)
		if t.Op == lockset.OpTuple && instr.Index < len(t.Args) {
			x.bind(s, instr, t.Args[instr.Index])
		} else {
			x.bind(s, instr, x.t.Site(x.code.num[instr.Tuple], "r"+itoa(instr.Index)))
		}
	case *ssa.Range:
		x.bind(s, instr, x.t.Sum("range", x.eval(s, instr.X)))
	case *ssa.Next:
		x.next1(s, instr)
	case *ssa.Select:
		return x.selects(s, instr)
	case *ssa.Call:
		return x.call(s, instr)
	case *ssa.Defer:
		return x.deferCall(s, instr)
	case *ssa.Go:
		x.spawn(s, instr)
	case *ssa.RunDefers:
		return x.runDefers(s)
	case *ssa.If:
		x.branch(b, s, instr)
		return nil
	case *ssa.Jump:
		x.edge(b, b.Succs[0], s)
		return nil
	case *ssa.Return:
		x.returns(s, instr)
		return nil
	case *ssa.Panic:
		x.panics1(s)
		return nil
	}
	x.only[0] = s
	return x.only[:1:1]
}

// panicsItself reports whether an instruction panics on some values: an index
// that is out of range, say, or another type than was asserted. That a pointer
// is nil, or that a loop counts too far, is not expected of any.
func panicsItself(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.IndexAddr:
		return !counted(instr.X, instr.Index)
	case *ssa.Index:
		return !counted(instr.X, instr.Index)
	case *ssa.TypeAssert:
		return !instr.CommaOk
	case *ssa.BinOp:
		return (instr.Op == token.QUO || instr.Op == token.REM) && isInteger(instr.Type()) && !isNonZeroConst(instr.Y)
	}
	return false
}

// counted reports whether an index is a constant one of an array, or is counted
// up or down by a loop.
func counted(x, index ssa.Value) bool {
	if step, ok := index.(*ssa.BinOp); ok {
		index = step.X
	}
	switch index.(type) {
	case *ssa.Phi:
		return true
	case *ssa.Const:
		_, array := deref(x.Type()).Underlying().(*types.Array)
		return array
	}
	return false
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

func isNonZeroConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok && !isZeroConst(v)
}

// pointsTo reports whether v is a pointer, and so no struct. A place that has
// come to hold one held another pointer before: that one is what its fields lie in.
func pointsTo(v *lockset.Value) bool {
	return v.Op == lockset.OpNil || v.Op == lockset.OpAddr || v.Op == lockset.OpAlloc
}

func isConst(v *lockset.Value) bool { return v.Op == lockset.OpConst }

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

func isArithmetic(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

// sameKind reports whether a conversion keeps the value: between string types and
// from one to bytes, between integer types, or from a pointer to its address.
func sameKind(a, b types.Type) bool {
	if isUnsafe(a) || isUnsafe(b) {
		return true
	}
	ab, ok1 := a.Underlying().(*types.Basic)
	bb, ok2 := b.Underlying().(*types.Basic)
	if to, ok := b.Underlying().(*types.Slice); ok && ok1 && ab.Info()&types.IsString != 0 {
		e, ok := to.Elem().Underlying().(*types.Basic)
		return ok && e.Kind() == types.Byte
	}
	return ok1 && ok2 && (ab.Info()&types.IsString != 0 && bb.Info()&types.IsString != 0 ||
		ab.Info()&types.IsInteger != 0 && bb.Info()&types.IsInteger != 0)
}

func isUnsafe(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.UnsafePointer
}

func (x *exec) unop(s *state, instr *ssa.UnOp) []*state {
	v := x.eval(s, instr.X)
	switch instr.Op {
	case token.MUL:
		val := x.read(s, x.t.Deref(v), instr.Type())
		if isStruct(instr.Type()) {
			val = x.t.Whole(val)
		}
		if _, ok := instr.Type().Underlying().(*types.Array); ok {
			s.facts = s.facts.Unsort(val)
			x.keepOrder(s, x.container(s, instr.X), val)
		}
		if val.Op == lockset.OpGlobal && isError(instr.Type()) {
			// Sentinel errors are made once and never nil.
			s.facts, _ = x.t.Assume(s.facts, x.t.Equal(val, x.t.Nil), false)
		}
		x.bind(s, instr, val)
	case token.NOT:
		x.bind(s, instr, x.t.Not(v))
	case token.ARROW:
		got := x.t.Elem(v, x.t.Site(x.code.num[instr], "turn"))
		if els := x.elements(s, v); len(els) == 1 {
			got = els[0]
		}
		if instr.CommaOk {
			got = x.t.Tuple(got, x.t.Site(x.code.num[instr], "ok"))
		}
		x.bind(s, instr, got)
		return x.join(s, v, instr.Pos())
	}
	return []*state{s}
}

func (x *exec) binop(s *state, b *ssa.BasicBlock, instr *ssa.BinOp) {
	l, r := x.eval(s, instr.X), x.eval(s, instr.Y)
	var v *lockset.Value
	switch instr.Op {
	case token.EQL:
		v = x.t.Equal(l, r)
	case token.NEQ:
		v = x.t.Not(x.t.Equal(l, r))
	case token.LSS:
		v = x.less(l, r)
	case token.GTR:
		v = x.less(r, l)
	case token.LEQ:
		v = x.t.Not(x.less(r, l))
	case token.GEQ:
		v = x.t.Not(x.less(l, r))
	case token.SUB:
		if l.Op == lockset.OpLen && isConst(r) && r.Aux == "1" {
			v = x.t.Sum(lastIndex, l.Args[0])
		}
	case token.AND:
		v = x.t.And(l, r)
	case token.ADD:
		switch {
		case l.Op == lockset.OpConst && l.Aux == "-1" && r.Op == lockset.OpConst && r.Aux == "1":
			v = x.t.Const("0") // the first turn of a range loop
		case !x.code.cyclic[b.Index] && !isArithmetic(instr.Type()):
			v = x.t.Sum("+", l, r)
		}
	}
	if v != nil {
		x.bind(s, instr, v)
		if c := v; c.Op == lockset.OpCmp || c.Op == lockset.OpNot {
			for c.Op == lockset.OpNot {
				c = c.Args[0]
			}
			if _, ok := x.a.comparedAt[c]; !ok {
				x.a.comparedAt[c] = instr.Pos()
			}
		}
	}
}

// lastIndex is the index of the last element of a container: one less than its length.
const lastIndex = "last"

// less returns a < b. There is a last element if there is any.
func (x *exec) less(a, b *lockset.Value) *lockset.Value {
	if a.Op == lockset.OpSum && a.Aux == lastIndex && isConst(b) && b.Aux == "0" {
		return x.t.Not(x.t.Less(b, x.t.Len(a.Args[0])))
	}
	return x.t.Less(a, b)
}

func (x *exec) slice(s *state, instr *ssa.Slice) {
	v := x.container(s, instr.X)
	low := instr.Low == nil || isZeroConst(instr.Low)
	switch {
	case low && instr.High == nil, low && isZeroConst(instr.High):
		x.bind(s, instr, v) // the same elements, or none: an array that is used again
		return
	case low && v.Op == lockset.OpSum && v.Aux == "upto":
		v = v.Args[0] // once more, as in a loop that takes the last off
	}
	part := x.t.Sum("upto", v)
	if !low {
		part = x.t.Sum("from", v, x.eval(s, instr.Low))
	}
	x.keepOrder(s, v, part)
	for _, e := range x.elements(s, v) {
		s.add(x.t.Elem(part, x.t.Nil), e)
	}
	x.bind(s, instr, part)
}

// keepOrder notes that part, which is all of a container or some of it, is
// sorted as the container is.
func (x *exec) keepOrder(s *state, container, part *lockset.Value) {
	if by, ok := s.facts.SortedBy(container); ok {
		s.facts, _ = x.t.Assume(s.facts, x.t.Sorted(part, by), true)
	}
}

func isZeroConst(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.Int && constant.Sign(c.Value) == 0
}

func (x *exec) typeAssert(s *state, instr *ssa.TypeAssert) {
	v := x.eval(s, instr.X)
	iface, key := types.IsInterface(instr.AssertedType), typeKey(instr.AssertedType)
	res, ok := v, x.t.Sum("is:"+key, v)
	if !iface && isClosed(instr.AssertedType) {
		ok = x.t.Equal(x.t.Type(v), x.t.Const(key))
	}
	switch {
	case v.Op == lockset.OpIface && v.Aux != "" && !iface:
		res = v.Args[0]
		if v.Aux != key {
			res = x.t.Zero
		}
	case !iface:
		res = x.t.Sum("as:"+key, v)
		if isReference(instr.AssertedType) {
			res = v
		}
	}
	if instr.CommaOk {
		res = x.t.Tuple(res, ok)
	}
	x.bind(s, instr, res)
}

// next1 takes the next element of a map or string. On the first turn "there is
// one" is "it is not empty".
func (x *exec) next1(s *state, instr *ssa.Next) {
	n := x.code.num[instr]
	ok := x.t.Site(n, "ok")
	it := x.eval(s, instr.Iter)
	if it.Op != lockset.OpSum || len(it.Args) != 1 || instr.IsString {
		x.bind(s, instr, x.t.Tuple(ok, x.t.Site(n, "k"), x.t.Site(n, "v")))
		return
	}
	m := it.Args[0]
	if it.Aux == "range" {
		ok = x.t.Less(x.t.Const("0"), x.t.Len(m))
		s.set(x.code.num[instr.Iter], x.t.Sum("ranged", m))
	}
	key := x.t.Elem(x.t.Sum("keys", m), x.t.Site(n, "k"))
	x.bind(s, instr, x.t.Tuple(ok, key, x.lookup(s, x.t.Elem(m, key))))
}

// selects runs a select statement: each of its cases may be the one.
func (x *exec) selects(s *state, instr *ssa.Select) []*state {
	n := x.code.num[instr]
	var out []*state
	for i, st := range instr.States {
		c := s.clone()
		ch := x.eval(c, st.Chan)
		vals := []*lockset.Value{x.t.Const(itoa(i)), x.t.Site(n, "ok")}
		for j, o := range instr.States {
			if o.Dir == types.RecvOnly {
				vals = append(vals, x.t.Site(n, "recv"+itoa(j)))
			}
		}
		if st.Dir == types.SendOnly {
			v := x.eval(c, st.Send)
			x.store(c, x.t.Elem(ch, x.t.Nil), v)
			x.handOver(c, v)
		}
		x.bind(c, instr, x.t.Tuple(vals...))
		if st.Dir == types.RecvOnly {
			x.joinAt(c, callSite{pos: st.Pos}, ch, waitOf(instr))
		}
		out = append(out, c)
	}
	if !instr.Blocking {
		vals := []*lockset.Value{x.t.Const("-1"), x.t.Site(n, "ok")}
		for j, o := range instr.States {
			if o.Dir == types.RecvOnly {
				vals = append(vals, x.t.Site(n, "recv"+itoa(j)))
			}
		}
		x.bind(s, instr, x.t.Tuple(vals...))
		out = append(out, s)
	}
	return out
}

// waitOf tells how a select statement waits in one of its cases.
func waitOf(instr *ssa.Select) waiting {
	switch {
	case !instr.Blocking:
		return noWait
	case len(instr.States) > 1:
		return mayLeave
	}
	return mustWait
}
