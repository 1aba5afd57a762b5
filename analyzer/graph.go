package analyzer

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
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

// helper reports whether f is a small function whose effect is worth knowing:
// it computes a key, puts keys in order, or writes a field, or calls one that
// does, at most maxHelpers calls away.
func (a *unit) helper(f *ssa.Function) bool { return a.helps(f, maxHelpers) || a.sortsAny(f) }

const maxHelpers = 3

func (a *unit) helps(f *ssa.Function, depth int) bool {
	if len(f.Blocks) == 0 || len(f.Blocks) > 8 || depth == 0 {
		return false
	}
	n, acts := 0, f.Signature.Results().Len() > 0
	for _, b := range f.Blocks {
		n += len(b.Instrs)
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				_, local := instr.Addr.(*ssa.Alloc)
				acts = acts || !local
			case *ssa.Call:
				if fn := instr.Call.StaticCallee(); fn != nil && !acts {
					acts = orders[fn.String()] != 0 || a.helps(fn, depth-1)
				}
			}
		}
	}
	return n <= 60 && acts
}

// sortsAny reports whether f, which may be somewhat larger, sorts something.
func (a *unit) sortsAny(f *ssa.Function) bool {
	n, sorts := 0, false
	for _, b := range f.Blocks {
		n += len(b.Instrs)
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			sorts = sorts || ok && a.sorts(call)
		}
	}
	return sorts && len(f.Blocks) <= 16 && n <= 150
}

// sorts reports whether a call says something of the order of a slice.
func (a *unit) sorts(call *ssa.Call) bool {
	fn := call.Call.StaticCallee()
	if fn == nil {
		return false
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	op := orders[fn.String()]
	return op != noOrder && op != compares && op != isLess
}

// givesKeys reports whether importers may need to know what f returns: it is an
// exported helper whose result is a key, keys in order, or a sorted slice.
func (a *unit) givesKeys(f *ssa.Function) bool {
	obj := a.objectOf(f)
	if obj == nil || !obj.Exported() || !a.helper(f) {
		return false
	}
	for r := range f.Signature.Results().Variables() {
		t := r.Type()
		if s, ok := t.Underlying().(*types.Slice); ok {
			t = s.Elem()
		} else if len(f.Blocks) > 1 && f.Signature.Results().Len() == 1 {
			continue // a key that is computed: it is nothing that its caller has
		}
		if isKey(t) {
			return true
		}
	}
	return false
}

// summaryFor returns what is known of a callee; known is false if nothing is.
func (a *unit) summaryFor(c callee) (sum *summary, known bool) {
	if c.fn != nil {
		if i, ok := a.graph.num[c.fn]; ok && !a.graph.lockish[i] && !a.graph.dynamic[i] && !a.helper(c.fn) {
			return nil, true
		}
		return a.summaryOf(c.fn), true
	}
	if s := a.imports.load(a, c.key); s != nil {
		return s, true
	}
	if c.key == quietMethod {
		return nil, true
	}
	if c.obj != nil && c.obj.Pkg() != nil {
		return nil, a.imports.known[c.obj.Pkg().Path()]
	}
	return nil, false
}

// summaryOf returns the summary of a function of this package. While the
// function is being analysed it is what has been found so far, at first that
// it never returns.
func (a *unit) summaryOf(f *ssa.Function) *summary {
	if a.reads != nil {
		a.reads[f] = true
	}
	if s, ok := a.summaries[f]; ok {
		return s
	}
	if a.running[f] {
		return &summary{}
	}
	if group := a.unsolved[f]; group != nil {
		reads := a.reads
		a.solveGroup(group)
		a.reads = reads
		return a.summaries[f]
	}
	a.analyse(f)
	return a.summaries[f]
}

// analyse runs one function once. A crash is caught, and said.
func (a *unit) analyse(f *ssa.Function) {
	a.running[f] = true
	defer func() {
		delete(a.running, f)
		if v := recover(); v != nil {
			a.summaries[f] = &summary{exits: []*exit{{}}}
			delete(a.execs, f)
			a.crashed(f, v)
		}
	}()
	if len(f.Blocks) > maxBlocks {
		a.summaries[f] = &summary{exits: []*exit{{}}}
		a.giveUp(Range{f.Pos(), token.NoPos}, displayName(f, a.pkg), "it has more than "+itoa(maxBlocks)+" blocks")
		return
	}
	x := newExec(a, f)
	a.summaries[f] = x.run()
	a.execs[f] = x
}

// maxRounds bounds how often the functions of a recursion are run. Each round
// carries what is found one call further round the circle, and callees run
// first, so that few rounds do; beyond, what is missing is counted.
// What functions return, and under which conditions, need not come to rest at
// all: what one returns may be told apart by what the other one does, which is
// told apart by that. After valueRounds, only what is new of locks counts.
// Of a group of more than bigGroup functions, as a server makes one whose parts
// all call each other, fewer rounds are run.
const (
	maxRounds   = 12
	valueRounds = 4
	bigGroup    = 60
	bigRounds   = 2
)

// solve analyses the functions that matter, callees before callers; those that
// call each other until their summaries stay as they are.
func (a *unit) solve() {
	g := a.graph
	for _, comp := range components(len(a.funcs), func(v int) []int { return g.succs[v] }) {
		slices.Sort(comp)
		slices.Reverse(comp) // later functions tend to be callees
		var members []*ssa.Function
		matters := false
		for _, m := range comp {
			if a.lockersOnly && !a.handlesLockers(a.funcs[m]) {
				continue
			}
			this := g.lockish[m] || g.dynamic[m] && a.dynamicMatters(m) || a.givesKeys(a.funcs[m]) || a.givesTypes(a.funcs[m])
			if matters = matters || this; this || g.dynamic[m] {
				members = append(members, a.funcs[m])
			}
		}
		recursive := len(comp) > 1 || slices.Contains(g.succs[comp[0]], comp[0])
		switch {
		case matters && recursive:
			a.solveGroup(members)
		case matters:
			a.summaryOf(members[0])
		case recursive:
			for _, f := range members {
				a.unsolved[f] = members // until somebody asks
			}
		}
	}
}

// dynamicMatters reports whether a function that only calls what it is given
// is worth a summary: importers may give it something that locks.
func (a *unit) dynamicMatters(i int) bool {
	f := a.funcs[i]
	obj := a.objectOf(f)
	return obj != nil && obj.Exported() || f.Parent() != nil
}

func (a *unit) solveGroup(members []*ssa.Function) {
	prints := make(map[*ssa.Function]string, len(members))
	readers := make(map[*ssa.Function]map[*ssa.Function]bool, len(members))
	stale := make(map[*ssa.Function]bool, len(members))
	for _, f := range members {
		a.summaries[f] = &summary{}
		stale[f] = true
	}
	rounds := maxRounds
	if len(members) > bigGroup {
		rounds = bigRounds
	}
	unsettled := false
	var printed []byte
	for round := range rounds {
		if len(stale) == 0 {
			break
		}
		for _, f := range members {
			if !stale[f] {
				continue
			}
			delete(stale, f)
			before := a.summaries[f]
			a.reads = make(map[*ssa.Function]bool)
			a.analyse(f)
			for g := range a.reads {
				if readers[g] == nil {
					readers[g] = make(map[*ssa.Function]bool)
				}
				readers[g][f] = true
			}
			a.reads = nil
			printed = a.summaries[f].appendPrint(printed[:0])
			if string(printed) == prints[f] {
				continue
			}
			prints[f] = string(printed)
			if round >= valueRounds && a.summaries[f].printLocks() == before.printLocks() {
				unsettled = true
				continue
			}
			for r := range readers[f] {
				stale[r] = true
			}
		}
	}
	if unsettled || len(stale) > 0 {
		a.stats.Bounded++
	}
}

// effectsOf returns the summary of a callee that is called back or waited for;
// for one that directives describe, it is made from them.
func (x *exec) effectsOf(c callee) *summary {
	spec := x.a.model.Funcs[c.key]
	if spec != nil && declares(spec) && c.obj != nil {
		return x.specSummary(c, spec)
	}
	sum, known := x.a.summaryFor(c)
	if sum == nil && !known {
		return nil
	}
	return sum
}

// specExits states what a function leaves behind according to its directives,
// seen by somebody who is not given its results.
func (x *exec) specExits(own callee, spec *lockmodel.Func) []*exit {
	done := &exit{}
	fails := false
	cs := callSite{}
	for _, e := range spec.Effects {
		switch {
		case e.Kind == lockmodel.Release:
			keys := x.keysOf(&state{}, own, e)
			switch {
			case len(keys) > 0:
				done.freed = append(done.freed, freed{class: e.Class, key: keys[0]})
			case own.obj.Signature().Recv() != nil && len(own.args) > 0:
				done.freed = append(done.freed, freed{class: e.Class, guard: own.args[0]})
			default:
				done.freed = append(done.freed, freed{class: e.Class})
			}
		case e.Kind == lockmodel.Acquire && e.During == nil && e.Guard.Kind != lockmodel.GuardResult:
			guard, _ := x.holder(cs, own, e.Guard)
			mode, by := x.modeOf(&state{}, own, e)
			l := lockset.Lock{Class: e.Class, Mode: mode, ModeBy: by, Guard: guard, Flags: lockset.Handed}
			keys := x.keysOf(&state{}, own, e)
			if len(keys) == 0 {
				keys = append(keys, nil)
			}
			for _, l.Key = range keys {
				done.held = append(done.held, l)
				done.heldAt = append(done.heldAt, newHop(own.obj.Name(), "", nil))
			}
			fails = true
		}
	}
	if fails { // it may have failed
		return []*exit{{}, done}
	}
	return []*exit{done}
}

// specSummary states directives as a summary: what a call of the function asks
// for, seen by somebody who is given it as a value.
func (x *exec) specSummary(c callee, spec *lockmodel.Func) *summary {
	own := callee{obj: c.obj}
	for i := range len(c.args) {
		own.args = append(own.args, x.t.Param(i))
	}
	empty := &state{}
	sum := &summary{exits: x.specExits(own, spec)}
	for _, e := range spec.Effects {
		ev := &event{class: e.Class, try: e.Try, ordered: e.Ordered, chain: newHop(c.obj.Name(), "", nil)}
		switch e.Kind {
		case lockmodel.Acquire:
			ev.kind = evAcquire
		case lockmodel.Require:
			ev.kind = evRequire
		default:
			continue
		}
		if e.Try {
			continue
		}
		ev.mode, ev.by = x.modeOf(empty, own, e)
		keys := x.keysOf(empty, own, e)
		if len(keys) == 0 {
			keys = []*lockset.Value{nil}
		}
		for _, k := range keys {
			ev := *ev
			ev.key = k
			sum.events = append(sum.events, &ev)
		}
	}
	return sum
}
