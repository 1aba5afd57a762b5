package analyzer

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// maxDefers bounds the deferred calls of one path, and the goroutines that it may
// wait for: in a loop there is one more in each turn.
const maxDefers = 24

// deferCall queues a deferred call.
func (x *exec) deferCall(s *state, instr *ssa.Defer) []*state {
	vals := x.operands(s, &instr.Call)
	s.queue(deferred{instr, vals[0], vals[1:]})
	return []*state{s}
}

// queue adds a deferred call.
func (s *state) queue(d deferred) {
	if len(s.defers) < maxDefers {
		s.defers = append(slices.Clip(s.defers), d)
	}
	// What earlier turns of a loop have queued is one call.
	s.defers = slices.CompactFunc(slices.Clone(s.defers), func(a, b deferred) bool {
		return a.instr == b.instr && a.fn == b.fn && slices.Equal(a.args, b.args)
	})
}

// runDefers runs the queued calls, the last one first.
func (x *exec) runDefers(s *state) []*state {
	states := []*state{s}
	if x.isBody() {
		return states // they run at the end of the function around it
	}
	for range maxDefers + 1 {
		var next []*state
		more := false
		for _, s := range states {
			n := len(s.defers)
			if n == 0 {
				next = append(next, s)
				continue
			}
			more = true
			d := s.defers[n-1]
			s.defers = slices.Clip(s.defers[:n-1])
			cs := callSite{instr: d.instr, common: d.instr.Common(), pos: d.instr.Pos()}
			next = append(next, x.invoke(s, cs, slices.Concat([]*lockset.Value{d.fn}, d.args))...)
		}
		states = x.dedupe(next)
		if !more {
			break
		}
	}
	return states
}

// returns ends a path. What only the bodies of loops have deferred has no
// instruction of its own that runs it.
func (x *exec) returns(s *state, instr *ssa.Return) {
	for _, t := range x.runDefers(s) {
		x.ret(t, instr)
	}
}

// panics1 runs an explicit panic: the deferred calls run, and if one of them
// recovers, the function returns.
func (x *exec) panics1(s *state) {
	if x.code.recovers {
		x.recovered(s)
	}
}

// mayPanic runs the deferred calls as if a call had panicked here. Only
// functions that recover are looked at this way: elsewhere a panic takes the
// locks along.
func (x *exec) mayPanic(s *state) {
	if !x.hasRecoveringDefer(s) {
		return
	}
	x.recovered(s.clone())
}

func (x *exec) hasRecoveringDefer(s *state) bool {
	return slices.ContainsFunc(s.defers, func(d deferred) bool {
		def, ok := d.instr.(*ssa.Defer)
		return ok && x.a.mayRecover(def)
	})
}

// entryOnly reports whether s holds nothing, and so loses nothing in a panic.
func (x *exec) entryOnly(s *state) bool {
	return !slices.ContainsFunc(s.held, func(l lockset.Lock) bool { return !l.Is(lockset.Given) && !l.Is(lockset.Assumed) })
}

func (x *exec) recovered(s *state) {
	if !x.hasRecoveringDefer(s) {
		return
	}
	s.panicking = true
	key := string(s.core(nil, x.code))
	if x.panics[key] {
		return
	}
	x.panics[key] = true
	for _, t := range x.runDefers(s) {
		t.panicking = false
		if x.fn.Recover != nil {
			x.flow(x.fn.Recover, t)
		} else {
			x.ret(t, &ssa.Return{})
		}
	}
}

// spawn starts a goroutine. It holds nothing of ours, and is looked at as a
// root of its own; but what it does counts again where we wait for it.
func (x *exec) spawn(s *state, instr *ssa.Go) {
	vals := x.operands(s, &instr.Call)
	if fn := instr.Call.StaticCallee(); fn != nil {
		c := x.a.calleeOf(fn, nil, vals[1:])
		if spec := x.a.model.Funcs[c.key]; spec != nil && c.obj != nil {
			alone := s.clone()
			alone.held = nil
			x.requires(alone, callSite{instr: instr, common: &instr.Call, pos: instr.Pos(), alone: true}, c, spec)
		}
	}
	x.start(s, instr, &instr.Call, vals)
}

func (x *exec) start(s *state, instr ssa.Instruction, c *ssa.CallCommon, vals []*lockset.Value) {
	fn, args := vals[0], vals[1:]
	if c.IsInvoke() {
		d := dynamic{fn: fn, method: c.Method.Name(), args: args}
		if t, ok := x.resolve(s, d); ok && len(t) == 1 {
			fn = x.t.Func(t[0].key)
			args = t[0].args
		}
	}
	x.startValue(s, instr, fn, args)
}

// startValue notes that a goroutine runs fn. A wait for one of group, or for what
// the goroutine signals its end through, waits for it.
func (x *exec) startValue(s *state, instr ssa.Instruction, fn *lockset.Value, args []*lockset.Value, group ...*lockset.Value) {
	if c, ok := x.a.calleeOfValue(fn, args); ok {
		x.transfer(s, c)
	}
	x.begin(s, instr, fn, args, group...)
}

// begin notes that a goroutine runs fn, now or later, as startValue does.
func (x *exec) begin(s *state, instr ssa.Instruction, fn *lockset.Value, args []*lockset.Value, group ...*lockset.Value) {
	g := spawned{instr: instr, fn: fn, args: args, handles: append(x.handlesOf(fn, args), group...)}
	for _, v := range slices.Concat([]*lockset.Value{fn}, args) {
		x.handOver(s, v)
	}
	x.started(s, g)
}

// started notes a goroutine that may be waited for. One that nothing can wait for
// is of no further interest.
func (x *exec) started(s *state, g spawned) {
	if len(g.handles) == 0 || slices.ContainsFunc(s.gos, func(o spawned) bool {
		return o.fn == g.fn && o.instr == g.instr && slices.Equal(o.handles, g.handles)
	}) {
		return
	}
	if len(s.gos) >= maxDefers {
		x.bounded = true
		return
	}
	s.gos = append(slices.Clip(s.gos), g)
}

// transfer takes from s the locks that the goroutine will release: they are
// the goroutine's now. A mutex may be given up by it at any time from here on.
func (x *exec) transfer(s *state, c callee) {
	sum, _ := x.a.summaryFor(c)
	if sum == nil {
		return
	}
	cs := callSite{pos: x.fn.Pos()}
	sub := x.substitution(s, cs, c)
	for _, e := range sum.exits {
		for _, f := range x.subFreed(s, cs, e.freed, sub) {
			s.held = s.held.Without(func(l lockset.Lock) bool { return !l.Is(lockset.Plain) && x.frees(s, f, l) })
			s.mayFree(x, f)
		}
	}
	for _, ev := range sum.events { // it may never end
		for _, f := range x.subFreed(s, cs, ev.freed, sub) {
			s.mayFree(x, f)
		}
	}
}

// mayFree notes that somebody else gives up f at some time: a lock that it is is
// held Maybe.
func (s *state) mayFree(x *exec, f freed) {
	s.held = s.held.Map(func(l lockset.Lock) lockset.Lock {
		if x.frees(s, f, l) {
			l.Flags |= lockset.Maybe
		}
		return l
	})
}

// handlesOf returns what a wait for the goroutine would go through: the
// WaitGroups it is done with, the channels it sends on or closes.
func (x *exec) handlesOf(fn *lockset.Value, args []*lockset.Value) []*lockset.Value {
	c, ok := x.a.calleeOfValue(fn, args)
	if !ok || c.fn == nil {
		return nil
	}
	var out []*lockset.Value
	for _, h := range x.a.handles(c.fn) {
		v := x.t.Map(h, func(v *lockset.Value) *lockset.Value {
			switch {
			case v.Op == lockset.OpParam && v.N < len(c.args):
				return c.args[v.N]
			case v.Op == lockset.OpFree && v.N < len(c.caps):
				return c.caps[v.N]
			}
			return nil
		})
		out = append(out, v)
	}
	return out
}

// handles returns, in terms of its parameters and captured variables, what a
// function signals its end through.
func (a *unit) handles(fn *ssa.Function) []*lockset.Value {
	if h, ok := a.handleSets[fn]; ok {
		return h
	}
	var out []*lockset.Value
	var value func(v ssa.Value) *lockset.Value
	value = func(v ssa.Value) *lockset.Value {
		switch v := v.(type) {
		case *ssa.Parameter:
			return a.t.Param(slices.Index(fn.Params, v))
		case *ssa.FreeVar:
			return a.t.Free(slices.Index(fn.FreeVars, v))
		case *ssa.UnOp:
			if v.Op == token.MUL {
				return a.t.Deref(value(v.X))
			}
		case *ssa.FieldAddr:
			return a.t.Addr(a.t.Field(value(v.X), fieldOf(v).Name()))
		case *ssa.ChangeType:
			return value(v.X)
		}
		return a.t.Unknown
	}
	add := func(v ssa.Value) {
		if h := value(v); h.Op != lockset.OpUnknown {
			out = append(out, h)
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send:
				add(instr.Chan)
			case ssa.CallInstruction:
				c := instr.Common()
				if bi, ok := c.Value.(*ssa.Builtin); ok && bi.Name() == "close" {
					add(c.Args[0])
				} else if f := c.StaticCallee(); f != nil && f.String() == "(*sync.WaitGroup).Done" {
					add(c.Args[0])
				}
			}
		}
	}
	a.handleSets[fn] = out
	return out
}

// A waiting is how a wait for goroutines ends.
type waiting uint8

const (
	mustWait waiting = iota // when they have ended
	mayLeave                // or for some other reason: it is one case of several
	noWait                  // at once: a select statement with a default
)

// join waits for the goroutines that handle belongs to: what they ask for
// while they run, they ask for under what is held here.
func (x *exec) join(s *state, handle *lockset.Value, pos token.Pos) []*state {
	x.joinAt(s, callSite{pos: pos}, handle, mustWait)
	return []*state{s}
}

// joinAt is join for a wait that may end otherwise. Who need not wait is not kept
// by a goroutine, and who may leave is kept for some time only, which is no
// reason to say anything of locks that nobody has declared.
func (x *exec) joinAt(s *state, cs callSite, handle *lockset.Value, how waiting) {
	if how != noWait && (handle.Rooted() || handle.Op == lockset.OpAddr && handle.Args[0].Rooted()) {
		x.emit(s, &event{kind: evJoin, key: handle, try: how == mayLeave, chain: newHop("Wait", x.a.place(cs.pos), nil)})
	}
	var ended, rest []spawned
	for _, g := range s.gos {
		if slices.ContainsFunc(g.handles, func(h *lockset.Value) bool { return x.sameHandle(s, h, handle) }) {
			ended = append(ended, g)
		} else {
			rest = append(rest, g)
		}
	}
	if len(ended) == 0 {
		return
	}
	s.gos = rest // before they are looked at: one may itself wait for what it signals
	if how == noWait {
		return
	}
	all := s.held
	if how == mayLeave {
		s.held = s.held.Without(func(l lockset.Lock) bool { return l.Is(lockset.Implied) })
	}
	for _, g := range ended {
		c, ok := x.a.calleeOfValue(g.fn, g.args)
		if !ok {
			continue
		}
		if sum := x.effectsOf(c); sum != nil {
			if how == mayLeave {
				sum = sum.declared()
			}
			at := cs
			if at.instr == nil {
				at.instr = g.instr
			}
			x.applyEvents(s, at, c, sum, x.substitution(s, at, c))
		}
	}
	s.held = all
}

// sameHandle compares a goroutine's handle with what is waited for: the same
// value, or the variable that holds it.
func (x *exec) sameHandle(s *state, h, v *lockset.Value) bool {
	if h == v {
		return true
	}
	if h.Op == lockset.OpDeref {
		return x.lookup(s, h) == v
	}
	return h.Op == lockset.OpPrev && h.Args[0] == v
}

func fieldOf(f *ssa.FieldAddr) fieldVar { return structField(f.X.Type(), f.Field) }
