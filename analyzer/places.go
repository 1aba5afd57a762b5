package analyzer

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

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
