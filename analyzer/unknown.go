package analyzer

import (
	"go/types"
	"slices"
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// builtin runs a call of a predeclared function.
func (x *exec) builtin(s *state, cs callSite, name string, args []*lockset.Value) []*state {
	bind := func(v *lockset.Value) {
		if cs.result != nil {
			x.bind(s, cs.result, v)
		}
	}
	switch name {
	case "append":
		base := args[0]
		if isNilValue(base) {
			base = x.t.Alloc(x.siteNumber(cs))
		}
		s.facts = s.facts.Unsort(base)
		if len(args) > 1 {
			added := false
			for _, e := range x.elements(s, args[1]) {
				s.add(x.t.Elem(base, x.t.Nil), e)
				added = true
			}
			if !added && !isNilValue(args[1]) {
				s.add(x.t.Elem(base, x.t.Nil), x.t.Elem(args[1], x.t.Nil))
			}
		}
		bind(base)
	case "len", "cap":
		bind(x.t.Len(args[0]))
	case "min", "max":
		end := args[0]
		for _, v := range args[1:] {
			if name == "min" {
				end = x.t.Min(end, v)
			} else {
				end = x.t.Max(end, v)
			}
		}
		bind(end)
	case "recover":
		bind(x.t.Recover())
	case "copy":
		s.facts = s.facts.Unsort(args[0])
	case "clear":
		s.deleteMem(func(m memEntry) bool { return m.place.Op == lockset.OpElem && m.place.Args[0] == args[0] })
	case "delete":
		place := x.t.Elem(args[0], args[1])
		s.deleteMem(func(m memEntry) bool { return m.place == place })
	}
	return []*state{s}
}

// intrinsic runs a call of a function that the tables know.
func (x *exec) intrinsic(s *state, cs callSite, c callee) ([]*state, bool) {
	name := c.obj.FullName()
	one := []*state{s}
	if op := orders[name]; op != noOrder {
		if slices.ContainsFunc(c.args, func(v *lockset.Value) bool { return isFuncValue(v) || v.Op == lockset.OpIface }) {
			states := x.unknown(s, cs, c) // it is called
			for _, t := range states {
				x.order(t, cs, c, op)
			}
			return states, true
		}
		x.order(s, cs, c, op)
		return one, true
	}
	if what := iterators[name]; what != "" && cs.result != nil {
		x.bind(s, cs.result, x.t.Sum("iter:"+what, c.args[0]))
		return one, true
	}
	switch {
	case nonNil[name]:
		if len(c.args) > 1 && !isNilValue(c.args[1]) {
			one = x.unknown(s, cs, c) // it prints what it is given
		}
		isNil := x.t.Equal(x.t.Site(x.siteNumber(cs), ""), x.t.Nil)
		for _, t := range one {
			t.facts, _ = x.t.Assume(t.facts, isNil, false)
		}
		return one, true
	case ofErrors[name] && cs.result != nil:
		return x.ofError(s, cs, c), true
	case startsLater[name]:
		x.begin(s, cs.instr, c.args[1], nil)
		return one, true
	case groupStarts[name]:
		x.startValue(s, cs.instr, c.args[1], nil, c.args[0])
		return one, true
	case groupWaits[name]:
		return x.join(s, c.args[0], cs.pos), true
	case keepsFunc[name] && cs.result != nil:
		v := c.args[0]
		if cs.common.Signature().Results().Len() == 1 {
			x.bind(s, cs.result, v)
		}
		return one, true
	case name == "sync.NewCond":
		x.newCond(s, cs, c.args[0])
		return one, true
	case name == "(*sync.Cond).Wait":
		x.wait(s, cs, c.args[0])
		return one, true
	case (name == "iter.Pull" || name == "iter.Pull2") && cs.result != nil:
		x.bind(s, cs.result, x.t.Tuple(x.t.Sum(pulled, c.args[0]), x.t.Sum(halt, c.args[0])))
		return one, true
	case name == "(*sync.RWMutex).RLocker" && cs.result != nil:
		x.bind(s, cs.result, x.a.makeIface(cs.common.Signature().Results().At(0).Type(), x.t.Iface(rlocker, x.t.Sum(rlocker, c.args[0]))))
		return one, true
	}
	if c.obj.Pkg() != nil && pure[c.obj.Pkg().Path()] && c.obj.Signature().Recv() == nil && !slices.ContainsFunc(c.args, isFuncValue) {
		x.pureCall(s, cs, c)
		return one, true
	}
	return nil, false
}

// ofError runs a call of a function that says something of an error, and may
// find more in it.
func (x *exec) ofError(s *state, cs callSite, c callee) []*state {
	is := x.t.Sum(c.obj.FullName(), c.args...)
	states := []*state{s}
	if len(c.args) > 1 && c.args[1].Op == lockset.OpIface {
		states = x.unknown(s, cs, c)
	}
	for _, t := range states {
		if cs.common.Signature().Results().Len() == 1 {
			x.bind(t, cs.result, is)
		} else {
			x.bind(t, cs.result, x.t.Tuple(x.t.Site(x.siteNumber(cs), "r0"), is))
		}
	}
	return states
}

func isFuncValue(v *lockset.Value) bool { return v.Op == lockset.OpFunc || v.Op == lockset.OpBound }

// pureCall binds the results of a function of its arguments alone.
func (x *exec) pureCall(s *state, cs callSite, c callee) {
	if cs.result == nil {
		return
	}
	name := c.obj.FullName()
	n := c.obj.Signature().Results().Len()
	if n == 1 {
		x.bind(s, cs.result, x.t.Sum(name, c.args...))
		return
	}
	var vals []*lockset.Value
	for i := range n {
		vals = append(vals, x.t.Sum(name+"#"+itoa(i), c.args...))
	}
	x.bind(s, cs.result, x.t.Tuple(vals...))
}

// unknown runs a call of a function that nothing is known of: it may call the
// functions it is given, and the methods of the interfaces it is given, while
// it runs, and keep everything.
func (x *exec) unknown(s *state, cs callSite, c callee) []*state {
	x.addTo(s, cs, c)
	later := c.obj != nil && runsLater[c.obj.FullName()]
	var calls []dynamic
	for i, v := range c.args {
		typ := argType(c, i)
		calls = append(calls, x.calledBack(s, c, v, typ)...)
		if later || v.Op == lockset.OpIface {
			x.escape(s, cs, v)
		}
		if later || !x.a.stdlib(c) {
			x.handOver(s, v)
		} else if isReferenceType(typ) {
			x.handOver(s, v)
		}
	}
	states := []*state{s}
	via := cs
	via.result = nil
	via.through = newHop(c.name, x.a.place(cs.pos), nil)
	via.guess = cs.guess || !x.a.isStd(c)
	for _, d := range calls {
		targets, ok := x.resolve(s, d)
		if !ok && d.fn.Rooted() && !later {
			x.emitCall(s, via, d, s.held, nil)
			continue
		}
		for _, t := range targets {
			if later {
				continue
			}
			var next []*state
			for _, st := range states {
				if !x.onlyGivesUp(t) {
					next = append(next, st)
				}
				out := x.perhapsTaken(via, st, x.run1(st.clone(), via, t))
				next = append(next, out...)
				st.perhapsFreed(out)
				if !once[c.key] {
					for _, o := range out {
						if len(o.held) > len(st.held) {
							next = append(next, x.perhapsTaken(via, st, x.run1(o.clone(), via, t))...)
						}
					}
				}
			}
			states = x.dedupe(next)
		}
	}
	return states
}

// perhapsTaken notes that a call at cs, if it is a guess, may have left mutexes
// locked behind in each of out, or may not.
func (x *exec) perhapsTaken(cs callSite, before *state, out []*state) []*state {
	if !cs.guess {
		return out
	}
	for _, o := range out {
		o.held = o.held.Map(func(l lockset.Lock) lockset.Lock {
			if l.Is(lockset.Implied) && !slices.ContainsFunc(before.held, func(b lockset.Lock) bool {
				return b.Class == l.Class && b.Key == l.Key && !b.Is(lockset.Maybe)
			}) {
				l.Flags |= lockset.Maybe
			}
			return l
		})
	}
	return out
}

// addTo runs a call of a function, of which no more is known than its signature,
// that makes one error of another, as those do that add to its text: of an error
// that is one it makes one.
func (x *exec) addTo(s *state, cs callSite, c callee) {
	if c.obj == nil || x.a.isStd(c) || cs.result == nil || !isError(cs.result.Type()) {
		return
	}
	for i, v := range c.args {
		if t := argType(c, i); t == nil || !isError(t) {
			continue
		}
		if isNil, known := x.t.Truth(s.facts, x.t.Equal(v, x.t.Nil)); known && !isNil {
			s.facts, _ = x.t.Assume(s.facts, x.t.Equal(x.t.Site(x.siteNumber(cs), ""), x.t.Nil), false)
		}
	}
}

// iterate runs a call of an iterator over the elements of a container: with
// none, and with one after the other.
func (x *exec) iterate(s *state, cs callSite, it *lockset.Value, yield *lockset.Value) []*state {
	from := it.Args[0]
	turn := turnUp
	if it.Aux == "iter:kv down" {
		turn = "down"
	}
	elem, key := x.t.Elem(from, x.t.Site(x.siteNumber(cs), turn)), x.t.Elem(x.t.Sum("keys", from), x.t.Site(x.siteNumber(cs), "k"))
	var args []*lockset.Value
	switch it.Aux {
	case "iter:v":
		args = []*lockset.Value{elem}
	case "iter:kv", "iter:kv down":
		args = []*lockset.Value{key, elem}
	default:
		args = []*lockset.Value{key}
	}
	none := s.clone()
	var out []*state
	if x.assume(none, x.t.Less(x.t.Const("0"), x.t.Len(from)), false) {
		out = append(out, none)
	}
	return x.dedupe(append(out, x.callYield(s, cs, yield, args)...))
}

// callYield runs a function that is called back any number of times, at least once.
func (x *exec) callYield(s *state, cs callSite, yield *lockset.Value, args []*lockset.Value) []*state {
	c, ok := x.a.calleeOfValue(yield, args)
	if !ok {
		return []*state{s}
	}
	via := cs
	via.result = nil
	first := s.clone()
	out := x.run1(s, via, c)
	if !slices.ContainsFunc(out, func(t *state) bool { return len(t.held) > len(first.held) }) {
		return out
	}
	again := via
	again.goesOn = true
	for _, t := range x.run1(first.clone(), again, c) {
		if len(t.held) > len(first.held) {
			x.renew(t, x.siteNumber(cs), nil)
			out = append(out, x.run1(t, via, c)...)
		}
	}
	return x.dedupe(out)
}

func isReferenceType(t types.Type) bool { return t != nil && isReference(t) }

// stdlib reports whether c is of a package whose path has no dot: the standard
// library, which keeps what it is given only where a table says so.
func (a *unit) stdlib(c callee) bool {
	return a.isStd(c) && !a.imports.known[c.obj.Pkg().Path()]
}

// isStd is stdlib, of a package that has facts too.
func (a *unit) isStd(c callee) bool {
	if c.obj == nil || c.obj.Pkg() == nil {
		return false
	}
	path := c.obj.Pkg().Path()
	first, _, _ := strings.Cut(path, "/")
	if m := a.pass.Module; m != nil && (path == m.Path || strings.HasPrefix(path, m.Path+"/")) {
		return false // a module need not have a dot in its name
	}
	return !strings.Contains(first, ".")
}

// argType returns the static type of argument i, the receiver first.
func argType(c callee, i int) types.Type {
	if c.obj == nil {
		return nil
	}
	sig := c.obj.Signature()
	if sig.Recv() != nil {
		if i == 0 {
			return sig.Recv().Type()
		}
		i--
	}
	if i < sig.Params().Len() {
		return sig.Params().At(i).Type()
	}
	return nil
}

// calledBack returns the calls that a function may make of what it is given as
// one argument.
func (x *exec) calledBack(s *state, c callee, v *lockset.Value, typ types.Type) []dynamic {
	if typ == nil {
		return nil
	}
	switch u := typ.Underlying().(type) {
	case *types.Signature:
		d := dynamic{fn: v, name: "function argument", sig: u}
		for range u.Params().Len() {
			d.args = append(d.args, x.t.Unknown)
		}
		return []dynamic{d}
	case *types.Slice:
		if _, ok := u.Elem().Underlying().(*types.Signature); ok {
			return []dynamic{{fn: x.t.Elem(v, x.t.Nil), name: "function argument"}}
		}
		if types.IsInterface(u.Elem()) {
			var out []dynamic
			for _, e := range x.elements(s, v) {
				out = append(out, x.methodsCalled(c, e, u.Elem())...)
			}
			return out
		}
	case *types.Interface:
		return x.methodsCalled(c, v, typ)
	}
	return nil
}

// methodsCalled returns the calls of the methods of an interface argument: those
// that the interface names, and those that a printer or encoder looks for.
func (x *exec) methodsCalled(c callee, v *lockset.Value, typ types.Type) []dynamic {
	if v.Op != lockset.OpIface && !v.Rooted() {
		return nil
	}
	iface, ok := typ.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var names []string
	for m := range iface.Methods() {
		names = append(names, m.Name())
	}
	if c.obj != nil && c.obj.Pkg() != nil && v.Op == lockset.OpIface {
		names = append(names, printers[c.obj.Pkg().Path()]...)
	}
	var out []dynamic
	for _, n := range names {
		d := dynamic{fn: v, method: n, name: n}
		if v.Op == lockset.OpIface {
			if _, ok := x.a.methodOf(v, n, nil); !ok {
				continue
			}
		} else if c.obj != nil && x.a.stdlib(c) {
			continue // contexts, readers and the like
		}
		out = append(out, d)
	}
	return out
}

// runLater handles a callee whose directive says that function arguments run
// later: they are kept, and inherit nothing.
func (x *exec) runLater(s *state, c callee, async []lockmodel.Effect) {
	for _, e := range async {
		for _, i := range e.Params {
			if c.obj.Signature().Recv() != nil {
				i++
			}
			if i < len(c.args) {
				x.handOver(s, c.args[i])
			}
		}
	}
}

// withoutCalls returns s less its calls of the arguments that async speaks of.
func (s *summary) withoutCalls(c callee, async []lockmodel.Effect) *summary {
	first := 0
	if c.obj.Signature().Recv() != nil {
		first = 1
	}
	later := func(v *lockset.Value) bool {
		return v.Has(func(v *lockset.Value) bool {
			return v.Op == lockset.OpParam && slices.ContainsFunc(async, func(e lockmodel.Effect) bool {
				return slices.Contains(e.Params, v.N-first)
			})
		})
	}
	out := &summary{calls: s.calls}
	at := make(map[int]int) // the calls that are left, by their old numbers
	n := 0
	for _, ev := range s.events {
		if ev.kind == evCall {
			n++
			if later(ev.fn) {
				continue
			}
			at[n-1] = len(at)
		}
		out.events = append(out.events, ev)
	}
	for _, e := range s.exits {
		left := *e
		left.calls = nil
		for _, i := range e.calls {
			if k, ok := at[i]; ok {
				left.calls = append(left.calls, k)
			}
		}
		out.exits = append(out.exits, &left)
	}
	return out
}

// otherThan returns the acquisitions of s of classes that spec does not speak of.
func (s *summary) otherThan(spec *lockmodel.Func) *summary {
	out := &summary{}
	for _, e := range s.events {
		if e.kind != evAcquire && e.kind != evRequire {
			continue
		}
		if !slices.ContainsFunc(spec.Effects, func(f lockmodel.Effect) bool { return f.Class == e.class }) {
			out.events = append(out.events, e)
		}
	}
	return out
}
