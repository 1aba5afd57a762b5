package analyzer

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Condition variables
//
// The L of a sync.Cond is another name of some mutex, as a rule of the struct
// that has the condition, too: x.cond.L is x.mu, if every assignment of a
// condition to that field in the package makes it of a mutex in the same
// object. Where the path itself has made the condition, it knows better.
//
// Wait gives the mutex up and takes it again before it returns. The lock
// counts as held all the same, but it is waited for under what else is held.

// condLocker is the field of a sync.Cond that holds its lock.
const condLocker = "L"

// condLocker returns the name of that field in values.
func (a *unit) condLocker() string {
	for _, p := range a.pkg.Imports() {
		if obj := p.Scope().Lookup("Cond"); p.Path() == "sync" && obj != nil {
			if f, _, _ := types.LookupFieldOrMethod(obj.Type(), true, a.pkg, condLocker); f != nil {
				return a.fieldName(f.(*types.Var))
			}
		}
	}
	return condLocker
}

// newCond runs a call of sync.NewCond.
func (x *exec) newCond(s *state, cs callSite, locker *lockset.Value) {
	if cs.result == nil {
		return
	}
	cond := x.t.Site(x.siteNumber(cs), "cond")
	s.put(x.t.Field(cond, x.a.condLocker()), locker)
	x.bind(s, cs.result, cond)
}

// condLock returns the pointer to the lock of the condition variable that cond
// points to, nil if it is not known. at is where the code has cond from,
// nil if that is not seen.
func (x *exec) condLock(s *state, cond *lockset.Value, at ssa.Value) *lockset.Value {
	switch l := x.lookup(s, x.t.Field(cond, x.a.condLocker())); {
	case l.Op == lockset.OpIface:
		return l.Args[0]
	case cond.Op == lockset.OpAddr: // a condition that is no pointer
		cond = cond.Args[0]
	}
	if load, ok := at.(*ssa.UnOp); ok {
		at = load.X
	}
	field, ok := at.(*ssa.FieldAddr)
	if !ok || cond.Op != lockset.OpField {
		return nil
	}
	if lock := x.a.condFields()[fieldVarOf(field.X.Type(), field.Field)]; lock != "" {
		return x.t.Addr(x.t.Field(cond.Args[0], lock))
	}
	return nil
}

// wait runs a call of (*sync.Cond).Wait on cond.
func (x *exec) wait(s *state, cs callSite, cond *lockset.Value) {
	var at ssa.Value
	if cs.common != nil && cs.common.StaticCallee() != nil && len(cs.common.Args) > 0 {
		at = cs.common.Args[0] // else Wait is called as a value, or by way of an interface
	}
	ptr := x.condLock(s, cond, at)
	if ptr == nil || x.a.lockAt(x.t.Deref(ptr)) == nil {
		return
	}
	again := s.clone()
	place := x.t.Deref(ptr)
	x.mutexAt(again, cs, mutexOps["Unlock"], place, ptr, nil)
	x.mutexAt(again, cs, mutexOps["Lock"], place, ptr, nil)
}

// condFields returns, by the field that holds a condition, the name of the mutex
// beside it that is the condition's lock; "" if there are several.
func (a *unit) condFields() map[*types.Var]string {
	if a.conds != nil {
		return a.conds
	}
	a.conds = make(map[*types.Var]string)
	add := func(cond, lock ssa.Value) {
		c, ok1 := cond.(*ssa.FieldAddr)
		l, ok2 := lock.(*ssa.FieldAddr)
		if !ok1 {
			return
		}
		name := fieldVarOf(c.X.Type(), c.Field)
		found := ""
		if ok2 && c.X == l.X {
			found = a.fieldName(fieldVarOf(l.X.Type(), l.Field))
		}
		if old, ok := a.conds[name]; ok && old != found {
			found = ""
		}
		a.conds[name] = found
	}
	for _, f := range a.funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				if call, ok := st.Val.(*ssa.Call); ok && isNewCond(call) {
					add(st.Addr, lockBehind(call.Call.Args[0]))
				}
				if addr, ok := condOf(st.Addr); ok { // cond.L = &x.mu
					add(addr, lockBehind(st.Val))
				}
			}
		}
	}
	return a.conds
}

func isNewCond(call *ssa.Call) bool {
	fn := call.Call.StaticCallee()
	return fn != nil && fn.String() == "sync.NewCond"
}

// condOf returns the condition of which addr is the field L.
func condOf(addr ssa.Value) (cond ssa.Value, ok bool) {
	field, ok := addr.(*ssa.FieldAddr)
	if !ok || structField(field.X.Type(), field.Field).Name() != condLocker {
		return nil, false
	}
	n, ok := types.Unalias(deref(field.X.Type())).(*types.Named)
	return field.X, ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync" && n.Obj().Name() == "Cond"
}

// condRead returns the condition of whose field L v was read.
func condRead(v ssa.Value) (cond ssa.Value, ok bool) {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return nil, false
	}
	return condOf(load.X)
}

// lockBehind returns the pointer that was converted to a sync.Locker.
func lockBehind(v ssa.Value) ssa.Value {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		return mi.X
	}
	return v
}
