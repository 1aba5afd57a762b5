package analyzer

import (
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

func itoa(i int) string { return strconv.Itoa(i) }

// A callSite is a call in the function under analysis: where its reports go,
// and which value takes its result.
type callSite struct {
	instr  ssa.Instruction
	common *ssa.CallCommon
	pos    token.Pos // the position of reports
	result ssa.Value // nil if the result is lost
	// through is set while the call runs a function value that it was passed:
	// the name of the function that calls back.
	through *hop
	// part says which events of a callee count at this place.
	part eventPart
	// alone is set if no caller of the function can help: a goroutine begins.
	alone bool
	// outside is set if what the body of a loop asks for is judged where the loop
	// calls its iterator: the iterator holds the lock.
	outside bool
	// goesOn is set if only those ways out of a body count that go on.
	goesOn bool
	// guess is set if the call is one that a function of which nothing is known may
	// make, or may not.
	guess bool
	// beside is what else is held, if the locks held are judged in parts: a lock
	// that is taken may be one of these.
	beside lockset.Set
}

// An eventPart is a part of a callee's events.
type eventPart uint8

const (
	allEvents   eventPart = iota
	acquireOnly           // what is taken, against some of the locks held
	requireOnly           // what must be held, is given up, or is asked: against all of them
)

// A callee is what a call may run.
type callee struct {
	key  string
	name string
	obj  *types.Func      // nil for a closure
	fn   *ssa.Function    // nil outside this package
	args []*lockset.Value // the receiver first
	caps []*lockset.Value
}

func (x *exec) call(s *state, instr *ssa.Call) []*state {
	cs := callSite{instr: instr, common: &instr.Call, pos: callPos(instr), result: instr}
	if x.code.recovers && !x.entryOnly(s) && !x.givesUp(&instr.Call) {
		x.mayPanic(s)
	}
	return x.invoke(s, cs, x.operands(s, &instr.Call))
}

// givesUp reports whether a call is one of a function that a directive says to
// give up a lock: it is not taken to panic before it has. A predeclared function
// is not taken to panic at all.
func (x *exec) givesUp(c *ssa.CallCommon) bool {
	if _, ok := c.Value.(*ssa.Builtin); ok {
		return true
	}
	fn := c.StaticCallee()
	if fn == nil {
		return false
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return false
	}
	spec := x.a.model.FuncOf(obj)
	return spec != nil && len(spec.Of(lockmodel.Release)) > 0
}

// callPos is the position of a call; that of an implicit one, such as of an
// iterator by a range statement, is the position of what is called.
func callPos(instr *ssa.Call) token.Pos {
	if p := instr.Pos(); p.IsValid() {
		return p
	}
	for _, a := range instr.Call.Args {
		if mc, ok := a.(*ssa.MakeClosure); ok && mc.Fn.Pos().IsValid() {
			return mc.Fn.Pos() // the body of the loop
		}
	}
	if _, fn := instr.Call.Value.(*ssa.Function); !fn && instr.Call.Value.Pos().IsValid() {
		return instr.Call.Value.Pos()
	}
	return instr.Parent().Pos()
}

// operands evaluates the function and the arguments of a call; of an interface
// call, the first is the receiver.
func (x *exec) operands(s *state, c *ssa.CallCommon) []*lockset.Value {
	vals := []*lockset.Value{x.eval(s, c.Value)}
	for _, a := range c.Args {
		vals = append(vals, x.eval(s, a))
	}
	return vals
}

// invoke runs a call whose operands have been evaluated: vals[0] is the
// function value, or the receiver of an interface call.
func (x *exec) invoke(s *state, cs callSite, vals []*lockset.Value) []*state {
	c := cs.common
	if bi, ok := c.Value.(*ssa.Builtin); ok {
		return x.builtin(s, cs, bi.Name(), vals[1:])
	}
	if c.IsInvoke() {
		return x.invokeMethod(s, cs, vals)
	}
	if fn := c.StaticCallee(); fn != nil {
		if _, ok := c.Value.(*ssa.MakeClosure); !ok {
			return x.run1(s, cs, x.a.calleeOf(fn, nil, x.typedArgs(fn, c, vals[1:])))
		}
	}
	return x.invokeValue(s, cs, vals[0], c.Value, vals[1:])
}

// typedArgs gives the arguments of a generic function whose type is a type
// parameter with methods the dynamic type that they have here.
func (x *exec) typedArgs(fn *ssa.Function, c *ssa.CallCommon, args []*lockset.Value) []*lockset.Value {
	o := fn.Origin()
	if o == nil {
		return args
	}
	out := slices.Clone(args)
	params := o.Signature.Params()
	recv := len(c.Args) - params.Len() // 1 for a method
	for i, a := range c.Args {
		if i < recv || recv < 0 {
			continue
		}
		tp, ok := types.Unalias(params.At(i - recv).Type()).(*types.TypeParam)
		if ok && !types.IsInterface(a.Type()) && tp.Underlying().(*types.Interface).NumMethods() > 0 {
			out[i] = x.a.makeIface(a.Type(), args[i])
		}
	}
	return out
}

// run1 runs one known callee.
func (x *exec) run1(s *state, cs callSite, c callee) []*state {
	if c.obj != nil {
		if out, ok := x.intrinsic(s, cs, c); ok {
			return out
		}
		if out, ok := x.mutex(s, cs, c); ok {
			return out
		}
	}
	if underLock(s) {
		x.record.called[cs.pos] = true
	}
	x.calledUnder(s, c.fn)
	spec := x.a.model.Funcs[c.key]
	sum, known := x.a.summaryFor(c)
	if spec != nil && declares(spec) {
		return x.directive(s, cs, c, spec, sum)
	}
	if spec != nil {
		x.requires(s, cs, c, spec)
		if async := spec.Of(asyncKind); len(async) > 0 {
			x.runLater(s, c, async)
			if sum == nil {
				return []*state{s}
			}
			sum = sum.withoutCalls(c, async)
		}
	}
	if sum != nil && x.a.prints(c) {
		return x.unknown(s, cs, c) // it finds the methods by reflection
	}
	if sum != nil {
		return x.applySummary(s, cs, c, sum)
	}
	if known { // to have nothing to do with locks; but it may keep what it is given
		x.addTo(s, cs, c)
		for i, arg := range c.args {
			if c.fn != nil && (x.leadsToGuard(s, arg) || x.a.infer && isOwn(arg)) && x.a.retains(c.fn, i) {
				x.handOver(s, arg)
			}
		}
		return []*state{s}
	}
	return x.unknown(s, cs, c)
}

// leadsToGuard reports whether the guard of a lock that this function has taken
// can be reached from v.
func (x *exec) leadsToGuard(s *state, v *lockset.Value) bool {
	return slices.ContainsFunc(s.held, func(l lockset.Lock) bool {
		return l.Guard != nil && !l.Is(lockset.Handed) && !l.Is(lockset.Given) && x.reaches(s, v, l.Guard)
	})
}

// invokeMethod runs a call of an interface method.
func (x *exec) invokeMethod(s *state, cs callSite, vals []*lockset.Value) []*state {
	m := cs.common.Method
	recv := vals[0]
	if spec := x.a.model.FuncOf(m); spec != nil && declares(spec) {
		c := callee{key: spec.Key, name: objectName(m, x.a.pkg), obj: m, args: vals}
		return x.directive(s, cs, c, spec, nil)
	} else if spec != nil {
		c := callee{key: spec.Key, name: objectName(m, x.a.pkg), obj: m, args: vals}
		x.requires(s, cs, c, spec)
		if async := spec.Of(asyncKind); len(async) > 0 {
			x.runLater(s, c, async)
			return []*state{s}
		}
	}
	if out, ok := x.locker(s, cs, m, recv); ok {
		return out
	}
	if out, ok := x.sweep(s, cs, cs.common.Value, m.Name()); ok && len(vals) == 1 {
		return out
	}
	d := dynamic{fn: recv, method: m.Name(), args: vals[1:], name: objectName(m, x.a.pkg), sig: m.Signature(),
		target: x.a.methodTarget(cs.common.Value.Type(), m)}
	return x.dynamicCall(s, cs, d, func() flowSet { return x.a.flow.types(cs.common.Value) })
}

// invokeValue runs a call of a function value.
func (x *exec) invokeValue(s *state, cs callSite, fn *lockset.Value, v ssa.Value, args []*lockset.Value) []*state {
	if out, ok := x.releaseFunc(s, cs, fn); ok {
		return out
	}
	if out, ok := x.pull(s, cs, fn); ok {
		return out
	}
	if fn.Op == lockset.OpSum && strings.HasPrefix(fn.Aux, "iter:") && len(args) == 1 {
		return x.iterate(s, cs, fn, args[0])
	}
	d := dynamic{fn: fn, args: args, name: "function value", sig: cs.common.Signature(), target: x.a.valueTarget(v)}
	if out, ok := x.sweep(s, cs, v, ""); ok {
		return out
	}
	return x.dynamicCall(s, cs, d, func() flowSet { return x.a.flow.funcs(v) })
}

// A dynamic is a call of something that has to be found out first.
type dynamic struct {
	fn     *lockset.Value
	method string // of an interface, or ""
	args   []*lockset.Value
	name   string
	sig    *types.Signature
	target string
}

// A flowSet is what the package-wide flow of values says a call may run.
type flowSet struct {
	vals     []*lockset.Value // functions, or values with a dynamic type
	complete bool             // there can be no others
}
