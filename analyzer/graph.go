package analyzer

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A graph is the call graph of the package as far as it can be had without
// states: static calls, closures where they are made, and what the flow of
// values says of dynamic calls. It serves to find the functions that matter,
// and the order in which to analyse them: callees first.
type graph struct {
	num     map[*ssa.Function]int
	succs   [][]int
	lockish []bool // it can take or give up a lock, or keeps the guard of one
	dynamic []bool // it calls or keeps what it is given, or waits for what others started, at some depth
	roots   []bool
	called  []bool // somebody in the package calls it, or uses it as a value
}

// buildGraph reads the functions of the package once.
func (a *unit) buildGraph() {
	n := len(a.funcs)
	g := &graph{num: make(map[*ssa.Function]int, n), succs: make([][]int, n), lockish: make([]bool, n), dynamic: make([]bool, n), roots: make([]bool, n)}
	a.graph = g
	for i, f := range a.funcs {
		g.num[f] = i
		a.remember(a.named(f).key, f)
	}
	for i, f := range a.funcs {
		a.readFunc(g, i, f)
	}
	g.spread(g.lockish)
	g.spread(g.dynamic)
	a.findRoots(g)
}

// readFunc notes whom function i calls, and whether it deals with locks itself.
func (a *unit) readFunc(g *graph, i int, f *ssa.Function) {
	add := func(callee *ssa.Function) { a.addCallee(callee, g, i, nil) }
	if obj := a.objectOf(f); obj != nil && a.model.FuncOf(obj) != nil {
		g.lockish[i] = true
	}
	for r := range f.Signature.Results().Variables() {
		if a.holdsGuard(r.Type()) {
			g.lockish[i] = true
		}
	}
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case ssa.CallInstruction:
				c := instr.Common()
				fn := c.StaticCallee()
				switch {
				case fn != nil:
					add(fn)
					a.addTypeArgs(fn, add, g, i)
					if groupWaits[fn.String()] {
						g.dynamic[i] = true // for goroutines that callers have started
					}
				case c.IsInvoke():
					if a.model.FuncOf(c.Method) != nil || a.locksThrough(c) {
						g.lockish[i] = true
					}
					g.dynamic[i] = true
					for _, v := range a.flow.receivers(c.Value).vals {
						if t, ok := a.methodOf(v, c.Method.Name(), nil); ok {
							a.addTarget(t, add, g, i)
						}
					}
				default:
					if _, ok := c.Value.(*ssa.Builtin); ok {
						break
					}
					g.dynamic[i] = true
					for _, v := range a.flow.funcs(c.Value).vals {
						if t, ok := a.calleeOfValue(v, nil); ok {
							a.addTarget(t, add, g, i)
						}
					}
				}
			case *ssa.MapUpdate:
				g.dynamic[i] = g.dynamic[i] || callable(instr.Value.Type())
				g.lockish[i] = g.lockish[i] || a.holdsGuard(instr.Value.Type())
			case *ssa.Send:
				g.dynamic[i] = g.dynamic[i] || callable(instr.X.Type())
				g.lockish[i] = g.lockish[i] || a.holdsGuard(instr.X.Type())
			case *ssa.Select:
				for _, st := range instr.States {
					g.lockish[i] = g.lockish[i] || st.Send != nil && a.holdsGuard(st.Send.Type())
				}
			case *ssa.Store:
				if _, local := instr.Addr.(*ssa.Alloc); !local && f.Synthetic == "" && (callable(instr.Val.Type()) || a.mayBeOurs(instr.Val.Type())) {
					g.dynamic[i] = true // others will call it
				}
				if _, local := instr.Addr.(*ssa.Alloc); !local && a.holdsGuard(instr.Val.Type()) {
					g.lockish[i] = true
				}
			}
			if f.Synthetic == "package initializer" {
				continue // it fills tables; whoever calls from them is seen
			}
			for _, op := range instr.Operands(nil) {
				if fn, ok := (*op).(*ssa.Function); ok {
					add(fn)
				}
			}
		}
	}
}

// addCallee notes that function i calls callee, or uses it as a value. Through a
// wrapper, as that of a method value, it is what that calls.
func (a *unit) addCallee(callee *ssa.Function, g *graph, i int, wrappers []*ssa.Function) {
	if o := callee.Origin(); o != nil {
		callee = o
	}
	switch j, ok := g.num[callee]; {
	case ok:
		g.succs[i] = append(g.succs[i], j)
		return
	case len(callee.Blocks) == 0:
		g.lockish[i] = g.lockish[i] || a.externLockish(callee)
		return
	case slices.Contains(wrappers, callee):
		return
	}
	wrappers = append(wrappers, callee)
	for _, b := range callee.Blocks {
		for _, instr := range b.Instrs {
			c, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if fn := c.Common().StaticCallee(); fn != nil {
				a.addCallee(fn, g, i, wrappers)
			} else if c.Common().IsInvoke() {
				g.dynamic[i] = true
				g.lockish[i] = g.lockish[i] || a.model.FuncOf(c.Common().Method) != nil
			}
		}
	}
}

// callable reports whether a value of type t is something to call: a function,
// or a container of functions.
func callable(t types.Type) bool {
	_, ok := innermost(t).Underlying().(*types.Signature)
	return ok
}

// mayBeOurs reports whether t is an interface of this package, or of one that
// deals with locks: what implements it may lock, when somebody calls it. Those
// of the standard library, which everybody has in fields, do not count.
func (a *unit) mayBeOurs(t types.Type) bool {
	n, ok := types.Unalias(innermost(t)).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg() != a.pkg && !a.imports.known[n.Obj().Pkg().Path()] {
		return false
	}
	iface, ok := n.Underlying().(*types.Interface)
	return ok && iface.NumMethods() > 0
}

// addTypeArgs adds the methods that a generic function can call of its type
// arguments.
func (a *unit) addTypeArgs(fn *ssa.Function, add func(*ssa.Function), g *graph, i int) {
	if fn.Origin() == nil {
		return
	}
	params := fn.Origin().Signature.TypeParams()
	for n, t := range fn.TypeArgs() {
		if n >= params.Len() || types.IsInterface(t) {
			continue
		}
		for m := range params.At(n).Constraint().Underlying().(*types.Interface).Methods() {
			if c, ok := a.methodOf(a.makeIface(t, a.t.Unknown), m.Name(), nil); ok {
				a.addTarget(c, add, g, i)
			}
		}
	}
}

func (a *unit) addTarget(c callee, add func(*ssa.Function), g *graph, i int) {
	if c.fn != nil {
		add(c.fn)
		return
	}
	if a.model.Funcs[c.key] != nil || !a.imports.load(a, c.key).silent() {
		g.lockish[i] = true
	}
}

// externLockish reports whether a function that is not one of a.funcs deals
// with locks: one of an import, or a wrapper.
func (a *unit) externLockish(f *ssa.Function) bool { return a.externLocks(f, nil) }

func (a *unit) externLocks(f *ssa.Function, seen []*ssa.Function) bool {
	if len(f.Blocks) > 0 { // a wrapper: look through it
		if slices.Contains(seen, f) {
			return false
		}
		seen = append(seen, f)
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				c, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				fn := c.Common().StaticCallee()
				if fn == nil {
					continue
				}
				if i, ok := a.graph.num[fn]; ok {
					if a.graph.lockish[i] || a.graph.dynamic[i] {
						return true
					}
				} else if a.externLocks(fn, seen) {
					return true
				}
			}
		}
		return false
	}
	key := a.named(f).key
	if a.model.Funcs[key] != nil || !a.imports.load(a, key).silent() {
		return true
	}
	obj, ok := f.Object().(*types.Func)
	if !ok || !a.passesLocks {
		return false
	}
	if _, ok := isMutexMethod(obj); ok {
		recv := obj.Signature().Recv().Type()
		return isSyncMutex(recv) || a.typeLock(recv) != nil || a.isLockType(recv)
	}
	return false
}

// spread marks the callers of what is marked.
func (g *graph) spread(mark []bool) {
	preds := make([][]int, len(g.succs))
	var work []int
	for i, ss := range g.succs {
		for _, s := range ss {
			preds[s] = append(preds[s], i)
		}
		if mark[i] {
			work = append(work, i)
		}
	}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		for _, p := range preds[v] {
			if !mark[p] {
				mark[p] = true
				work = append(work, p)
			}
		}
	}
}

// findRoots marks the functions that somebody may call who is not seen here:
// exported ones, main, init, those used as values, those that run as
// goroutines, and those that nobody calls.
func (a *unit) findRoots(g *graph) {
	a.flow.index()
	called := make([]bool, len(a.funcs)) // also by way of a value
	for i, ss := range g.succs {
		for _, s := range ss {
			called[s] = called[s] || s != i
		}
	}
	g.called = called
	for i, f := range a.funcs {
		if f.Parent() != nil {
			g.roots[i] = a.looseClosure(f)
			continue
		}
		obj := a.objectOf(f)
		g.roots[i] = obj == nil || obj.Exported() || f.Name() == "main" || strings.HasPrefix(f.Name(), "init#") || a.flow.taken[f] || !called[i]
	}
	for _, f := range a.funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				if goStmt, ok := instr.(*ssa.Go); ok {
					if fn := goStmt.Call.StaticCallee(); fn != nil {
						if j, ok := g.num[fn]; ok {
							g.roots[j] = true
						}
					}
				}
			}
		}
	}
}

// looseClosure reports whether a closure is put somewhere, rather than called
// or passed on.
func (a *unit) looseClosure(f *ssa.Function) bool {
	used := false
	for _, b := range f.Parent().Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(nil) {
				v := *op
				if mc, ok := v.(*ssa.MakeClosure); ok && mc.Fn == f || v == ssa.Value(f) {
					switch instr := instr.(type) {
					case *ssa.Call:
						if isKept(&instr.Call) {
							return true
						}
						used = true
					case *ssa.Defer:
						used = true
					case *ssa.MakeClosure, *ssa.ChangeType:
					default:
						return true
					}
				}
			}
		}
	}
	return !used
}

// isKept reports whether a call is one of a function that runs what it is given
// later, on a goroutine that nobody waits for.
func isKept(c *ssa.CallCommon) bool {
	fn := c.StaticCallee()
	return fn != nil && fn.Pkg != nil && (startsLater[fn.String()] || runsLater[fn.String()] && !groupStarts[fn.String()])
}

// isHandler reports whether f is a root only because it is put into a table, a
// field or a variable of this package: those who call it from there are seen.
// A requirement of it is told in the handler, unless all of them meet it.
func (a *unit) isHandler(f *ssa.Function) bool {
	if f.Parent() != nil {
		return a.isRoot(f)
	}
	obj := a.objectOf(f)
	return obj != nil && !obj.Exported() && a.flow.taken[f]
}

// isUnread reports whether nobody asks for the summary of f: no function of the
// package calls it, and none of another can. Test functions are such, of which
// there may be more than of all others.
func (a *unit) isUnread(f *ssa.Function) bool {
	i, ok := a.graph.num[f]
	if !ok || a.graph.called[i] || a.flow.taken[f] || f.Parent() != nil {
		return false
	}
	obj := a.objectOf(f)
	return obj != nil && obj.Signature().Recv() == nil && (!obj.Exported() || a.pkg.Name() == "main" || a.isTest(obj))
}

// isTest reports whether f is declared in a file of tests.
func (a *unit) isTest(f *types.Func) bool {
	return strings.HasSuffix(a.pass.Fset.File(f.Pos()).Name(), "_test.go")
}

func (a *unit) isRoot(f *ssa.Function) bool {
	i, ok := a.graph.num[f]
	return ok && a.graph.roots[i]
}

// mattersCall reports whether a call may have to do with locks.
func (a *unit) mattersCall(c ssa.CallInstruction) bool {
	fn := c.Common().StaticCallee()
	if fn == nil {
		_, builtin := c.Common().Value.(*ssa.Builtin)
		return !builtin
	}
	return a.matters(fn)
}

func (a *unit) matters(fn *ssa.Function) bool {
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if i, ok := a.graph.num[fn]; ok {
		return a.graph.lockish[i] || a.graph.dynamic[i]
	}
	return a.externLockish(fn) || orders[fn.String()] != 0
}
