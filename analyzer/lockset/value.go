// Package lockset is the lattice of held locks: symbolic values that name
// keys and guards, the locks held at a point, and the comparisons that the
// analysis needs of them. It knows nothing of control flow and nothing of SSA;
// everything in it is immutable once made.
package lockset

import (
	"strconv"
	"strings"
)

// Op is the operator of a Value.
type Op uint8

// The operators. A place is a value that memory can hold something else for:
// Deref, Field, Elem and Global. Read as a value, a place means what it held
// when the function was entered.
const (
	OpUnknown Op = iota // nothing is known
	OpNil
	OpZero    // the zero value of whatever type
	OpConst   // aux: the exact constant
	OpParam   // n: index, the receiver first
	OpFree    // n: index of a captured variable
	OpGlobal  // aux: key of a package variable
	OpField   // aux: field name, of a struct or of what a pointer points to
	OpDeref   // what a pointer points to
	OpAddr    // the address of a place
	OpElem    // an element of a container, at an index
	OpSite    // what the instruction n produced; aux tells its products apart
	OpAlloc   // the address of the object that instruction n made
	OpPrev    // what its operand was in an earlier turn of a loop
	OpFunc    // aux: function key; args: captured values
	OpBound   // aux: method key; arg: receiver
	OpStruct  // aux: field names, comma-separated; args: base, then the fields
	OpTuple   // several results
	OpIface   // aux: type key; arg: the dynamic value
	OpCmp     // aux: "<" or "=="
	OpNot     // negation
	OpCompare // three-way comparison, as of cmp.Compare
	OpLen     // length of a container
	OpMin     // the smaller of two
	OpMax     // the larger of two
	OpRecover // what recover returns in a deferred call
	OpFresh   // aux: the role of an object that a callee made, in its summary
	OpOr      // one of its operands is true, which are conditions
	OpSum     // a value derived from its operands in a way that is not followed; aux: how
)

// A Value is a symbolic value. Values are interned in a Table: equal values of
// one table are the same pointer.
type Value struct {
	Op   Op
	Aux  string
	N    int
	Args []*Value
	id   int
	deep int    // height of the tree
	made uint64 // a bit for each instruction whose products are in v; several share one
	hash uint64
	next *Value // in the same bucket of the table
}

func bitOf(n int) uint64 { return 1 << (uint(n) % 64) }

// MayHave reports whether a part of v may be what instruction n produced or
// allocated: if not, it is not. It is quick.
func (v *Value) MayHave(n int) bool { return v.made&bitOf(n) != 0 }

// ID is the number of v in its table: stable for the same sequence of calls.
func (v *Value) ID() int { return v.id }

// MaxDepth bounds the height of a value; a deeper one is Unknown. Access
// paths of real code are short, while a list walked in a loop would grow one
// without end.
const MaxDepth = 12

// MaxTurns bounds how often one field is on an access path: a fourth time, the
// value is Unknown. In a list or a tree such a path leads to an object of the kind
// that it has led to three times, and what holds of the third holds of those
// behind it. What is lost is which of these an access means.
const MaxTurns = 3

// turns counts the fields called name on the access path v.
func turns(v *Value, name string) int {
	n := 0
	for {
		switch v.Op {
		case OpField:
			if v.Aux == name {
				n++
			}
		case OpDeref, OpElem, OpAddr:
		default:
			return n
		}
		v = v.Args[0]
	}
}

// wayOut marks, in Aux, the variable in which the body of a range-over-func
// loop leaves word of the statement that ended it.
const wayOut = "way out"

// IsWayOut reports whether v is the content of a variable made by WayOut.
func (v *Value) IsWayOut() bool { return v.Op == OpDeref && v.Args[0].Aux == wayOut }

// isTypeOf reports whether v is the dynamic type of x.
func (v *Value) isTypeOf(x *Value) bool {
	return v.Op == OpSum && v.Aux == dynamicType && v.Args[0] == x
}

// Spelled returns what the struct v, made by Struct, says of a field; nil if it
// says nothing. It is a value: what lies at a place of that name may be another.
func (v *Value) Spelled(name string) *Value {
	if v.Op == OpStruct {
		for i, f := range strings.Split(v.Aux, ",") {
			if f == name {
				return v.Args[i+1]
			}
		}
	}
	return nil
}

// Original returns the place that v, made by Whole, was read out of; v itself
// if it was not made so.
func (v *Value) Original() *Value {
	if v.Op == OpSum && v.Aux == whole {
		return v.Args[0]
	}
	return v
}

func isInt(v *Value, s string) bool { return v.Op == OpConst && v.Aux == s }

// Has reports whether f holds for v or a part of it.
func (v *Value) Has(f func(*Value) bool) bool {
	if f(v) {
		return true
	}
	for _, a := range v.Args {
		if a.Has(f) {
			return true
		}
	}
	return false
}

// Entry reports whether v is made only of what a function is given: its
// parameters, captured variables, package variables and constants. Such a
// value means something to a caller.
func (v *Value) Entry() bool {
	switch v.Op {
	case OpParam, OpFree, OpGlobal, OpConst, OpNil, OpZero, OpRecover, OpFunc:
	case OpField, OpDeref, OpAddr, OpElem, OpLen, OpCmp, OpNot, OpCompare, OpMin, OpMax, OpIface, OpBound, OpStruct, OpOr, OpSum:
	default:
		return false
	}
	for _, a := range v.Args {
		if !a.Entry() {
			return false
		}
	}
	return true
}

// Rooted reports whether v is a parameter, a captured variable, or a place
// inside one: something that only the caller can know.
func (v *Value) Rooted() bool {
	for {
		switch v.Op {
		case OpParam, OpFree:
			return true
		case OpField, OpDeref, OpAddr, OpElem:
			v = v.Args[0]
		default:
			return false
		}
	}
}

var opNames = [...]string{"?", "nil", "zero", "const", "param", "free", "global", "field", "deref", "addr", "elem", "site", "alloc",
	"prev", "func", "bound", "struct", "tuple", "iface", "cmp", "not", "compare", "len", "min", "max", "recover", "fresh", "or", "sum"}

// String is for debugging and tests.
func (v *Value) String() string {
	var b strings.Builder
	b.WriteString(opNames[v.Op])
	switch v.Op {
	case OpParam, OpFree, OpSite, OpAlloc:
		b.WriteString(strconv.Itoa(v.N))
	}
	if v.Aux != "" {
		b.WriteString("." + v.Aux)
	}
	if len(v.Args) > 0 {
		b.WriteByte('(')
		for i, a := range v.Args {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(a.String())
		}
		b.WriteByte(')')
	}
	return b.String()
}
