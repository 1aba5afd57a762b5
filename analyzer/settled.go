package analyzer

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Settled fields
//
// A field that is not exported, and that the package sets only where it makes
// the struct, keeps its value for as long as the object lives, whoever is given
// the object: whether a transaction may write, say, which decides the lock that
// its end gives up. Of what a state knows of an object, most is only as good as
// the belief that nobody else writes to it; this is not.
//
// What is ignored: another package that overwrites the struct as a whole.

// settledFields returns the fields of the package that are settled, and in
// which a branch may be interested: truth values, and what is compared with nil.
func (a *unit) settledFields() map[*types.Var]bool {
	if a.settled != nil {
		return a.settled
	}
	asked, set := make(map[*types.Var]bool), make(map[*types.Var]bool)
	for _, f := range a.funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.FieldAddr:
					v := fieldVarOf(instr.X.Type(), instr.Field)
					asked[v] = asked[v] || isAsked(instr)
					set[v] = set[v] || isSet(instr)
				case *ssa.Store:
					if isStruct(instr.Val.Type()) && !isMaking(instr.Addr, instr) {
						overwrite(instr.Val.Type(), set)
					}
				}
			}
		}
	}
	a.settled = make(map[*types.Var]bool)
	for v := range asked {
		if asked[v] && !set[v] && !v.Exported() && v.Pkg() == a.pkg {
			a.settled[v] = true
		}
	}
	return a.settled
}

// isAsked reports whether the value of a field is read as a truth value, or is
// compared with nil.
func isAsked(field *ssa.FieldAddr) bool {
	return slices.ContainsFunc(*field.Referrers(), func(r ssa.Instruction) bool {
		load, ok := r.(*ssa.UnOp)
		if !ok || load.Op != token.MUL {
			return false
		}
		return isBool(load.Type()) || isNillable(load.Type()) && slices.ContainsFunc(*load.Referrers(), func(r ssa.Instruction) bool {
			cmp, ok := r.(*ssa.BinOp)
			return ok && (cmp.Op == token.EQL || cmp.Op == token.NEQ)
		})
	})
}

// isSet reports whether a field may be set by way of its address, and not just
// where its struct is made.
func isSet(field *ssa.FieldAddr) bool {
	return slices.ContainsFunc(*field.Referrers(), func(r ssa.Instruction) bool {
		switch r := r.(type) {
		case *ssa.UnOp:
			return r.Op != token.MUL
		case *ssa.Store:
			return r.Addr != field || !isMaking(field.X, r)
		case *ssa.DebugRef:
			return false
		}
		return true
	})
}

// isMaking reports whether store sets up the new object that obj points to, and
// nothing was done with that before but to set its fields.
func isMaking(obj ssa.Value, store *ssa.Store) bool {
	alloc, ok := obj.(*ssa.Alloc)
	if !ok || alloc.Block() != store.Block() {
		return false
	}
	for _, instr := range alloc.Block().Instrs[slices.Index(alloc.Block().Instrs, ssa.Instruction(alloc))+1:] {
		if instr == store {
			return true
		}
		if _, field := instr.(*ssa.FieldAddr); !field && slices.ContainsFunc(instr.Operands(nil), func(v *ssa.Value) bool { return *v == obj }) {
			return false
		}
	}
	return false
}

// overwrite notes that all fields of a struct are set, and of the structs in it.
func overwrite(t types.Type, set map[*types.Var]bool) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range st.Fields() {
		set[f.Origin()] = true
		overwrite(f.Type(), set)
	}
}

// settle writes down what the settled fields of an object hold of which all that
// was not written is zero, before that can no longer be said of the others.
func (x *exec) settle(s *state, object *lockset.Value) {
	if object.Op != lockset.OpAlloc || !x.fresh(s, object) {
		return
	}
	for _, w := range x.settledZeros(s, object, object) {
		s.put(w.place, w.val)
	}
}

// settledZeros returns those settled fields of the struct that object points to,
// which this function has made, that are zero, as fields of name.
func (x *exec) settledZeros(s *state, object, name *lockset.Value) []write {
	st := x.code.structs[object.N]
	if st == nil {
		return nil
	}
	settled := x.a.settledFields()
	var out []write
	for f := range st.Fields() {
		if !settled[f.Origin()] || x.lookup(s, x.t.Field(object, x.a.fieldName(f))).Op != lockset.OpZero {
			continue
		}
		zero := x.t.Nil
		if isBool(f.Type()) {
			zero = x.t.Const("false")
		}
		out = append(out, write{x.t.Field(name, x.a.fieldName(f)), zero})
	}
	return out
}
