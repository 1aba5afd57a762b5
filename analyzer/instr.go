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

// fieldPlace returns the place that a FieldAddr is the address of.
func (x *exec) fieldPlace(s *state, instr *ssa.FieldAddr) *lockset.Value {
	st := structOf(instr.X.Type())
	f := st.Field(instr.Field)
	return x.t.Field(x.eval(s, instr.X), x.a.fieldName(f))
}

// container returns the value whose elements v[i] are: of a pointer to an
// array, what it points to is the pointer itself.
func (x *exec) container(s *state, v ssa.Value) *lockset.Value {
	c := x.eval(s, v)
	if c.Op == lockset.OpAddr {
		return c.Args[0]
	}
	return c
}

// read returns what place holds. typ, if given, types a zero value.
func (x *exec) read(s *state, place *lockset.Value, typ types.Type) *lockset.Value {
	v := x.lookup(s, place)
	if v.Op == lockset.OpZero && typ != nil {
		switch u := typ.Underlying().(type) {
		case *types.Basic:
			switch {
			case u.Info()&types.IsBoolean != 0:
				return x.t.Const("false")
			case u.Info()&types.IsString != 0:
				return x.t.Const(`""`)
			case u.Info()&types.IsNumeric != 0:
				return x.t.Const("0")
			}
		default:
			if isNillable(typ) {
				return x.t.Nil
			}
		}
	}
	return v
}

func (x *exec) lookup(s *state, place *lockset.Value) *lockset.Value {
	if lo, hi := s.memAt(place); hi-lo == 1 {
		return s.mem[lo].val
	} else if hi > lo {
		return place // several candidates: named by the place
	}
	switch place.Op {
	case lockset.OpField:
		base := place.Args[0]
		if lo, hi := s.memAt(base); hi-lo == 1 && !pointsTo(s.mem[lo].val) {
			return x.field(s, s.mem[lo].val, place.Aux)
		}
		whole := x.t.Deref(base)
		if lo, hi := s.memAt(whole); whole != base && hi-lo == 1 {
			return x.field(s, s.mem[lo].val, place.Aux)
		}
		if base.Op == lockset.OpField { // a struct in a struct
			if v := x.lookup(s, base); v != base && !pointsTo(v) {
				return x.field(s, v, place.Aux)
			}
		}
	case lockset.OpDeref:
		if v := x.wholeStruct(s, place); v != nil {
			return v
		}
	case lockset.OpElem:
		if isConst(place.Args[1]) && x.fresh(s, place) && !x.varying(s, place.Args[0]) {
			return x.element(s, place)
		}
		return place
	}
	if x.fresh(s, place) {
		return x.t.Zero
	}
	return place
}

// element returns what an element holds that was not written to by itself: that
// of the whole array, if one was stored, or of the struct around it; else zero.
func (x *exec) element(s *state, place *lockset.Value) *lockset.Value {
	whole := place.Args[0]
	if whole.Op == lockset.OpAlloc {
		whole = x.t.Deref(whole) // elements hang on the pointer
	}
	array := x.lookup(s, whole)
	switch {
	case array.Op == lockset.OpZero:
		return array
	case array == whole:
		return place // several may have been stored
	}
	return x.lookup(s, x.t.Elem(array, place.Args[1]))
}

// field returns field name of the struct value v, which may itself be a place.
func (x *exec) field(s *state, v *lockset.Value, name string) *lockset.Value {
	f := x.t.Field(v, name)
	if f.Op == lockset.OpField && v.Spelled(name) == nil {
		if lo, hi := s.memAt(f); hi-lo == 1 {
			return s.mem[lo].val
		}
	}
	return f
}

// pointsTo reports whether v is a pointer, and so no struct. A place that has
// come to hold one held another pointer before: that one is what its fields lie in.
func pointsTo(v *lockset.Value) bool {
	return v.Op == lockset.OpNil || v.Op == lockset.OpAddr || v.Op == lockset.OpAlloc
}

// wholeStruct returns the struct at a place whose fields were set one by one,
// or nil if none was.
func (x *exec) wholeStruct(s *state, place *lockset.Value) *lockset.Value {
	ptr := place.Args[0]
	var names []string
	var vals []*lockset.Value
	for _, m := range s.mem {
		if m.place.Op == lockset.OpField && m.place.Args[0] == ptr {
			names = append(names, m.place.Aux)
			vals = append(vals, m.val)
		}
	}
	if names == nil {
		return nil
	}
	base := place
	if x.fresh(s, place) {
		base = x.t.Zero
	}
	return x.t.Struct(base, names, vals)
}

// fresh reports whether place lies in an object that this function made and
// that nobody else has been given: what was not written to it is zero.
func (x *exec) fresh(s *state, place *lockset.Value) bool {
	root := place
	for root.Op == lockset.OpField || root.Op == lockset.OpDeref || root.Op == lockset.OpElem || root.Op == lockset.OpPrev {
		root = root.Args[0]
	}
	if root.Op != lockset.OpAlloc {
		return false
	}
	for _, h := range s.handed {
		if h == root {
			return false
		}
	}
	return true
}

// varying reports whether elements of container were stored at indices that are not constant.
func (x *exec) varying(s *state, container *lockset.Value) bool {
	for _, m := range s.mem {
		if m.place.Op == lockset.OpElem && m.place.Args[0] == container && !isConst(m.place.Args[1]) {
			return true
		}
	}
	return false
}

func isConst(v *lockset.Value) bool { return v.Op == lockset.OpConst }

// write stores val at place.
func (x *exec) write(s *state, place, val *lockset.Value, typ types.Type) {
	if place.Op == lockset.OpUnknown {
		return
	}
	if place.Op == lockset.OpElem {
		x.store(s, place, val)
		return
	}
	x.keepCopies(s, place, typ)
	if val.Op == lockset.OpSite && isArithmetic(typ) {
		val = x.t.Unknown // no lock depends on it
		x.a.arith[place] = true
	}
	s.regained(place, val)
	s.put(place, val)
}

// keepCopies is called before a write to place. A struct that was read from
// there, or from around it, is named by the place, and stays what it was: from
// here on it is named by its fields. typ is nil if the type is not known.
func (x *exec) keepCopies(s *state, place *lockset.Value, typ types.Type) {
	if !isPlace(place) {
		return
	}
	touches := func(v *lockset.Value) bool {
		from := v.Original()
		return isPlace(from) && (place == from || inside(place, hangsOn(from)))
	}
	for i, e := range s.env {
		if st := x.code.copies[e.n]; st != nil && touches(e.val) {
			s.ownEnv()
			s.env[i].val = x.spelled(s, e.val, st)
		}
	}
	var whole *types.Struct
	if typ != nil {
		whole, _ = typ.Underlying().(*types.Struct)
	}
	for i, m := range s.mem {
		st := x.variableStruct(m.place)
		switch {
		case st != nil && touches(m.val):
			s.ownMem()
			s.mem[i].val = x.spelled(s, m.val, st)
		case whole != nil && m.val.Original() == place && m.place != place && m.place.Op != lockset.OpElem:
			s.ownMem()
			s.mem[i].val = x.spelled(s, m.val, whole)
		}
	}
}

// variableStruct returns the type of the struct that place is, if it is a
// variable of the function.
func (x *exec) variableStruct(place *lockset.Value) *types.Struct {
	if place.Op != lockset.OpDeref || place.Args[0].Op != lockset.OpAlloc {
		return nil
	}
	return x.code.structs[place.Args[0].N]
}

// hangsOn is what the fields of a struct at place are fields of.
func hangsOn(place *lockset.Value) *lockset.Value {
	if place.Op == lockset.OpDeref {
		return place.Args[0]
	}
	return place
}

// spelled returns the struct v, of type st, by its fields.
func (x *exec) spelled(s *state, v *lockset.Value, st *types.Struct) *lockset.Value {
	var names []string
	var vals []*lockset.Value
	for f := range st.Fields() {
		name := x.a.fieldName(f)
		val := x.fieldValue(s, v, name)
		if inner, ok := f.Type().Underlying().(*types.Struct); ok && isPlace(val) {
			val = x.spelled(s, val, inner)
		}
		names, vals = append(names, name), append(vals, val)
	}
	return x.t.Struct(x.t.Zero, names, vals)
}

// store puts val into an element of a container. Unless the index is a
// constant, it is there beside what was there before.
func (x *exec) store(s *state, place, val *lockset.Value) {
	if place.Op != lockset.OpElem {
		x.handOver(s, val) // to a container that is not known
		return
	}
	s.facts = s.facts.Unsort(place.Args[0])
	if isConst(place.Args[1]) {
		s.put(place, val)
	} else {
		s.add(place, val)
	}
	if len(s.mem) >= maxMemory {
		s.blur(x.t, place.Args[0])
	}
}

// fillsNil makes a new container that is put where the function found nil the
// same as one that it could have found there: if m == nil { m = make(...) }.
// What is put into m then lies in one container, whichever way was gone.
func (x *exec) fillsNil(s *state, place *lockset.Value, val ssa.Value) bool {
	switch val.(type) {
	case *ssa.MakeMap, *ssa.MakeSlice:
	default:
		return false
	}
	found := x.lookup(s, place)
	if found.Op == lockset.OpNil || !found.Rooted() && found.Op != lockset.OpGlobal || !x.t.IsNil(s.facts, found) {
		return false
	}
	isNil := x.t.Equal(found, x.t.Nil)
	s.facts = s.facts.Keep(func(f lockset.Fact) bool { return f.Cond != isNil })
	s.set(x.code.num[val], found)
	return true
}

// elements returns what is known to lie in a container; in a part of one, what
// lies in the whole.
func (x *exec) elements(s *state, container *lockset.Value) []*lockset.Value {
	var out []*lockset.Value
	if container.Op == lockset.OpSum && (container.Aux == "from" || container.Aux == "upto") {
		out = x.elements(s, container.Args[0])
	}
	for _, m := range s.mem {
		if m.place.Op == lockset.OpElem && m.place.Args[0] == container {
			out = append(out, m.val)
		}
	}
	return out
}

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
