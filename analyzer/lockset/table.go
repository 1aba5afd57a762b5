package lockset

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// A Table interns values. It is not safe for concurrent use.
//
// Nearly all that the analysis does with values is to make them, and nearly all
// of them exist already, so that this is a hash table of its own: the values are
// chained from buckets, and to find one compares pointers and no copy of a key.
type Table struct {
	buckets []*Value // as many as a power of two
	seed    maphash.Seed
	all     []*Value
	Unknown *Value
	Nil     *Value
	Zero    *Value
}

// NewTable returns an empty table.
func NewTable() *Table {
	t := &Table{buckets: make([]*Value, 256), seed: maphash.MakeSeed()}
	t.Unknown = t.intern(OpUnknown, "", 0)
	t.Nil = t.intern(OpNil, "", 0)
	t.Zero = t.intern(OpZero, "", 0)
	return t
}

func (t *Table) intern(op Op, aux string, n int, args ...*Value) *Value {
	hash := t.hash(op, aux, n, args)
	for v := t.buckets[hash&uint64(len(t.buckets)-1)]; v != nil; v = v.next {
		if v.hash == hash && v.Op == op && v.N == n && v.Aux == aux && slices.Equal(v.Args, args) {
			return v
		}
	}
	deep, made := 0, uint64(0)
	if op == OpSite || op == OpAlloc {
		made = bitOf(n)
	}
	for _, a := range args {
		deep, made = max(deep, a.deep), made|a.made
	}
	if deep >= MaxDepth {
		return t.Unknown
	}
	if len(t.all) >= len(t.buckets) {
		t.grow()
	}
	v := &Value{Op: op, Aux: aux, N: n, Args: slices.Clone(args), id: len(t.all), deep: deep + 1, made: made, hash: hash}
	b := &t.buckets[hash&uint64(len(t.buckets)-1)]
	v.next, *b = *b, v
	t.all = append(t.all, v)
	return v
}

// hash mixes what makes a value. The seed differs from run to run, and nothing
// depends on where in the table a value is.
func (t *Table) hash(op Op, aux string, n int, args []*Value) uint64 {
	const mix = 0x9e3779b97f4a7c15 // the golden ratio in 64 bits
	h := (uint64(op)<<32 ^ uint64(n)) * mix
	if aux != "" {
		h ^= maphash.String(t.seed, aux)
	}
	for _, a := range args {
		h = (bits.RotateLeft64(h, 23) ^ uint64(a.id+1)) * mix
	}
	return h ^ h>>29
}

func (t *Table) grow() {
	t.buckets = make([]*Value, 2*len(t.buckets))
	for _, v := range t.all {
		b := &t.buckets[v.hash&uint64(len(t.buckets)-1)]
		v.next, *b = *b, v
	}
}

// Const returns a constant by its exact text.
func (t *Table) Const(exact string) *Value { return t.intern(OpConst, exact, 0) }

// Param returns parameter i, counted with the receiver first.
func (t *Table) Param(i int) *Value { return t.intern(OpParam, "", i) }

// Free returns captured variable i of a closure.
func (t *Table) Free(i int) *Value { return t.intern(OpFree, "", i) }

// Global returns the place of a package variable.
func (t *Table) Global(key string) *Value { return t.intern(OpGlobal, key, 0) }

// Site returns the product aux of instruction n.
func (t *Table) Site(n int, aux string) *Value { return t.intern(OpSite, aux, n) }

// Alloc returns the address of what instruction n allocated.
func (t *Table) Alloc(n int) *Value { return t.intern(OpAlloc, "", n) }

// Named returns v, an allocated or captured variable, under a name of its own.
func (t *Table) Named(v *Value, name string) *Value { return t.intern(v.Op, name, v.N) }

// WayOut returns v, an allocated or captured variable, as the one that says how
// the body of a range-over-func loop was left. Go's own SSA form has one for
// each such loop; its value decides where the function goes on.
func (t *Table) WayOut(v *Value) *Value { return t.intern(v.Op, wayOut, v.N) }

// Fresh returns an object of a callee's exit, by its role there.
func (t *Table) Fresh(role string) *Value { return t.intern(OpFresh, role, 0) }

// Recover returns the result of recover.
func (t *Table) Recover() *Value { return t.intern(OpRecover, "", 0) }

// Func returns a function value with the values it captured.
func (t *Table) Func(key string, captured ...*Value) *Value {
	return t.intern(OpFunc, key, 0, captured...)
}

// Bound returns a method value.
func (t *Table) Bound(key string, recv *Value) *Value { return t.intern(OpBound, key, 0, recv) }

// Iface returns x converted to an interface; key names its dynamic type.
func (t *Table) Iface(key string, x *Value) *Value { return t.intern(OpIface, key, 0, x) }

// Tuple returns several results as one value.
func (t *Table) Tuple(vs ...*Value) *Value { return t.intern(OpTuple, "", 0, vs...) }

// Sum returns a value that is derived from others in the way that how names.
func (t *Table) Sum(how string, vs ...*Value) *Value { return t.intern(OpSum, how, 0, vs...) }

// Type returns the dynamic type of x, an interface, as something to be compared
// with the constants that name types.
func (t *Table) Type(x *Value) *Value {
	switch {
	case x.Op == OpIface && x.Aux != "":
		return t.Const(x.Aux)
	case x.Op == OpNil || x.Op == OpZero:
		return t.Const("nil")
	}
	return t.Sum(dynamicType, x)
}

const dynamicType = "type"

// And returns the bits that x and y have in common.
func (t *Table) And(x, y *Value) *Value {
	if x.Op == OpConst && y.Op == OpConst {
		a, err1 := strconv.ParseInt(x.Aux, 10, 64)
		b, err2 := strconv.ParseInt(y.Aux, 10, 64)
		if err1 == nil && err2 == nil {
			return t.Const(strconv.FormatInt(a&b, 10))
		}
	}
	return t.Sum(commonBits, x, y)
}

const commonBits = "&"

// Elem returns the element of x at index i.
func (t *Table) Elem(x, i *Value) *Value {
	if x.Op == OpUnknown {
		return t.Unknown
	}
	return t.intern(OpElem, "", 0, x, i)
}

// Each returns a value that stands for all elements of x.
func (t *Table) Each(x *Value) *Value { return t.Sum(each, x) }

const each = "each"

// Len returns the length of x.
func (t *Table) Len(x *Value) *Value {
	if x.Op == OpNil || x.Op == OpZero {
		return t.Const("0")
	}
	return t.intern(OpLen, "", 0, x)
}

// Prev returns what v was in an earlier turn of a loop; all earlier turns are one.
func (t *Table) Prev(v *Value) *Value {
	if v.Op == OpPrev {
		return v
	}
	return t.intern(OpPrev, "", 0, v)
}

// Struct returns base with the given fields replaced.
func (t *Table) Struct(base *Value, names []string, vals []*Value) *Value {
	if len(names) == 0 {
		return base
	}
	return t.intern(OpStruct, strings.Join(names, ","), 0, append([]*Value{base}, vals...)...)
}

// Field returns field name of x, a struct or a pointer to one. Of what a
// pointer points to, the fields hang on the pointer; what lies in a variable,
// Deref of its address, is a pointer itself unless Whole says otherwise.
func (t *Table) Field(x *Value, name string) *Value {
	switch x.Op {
	case OpUnknown:
		return t.Unknown
	case OpZero:
		return t.Zero
	case OpSum:
		if x.Aux == whole && len(x.Args) == 1 && x.Args[0].Op == OpDeref {
			return t.Field(x.Args[0].Args[0], name)
		}
		if x.Aux == cell {
			return t.Field(x.Args[0], name)
		}
	case OpAddr:
		return t.Field(x.Args[0], name)
	case OpIface:
		return t.Field(x.Args[0], name)
	case OpStruct:
		if f := x.Spelled(name); f != nil {
			return f
		}
		return t.Field(x.Args[0], name)
	}
	if x.deep >= MaxTurns && turns(x, name) >= MaxTurns {
		return t.Unknown
	}
	return t.intern(OpField, name, 0, x)
}

// Deref returns the place that x points to.
func (t *Table) Deref(x *Value) *Value {
	switch x.Op {
	case OpUnknown:
		return t.Unknown
	case OpAddr:
		return x.Args[0]
	case OpSum:
		if x.Aux == cell {
			return x.Args[0]
		}
	}
	return t.intern(OpDeref, "", 0, x)
}

const whole = "whole"

// Whole returns v, read out of memory, as a struct: where v is what a pointer
// points to, its fields are those that are reached by the pointer.
func (t *Table) Whole(v *Value) *Value {
	if v.Op != OpDeref {
		return v
	}
	return t.Sum(whole, v)
}

const cell = "cell"

// Cell returns the address of a variable that holds v and that nobody writes:
// one that a closure captured.
func (t *Table) Cell(v *Value) *Value { return t.Sum(cell, v) }

// Addr returns the address of a place.
func (t *Table) Addr(place *Value) *Value {
	if place.Op == OpUnknown {
		return t.Unknown
	}
	if place.Op == OpDeref {
		return place.Args[0]
	}
	return t.intern(OpAddr, "", 0, place)
}

// Not returns the negation of x.
func (t *Table) Not(x *Value) *Value {
	switch {
	case x.Op == OpNot:
		return x.Args[0]
	case x.Op == OpConst && x.Aux == "true":
		return t.Const("false")
	case x.Op == OpConst && x.Aux == "false":
		return t.Const("true")
	}
	return t.intern(OpNot, "", 0, x)
}

// Min returns the smaller of a and b.
func (t *Table) Min(a, b *Value) *Value { return t.commute(OpMin, a, b) }

// Max returns the larger of a and b.
func (t *Table) Max(a, b *Value) *Value { return t.commute(OpMax, a, b) }

func (t *Table) commute(op Op, a, b *Value) *Value {
	if b.id < a.id {
		a, b = b, a
	}
	if a == b {
		return a
	}
	if a.Op == OpConst && b.Op == OpConst {
		if before, ok := constBefore(a.Aux, b.Aux); ok && before == (op == OpMin) {
			return a
		} else if ok {
			return b
		}
	}
	return t.intern(op, "", 0, a, b)
}

// Compare returns the three-way comparison of a and b.
func (t *Table) Compare(a, b *Value) *Value { return t.intern(OpCompare, "", 0, a, b) }

// Less returns a < b. A three-way comparison with zero becomes the comparison
// that it stands for.
func (t *Table) Less(a, b *Value) *Value {
	if a.Op == OpCompare && isInt(b, "0") {
		return t.Less(a.Args[0], a.Args[1])
	}
	if b.Op == OpCompare && isInt(a, "0") {
		return t.Less(b.Args[1], b.Args[0])
	}
	if b.Op == OpCompare && isInt(a, "-1") { // -1 < c: not less
		return t.Not(t.Less(b.Args[0], b.Args[1]))
	}
	if a.Op == OpCompare && isInt(b, "1") { // c < 1: not greater
		return t.Not(t.Less(a.Args[1], a.Args[0]))
	}
	return t.intern(OpCmp, "<", 0, a, b)
}

// Equal returns a == b.
func (t *Table) Equal(a, b *Value) *Value {
	if b.Op == OpCompare || a.Op == OpConst || a.Op == OpNil {
		a, b = b, a
	}
	if a.Op == OpCompare {
		switch {
		case isInt(b, "0"):
			return t.Equal(a.Args[0], a.Args[1])
		case isInt(b, "-1"):
			return t.Less(a.Args[0], a.Args[1])
		case isInt(b, "1"):
			return t.Less(a.Args[1], a.Args[0])
		}
	}
	if b.Op != OpConst && b.Op != OpNil && b.id < a.id {
		a, b = b, a
	}
	switch {
	case b.Op == OpConst && b.Aux == "true":
		return a
	case b.Op == OpConst && b.Aux == "false":
		return t.Not(a)
	case a == b && a.Op != OpUnknown:
		return t.Const("true")
	case a.Op == OpConst && b.Op == OpConst:
		return t.Const("false")
	}
	return t.intern(OpCmp, "==", 0, a, b)
}

// Map rebuilds v bottom-up: f is asked first about every node, and a nil
// answer means that the node keeps its operator over its mapped operands.
func (t *Table) Map(v *Value, f func(*Value) *Value) *Value {
	if r := f(v); r != nil {
		return r
	}
	if len(v.Args) == 0 {
		return v
	}
	var args []*Value
	for i, a := range v.Args {
		b := t.Map(a, f)
		if b != a && args == nil {
			args = append(make([]*Value, 0, len(v.Args)), v.Args[:i]...)
		}
		if args != nil {
			args = append(args, b)
		}
	}
	if args == nil {
		return v
	}
	return t.Rebuild(v, args)
}

// Rebuild returns v's operator over other operands, simplified.
func (t *Table) Rebuild(v *Value, args []*Value) *Value {
	switch v.Op {
	case OpField:
		return t.Field(args[0], v.Aux)
	case OpDeref:
		return t.Deref(args[0])
	case OpAddr:
		return t.Addr(args[0])
	case OpElem:
		return t.Elem(args[0], args[1])
	case OpLen:
		return t.Len(args[0])
	case OpPrev:
		return t.Prev(args[0])
	case OpSum:
		switch {
		case v.Aux == whole && len(args) == 1:
			return t.Whole(args[0])
		case v.Aux == dynamicType:
			return t.Type(args[0])
		case v.Aux == commonBits:
			return t.And(args[0], args[1])
		}
	case OpNot:
		return t.Not(args[0])
	case OpCmp:
		if v.Aux == "<" {
			return t.Less(args[0], args[1])
		}
		return t.Equal(args[0], args[1])
	case OpMin, OpMax:
		return t.commute(v.Op, args[0], args[1])
	case OpOr:
		return t.Or(args...)
	}
	return t.intern(v.Op, v.Aux, v.N, args...)
}

// Make returns the value of an operator over operands as they were written,
// for decoding; a combination that cannot be is Unknown.
func (t *Table) Make(op Op, aux string, n int, args []*Value) *Value {
	want := arity[op]
	switch {
	case want >= 0 && len(args) != want, want < 0 && len(args) < -want-1:
		return t.Unknown
	case op == OpUnknown:
		return t.Unknown
	case op == OpNil:
		return t.Nil
	case op == OpZero:
		return t.Zero
	case op == OpStruct && strings.Count(aux, ",")+2 != len(args):
		return t.Unknown
	}
	if len(args) == 0 {
		return t.intern(op, aux, n)
	}
	return t.Rebuild(&Value{Op: op, Aux: aux, N: n}, args)
}

// arity is the number of operands of each operator; -n-1 means at least n.
var arity = [...]int{OpUnknown: 0, OpNil: 0, OpZero: 0, OpConst: 0, OpParam: 0, OpFree: 0, OpGlobal: 0, OpField: 1, OpDeref: 1, OpAddr: 1,
	OpElem: 2, OpSite: 0, OpAlloc: 0, OpPrev: 1, OpFunc: -1, OpBound: 1, OpStruct: -2, OpTuple: -1, OpIface: 1, OpCmp: 2, OpNot: 1,
	OpCompare: 2, OpLen: 1, OpMin: 2, OpMax: 2, OpRecover: 0, OpFresh: 0, OpOr: -1, OpSum: -1}
