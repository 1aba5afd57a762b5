package analyzer

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// # Types with Lock and Unlock
//
// A variable of such a type is a lock, and what the methods do inside is not
// looked at: of a wrapper that counts or traces, each variable is a class of
// its own, as if it were a sync.Mutex. That is wrong of an object that lets its
// users lock it and that takes the same mutex in other methods too: there, Lock
// is a method like any other, and the mutex inside is the lock.

// isOpen reports whether t is such an object: its mutex is taken by others than
// the methods that it has as a lock.
func (a *unit) isOpen(t types.Type) bool {
	n, ok := types.Unalias(deref(t)).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || !a.inferredIn(n.Obj().Pkg()) {
		return false
	}
	key := lockmodel.Key(n.Origin().Obj())
	return a.openTypes()[key] || a.imports.open[key] || a.embedsOpen(n)
}

// embedsOpen reports whether t has the methods of such an object that it embeds:
// some of them take the mutex.
func (a *unit) embedsOpen(t *types.Named) bool {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	if open, known := a.embeds[t]; known {
		return open
	}
	a.embeds[t] = false // types may embed pointers to each other
	for f := range s.Fields() {
		if f.Embedded() && a.isLockType(f.Type()) && a.isOpen(f.Type()) {
			a.embeds[t] = true
		}
	}
	return a.embeds[t]
}

// openTypes returns the types of this package that isOpen is true of, by key.
func (a *unit) openTypes() map[string]bool {
	if a.open != nil {
		return a.open
	}
	a.open = make(map[string]bool)
	inside := make(map[*ssa.Function][]*types.Named)
	callers := make(map[*ssa.Function][]*ssa.Function)
	for _, f := range a.funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				if t := a.lockedInside(call.Common()); t != nil {
					inside[f] = append(inside[f], t)
				}
				if fn := call.Common().StaticCallee(); fn != nil {
					callers[fn] = append(callers[fn], f)
				}
			}
		}
	}
	for f, ts := range inside {
		for _, t := range ts {
			if !servesLock(f, t, callers, maxLockHelpers) {
				a.open[lockmodel.Key(t.Origin().Obj())] = true
			}
		}
	}
	return a.open
}

// maxLockHelpers is how deep the functions are that a Lock method has its work done by.
const maxLockHelpers = 3

// servesLock reports whether f is one of the methods that make t a lock, or is
// called by those alone.
func servesLock(f *ssa.Function, t *types.Named, callers map[*ssa.Function][]*ssa.Function, depth int) bool {
	for f.Parent() != nil {
		f = f.Parent()
	}
	if isLockMethodOf(f, t) {
		return true
	}
	return depth > 0 && len(callers[f]) > 0 &&
		!slices.ContainsFunc(callers[f], func(c *ssa.Function) bool { return !servesLock(c, t, callers, depth-1) })
}

// lockedInside returns the type, of this package and with a method Lock that it
// has not from its mutex, in whose field a call locks or unlocks a mutex; nil
// if there is none.
func (a *unit) lockedInside(c *ssa.CallCommon) *types.Named {
	fn := c.StaticCallee()
	if fn == nil || len(c.Args) == 0 {
		return nil
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return nil
	}
	if _, ok := isMutexMethod(obj); !ok || !a.isLockType(obj.Signature().Recv().Type()) {
		return nil
	}
	at := c.Args[0]
	if load, ok := at.(*ssa.UnOp); ok {
		at = load.X // a pointer to a mutex
	}
	field, ok := at.(*ssa.FieldAddr)
	if !ok {
		return nil
	}
	n, ok := types.Unalias(deref(field.X.Type())).(*types.Named)
	if !ok || n.Obj().Pkg() != a.pkg {
		return nil
	}
	if m, path, _ := types.LookupFieldOrMethod(n, true, a.pkg, "Lock"); m == nil || len(path) != 1 || !a.isLockType(n) {
		return nil
	}
	return n
}

// isLockMethodOf reports whether f is one of the methods that make t a lock.
func isLockMethodOf(f *ssa.Function, t *types.Named) bool {
	obj, ok := f.Object().(*types.Func)
	if !ok || obj == nil {
		return false
	}
	if _, ok := isMutexMethod(obj); !ok {
		return false
	}
	recv, ok := types.Unalias(deref(obj.Signature().Recv().Type())).(*types.Named)
	return ok && recv.Origin() == t.Origin()
}
