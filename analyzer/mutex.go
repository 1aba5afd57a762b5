package analyzer

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A mutexOp is what a method of a mutex does, told by its name.
type mutexOp struct {
	mode    lockmodel.Mode
	release bool
	try     bool
}

var mutexOps = map[string]mutexOp{
	"Lock":     {mode: lockmodel.Exclusive},
	"RLock":    {mode: lockmodel.Shared},
	"TryLock":  {mode: lockmodel.Exclusive, try: true},
	"TryRLock": {mode: lockmodel.Shared, try: true},
	"Unlock":   {mode: lockmodel.Exclusive, release: true},
	"RUnlock":  {mode: lockmodel.Shared, release: true},
}

// isMutexMethod reports whether fn has the name and the shape of a mutex
// method: no parameters, and no result but the bool of an attempt.
func isMutexMethod(fn *types.Func) (mutexOp, bool) {
	op, ok := mutexOps[fn.Name()]
	sig := fn.Signature()
	if !ok || sig.Recv() == nil || sig.Params().Len() != 0 {
		return op, false
	}
	if op.try {
		return op, sig.Results().Len() == 1 && isBool(sig.Results().At(0).Type())
	}
	return op, sig.Results().Len() == 0
}

// mutex runs a call of a method of a mutex that is a lock of a class: declared
// where it lies, or by its type, or inferred.
func (x *exec) mutex(s *state, cs callSite, c callee) ([]*state, bool) {
	op, ok := isMutexMethod(c.obj)
	if !ok || len(c.args) == 0 {
		return nil, false
	}
	recv := c.obj.Signature().Recv().Type()
	lock, place := x.a.typeLock(recv), x.t.Deref(c.args[0])
	if lock == nil && !isSyncMutex(recv) && (!x.a.isLockType(recv) || x.a.lockAt(place) == nil) {
		return nil, false // its body tells
	}
	return x.mutexAt(s, cs, op, place, c.args[0], lock)
}

// isLocker reports whether t is an interface of mutexes and nothing else:
// sync.Locker, or one of a project that has RLock and the like as well.
func isLocker(t types.Type) bool {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok || !hasMutexMethod(t, "Lock") || !hasMutexMethod(t, "Unlock") {
		return false
	}
	for m := range iface.Methods() {
		if _, ok := isMutexMethod(m); !ok {
			return false
		}
	}
	return true
}

// locker runs a call of Lock or Unlock through an interface such as
// sync.Locker, when the path knows which lock it is, when callers do, or when
// the interface is a lock of its own: a field that is a sync.Locker or the like,
// of which nobody knows which lock it holds.
func (x *exec) locker(s *state, cs callSite, m *types.Func, recv *lockset.Value) ([]*state, bool) {
	op, ok := isMutexMethod(m)
	if !ok {
		return nil, false
	}
	var ptr *lockset.Value
	cond, ofCond := condRead(cs.common.Value)
	switch {
	case recv.Op == lockset.OpIface:
		ptr = recv.Args[0]
	case recv.Op == lockset.OpField && ofCond:
		if ptr = x.condLock(s, recv.Args[0], cond); ptr == nil {
			return nil, false
		}
	case isLocker(cs.common.Value.Type()) && x.a.lockAt(recv) != nil:
		return x.mutexAt(s, cs, op, recv, recv, nil)
	case x.lockerOfCallers(cs, recv):
		return x.mutexAt(s, cs, op, x.t.Deref(recv), recv, nil)
	default:
		return nil, false
	}
	ptr, shared := mutexBehind(ptr)
	if shared {
		op.mode = lockmodel.Shared
	}
	place := x.t.Deref(ptr)
	if x.a.lockAt(place) == nil {
		return nil, false
	}
	return x.mutexAt(s, cs, op, place, ptr, nil)
}

// lockerOfCallers reports whether the receiver of a mutex method called through
// an interface is for callers to name.
func (x *exec) lockerOfCallers(cs callSite, recv *lockset.Value) bool {
	return isBare(recv) && x.a.locksThrough(cs.common)
}

// locksThrough reports whether c calls a mutex method through an interface that
// mutexes may be handed over as.
func (a *unit) locksThrough(c *ssa.CallCommon) bool {
	_, ok := isMutexMethod(c.Method)
	return ok && a.passesLocks && a.isLockType(c.Value.Type())
}

// mutexBehind returns the pointer to the mutex that v is or, as a sync.Locker,
// is made of, and whether this Locker takes it shared: (*RWMutex).RLocker.
func mutexBehind(v *lockset.Value) (ptr *lockset.Value, shared bool) {
	if v.Op == lockset.OpIface && len(v.Args) == 1 {
		v = v.Args[0]
	}
	if v.Op == lockset.OpSum && v.Aux == rlocker {
		return v.Args[0], true
	}
	return v, false
}

const rlocker = "rlocker"

// locksOf returns the locks that a callee takes by Lock or RLock of what it was
// given: a pointer to a mutex, or an interface such as sync.Locker, whose value
// may be of a type that embeds a mutex or has methods of its own. What is for
// the callers of this function to name has no class; there are none if nobody
// can tell.
func (x *exec) locksOf(s *state, cs callSite, v *lockset.Value, mode lockmodel.Mode) []lockset.Lock {
	ptr, shared := mutexBehind(v)
	if shared {
		mode = lockmodel.Shared
	}
	l := lockset.Lock{Mode: mode, Flags: lockset.Plain}
	w := wanted{keys: one(ptr)}
	if typed := x.lockerType(v); typed != nil {
		l.Class, l.Key = typed.Class, x.keyOfTyped(s, typed, ptr)
		return []lockset.Lock{l}
	}
	if x.classOf(s, &w, x.t.Deref(ptr)) {
		if l.Class, l.Key = w.class, w.keys[0]; w.implied {
			l.Flags |= lockset.Implied
		}
		return []lockset.Lock{l}
	}
	if v.Op == lockset.OpIface {
		if c, ok := x.a.methodOf(v, lockMethod(mode), nil); ok {
			if sum := x.effectsOf(c); sum != nil {
				return x.leftBy(s, cs, c, sum)
			}
		}
	}
	if isBare(ptr) {
		l.Key = ptr
		return []lockset.Lock{l}
	}
	return nil
}

// leftBy returns the locks of known classes that a method leaves held.
func (x *exec) leftBy(s *state, cs callSite, c callee, sum *summary) []lockset.Lock {
	sub := x.substitution(s, cs, c)
	for _, e := range sum.exits {
		var out []lockset.Lock
		for _, l := range e.held {
			if l.Class != "" {
				out = append(out, subLock(l, sub))
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func lockMethod(mode lockmodel.Mode) string {
	if mode == lockmodel.Shared {
		return "RLock"
	}
	return "Lock"
}

// lockerType returns the declaration of the type that an interface holds.
func (x *exec) lockerType(v *lockset.Value) *lockmodel.Lock {
	if t := x.a.typeOf[v.Aux]; v.Op == lockset.OpIface && t != nil {
		return x.a.typeLock(t)
	}
	return nil
}

// keyOfTyped returns the key of a lock whose type is declared.
func (x *exec) keyOfTyped(s *state, typed *lockmodel.Lock, ptr *lockset.Value) *lockset.Value {
	for _, f := range typed.Path {
		ptr = x.fieldValue(s, ptr, f)
	}
	return ptr
}

// ofNil reports whether a mutex lies in an object that is nil. Taking it would
// panic; and all that are nil are not one lock.
func ofNil(v *lockset.Value) bool {
	root := rootOf(v)
	return root != nil && root.Op == lockset.OpNil
}

// mutexAt runs a mutex operation on the lock at place. typed is the
// declaration of the lock's type, if that has one.
func (x *exec) mutexAt(s *state, cs callSite, op mutexOp, place, ptr *lockset.Value, typed *lockmodel.Lock) ([]*state, bool) {
	if ofNil(ptr) {
		return []*state{s}, true
	}
	w := wanted{mode: op.mode, try: op.try, plain: true, keys: one(place)}
	if typed != nil {
		w.class, w.keys = typed.Class, one(x.keyOfTyped(s, typed, ptr))
	} else if !x.classOf(s, &w, place) {
		if !place.Rooted() || !x.a.passesLocks {
			return nil, false
		}
		w.keys = one(x.t.Addr(place)) // callers find the class by the pointer
	}
	if op.release {
		x.release(s, cs, freed{class: w.class, key: w.keys[0]}, nil)
		return []*state{s}, true
	}
	x.want(s, cs, w)
	l := lockset.Lock{Class: w.class, Key: w.keys[0], Mode: op.mode, Flags: lockset.Plain | lockset.Handed, Site: x.acquisition(cs, w.class, nil, "", nil)}
	if w.implied {
		l.Flags |= lockset.Implied
	}
	x.notNil(s, w.keys[0])
	if cls := x.a.model.Classes[w.class]; cls != nil && cls.Within != "" {
		x.require(s, cs, wanted{class: cls.Within})
	}
	if !op.try {
		s.held = s.held.Add(l)
		return []*state{s}, true
	}
	l.Flags |= lockset.Tried
	return x.outcome(s, cs, []lockset.Lock{l}, true), true
}

// notNil notes that the object whose lock is taken is there, if it was looked
// up or returned: others may ask.
func (x *exec) notNil(s *state, object *lockset.Value) {
	if object.Op != lockset.OpElem && object.Op != lockset.OpSite {
		return
	}
	if facts, ok := x.t.Assume(s.facts, x.t.Equal(object, x.t.Nil), false); ok {
		s.facts = facts
	}
}

// classOf finds the class and key of a mutex from its place, and reports
// whether it has one.
func (x *exec) classOf(s *state, w *wanted, place *lockset.Value) bool {
	lock := x.a.lockAt(place)
	if lock == nil {
		return false
	}
	w.class, w.plain, w.implied = lock.Class, true, lock.implied
	key := holderOf(place)
	for _, f := range lock.Path {
		key = x.fieldValue(s, key, f)
	}
	w.keys = one(key)
	return true
}

// holderOf returns the object that holds the mutex at a place, which is the
// mutex's key: the struct of a field; a local variable by its address, since
// what it contains says nothing.
func holderOf(place *lockset.Value) *lockset.Value {
	if place.Op == lockset.OpField || place.Op == lockset.OpDeref {
		return place.Args[0]
	}
	return place
}

// A lockDecl is a lock that is declared, or inferred.
type lockDecl struct {
	lockmodel.Lock
	implied bool
}

// lockMark separates, in the name of a field or variable that is a lock, the
// name from the key of its declaration: two fields of one name are two locks.
const lockMark = "@"

// fieldName is the name of a field in a value: a lock's carries its key.
func (a *unit) fieldName(f *types.Var) string {
	if d := a.fieldLock(f); d != nil {
		return f.Name() + lockMark + d.Key
	}
	return f.Name()
}

// lockAt returns the lock at a place, through the elements of a container.
func (a *unit) lockAt(place *lockset.Value) *lockDecl {
	for {
		switch place.Op {
		case lockset.OpField, lockset.OpGlobal:
			_, key, ok := strings.Cut(place.Aux, lockMark)
			if !ok {
				return nil
			}
			return a.lockOf(key)
		case lockset.OpAlloc, lockset.OpFree:
			_, key, ok := strings.Cut(place.Aux, lockMark)
			if !ok {
				return nil
			}
			return a.lockOf(key)
		case lockset.OpElem, lockset.OpPrev, lockset.OpDeref:
			place = place.Args[0]
		default:
			return nil
		}
	}
}

// lockOf returns the lock with a key that was found to be one.
func (a *unit) lockOf(key string) *lockDecl {
	if l := a.model.Locks[key]; l != nil {
		return &lockDecl{Lock: *l}
	}
	if a.infer {
		return a.implied(key)
	}
	return nil
}

// isKeyed reports whether locks of a class are known by something else than the
// object that holds them.
func (a *unit) isKeyed(class string) bool {
	for _, l := range a.model.Locks {
		if l.Class == class && len(l.Path) > 0 {
			return true
		}
	}
	return false
}

// fieldLock returns the lock that a field or variable is, nil if it is none.
func (a *unit) fieldLock(f *types.Var) *lockDecl {
	f = f.Origin()
	if d, ok := a.fieldLocks[f]; ok {
		return d
	}
	var d *lockDecl
	if len(a.model.Locks) > 0 || a.infer {
		if l := a.model.Locks[a.varKey(f)]; l != nil {
			d = &lockDecl{Lock: *l}
		} else if a.inferredIn(f.Pkg()) && a.holdsLock(f.Type()) && !a.isOpen(innermost(f.Type())) {
			d = a.implied(a.varKey(f))
		}
	}
	a.fieldLocks[f] = d
	return d
}

// typeLock returns the lock that a named type is declared to be, nil if none.
func (a *unit) typeLock(t types.Type) *lockmodel.Lock {
	if len(a.model.Locks) == 0 {
		return nil
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return a.model.Locks[lockmodel.Key(n.Origin().Obj())]
	}
	return nil
}

// isSyncMutex reports whether t is sync.Mutex, sync.RWMutex or a pointer to one.
func isSyncMutex(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "sync" {
		return false
	}
	return n.Obj().Name() == "Mutex" || n.Obj().Name() == "RWMutex"
}

// isLockType reports whether a declared lock may be of type t: it has Lock and
// Unlock of the usual shape.
func (a *unit) isLockType(t types.Type) bool {
	if ok, known := a.lockTypes[t]; known {
		return ok
	}
	ok := isSyncMutex(t)
	if !ok {
		ok = hasMutexMethod(t, "Lock") && hasMutexMethod(t, "Unlock")
	}
	a.lockTypes[t] = ok
	return ok
}

func hasMutexMethod(t types.Type, name string) bool {
	if _, ok := t.Underlying().(*types.Interface); !ok {
		if _, ok := types.Unalias(t).(*types.Pointer); !ok {
			t = types.NewPointer(t)
		}
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	fn, ok := obj.(*types.Func)
	if !ok {
		return false
	}
	_, ok = isMutexMethod(fn)
	return ok
}

// holdsLock reports whether a variable of type t is a lock, or a container of
// locks, by its type alone.
func (a *unit) holdsLock(t types.Type) bool {
	t = innermost(t)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return a.isLockType(t)
}

// implied returns the inferred lock of a variable: its class is named for the
// package, the type and the field that hold it.
func (a *unit) implied(key string) *lockDecl {
	if key == "" {
		return nil
	}
	name := key
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		name = key[i+1:]
	}
	return &lockDecl{Lock: lockmodel.Lock{Key: key, Class: name}, implied: true}
}

// steps reports whether b adds a positive constant.
func steps(b *ssa.BinOp) bool {
	c, ok := b.Y.(*ssa.Const)
	return ok && b.Op == token.ADD && c.Value != nil && c.Value.Kind() == constant.Int && constant.Sign(c.Value) > 0
}

// releaseFunc runs a call of a function value that is the guard of a lock.
func (x *exec) releaseFunc(s *state, cs callSite, fn *lockset.Value) ([]*state, bool) {
	for _, l := range s.held {
		if l.Guard != nil && l.Guard == fn && !l.Is(lockset.Plain) && fn.Op != lockset.OpFunc {
			x.freedAt[l.Class] = max(x.freedAt[l.Class], cs.pos)
			x.release(s, cs, freed{guard: fn}, nil)
			return []*state{s}, true
		}
	}
	return nil, false
}
