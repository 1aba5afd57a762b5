package analyzer

import (
	"cmp"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Obligations
//
// A function that holds locks and calls an interface method, or a function
// value, that nobody here can name has an obligation: whoever puts an
// implementation there must not take a lock out of order. It travels as a
// fact. The first package that sees both sides, the obligation and a
// conversion to the interface (or a store to the place), settles it: there
// stands the report, once, and the fact says that it is settled. A package that
// fills a place of another one may know nothing of those who call what lies
// there: what it puts there, and locks, is a fact as well.

// A duty is an obligation found in one function.
type duty struct {
	fact  DutyFact
	freed []string // classes of locks of the callers that may have been given up by then
}

// A DutyFact is an obligation as importers see it.
type DutyFact struct {
	Target string // "iface:pkg.T.Method" or "place:pkg.T.field"
	Held   []DutyLock
	Gates  []string // with inferred classes: what the callers of Caller hold, as in an EdgeFact
	Caller string   // "expunge.Run"
	Call   Hop
}

// A DutyLock is a lock that is held while the unknown is called.
type DutyLock struct {
	Class   string
	Mode    uint8
	Implied bool
	Pos     string
}

// A settling is what a call in this package has settled: that the call of a
// target finds this function; at one place, if call is not empty.
type settling struct{ target, key, call string }

// settledBy reports whether a call in this package has told what an obligation
// says of an offer. What was kept may be called by others, too.
func (a *unit) settledBy(d DutyFact, o offer) bool {
	at := settling{target: d.Target, key: o.callee.key}
	if o.kept {
		at.call = d.Call.Pos
	}
	return a.settledHere[at]
}

// oblige notes an obligation.
func (r *record) oblige(x *exec, s *state, cs callSite, d dynamic, held lockset.Set) {
	f := DutyFact{Target: d.target, Caller: qualified(x), Call: Hop{d.name, x.a.place(cs.pos)}}
	for _, l := range held {
		f.Held = append(f.Held, DutyLock{l.Class, uint8(l.Mode), l.Is(lockset.Implied), x.takenAt(l).last().pos})
	}
	k := f.key()
	if r.duties[k] == nil {
		r.duties[k] = &duty{fact: f}
	}
	if x.a.infer {
		r.duties[k].freed = sortedUnion(r.duties[k].freed, freedClasses(s.freed))
	}
}

func (f DutyFact) key() string {
	k := f.Target
	for _, l := range f.Held {
		k += "|" + l.Class
	}
	return k + "|" + f.Call.Pos
}

func qualified(x *exec) string { return x.a.pkg.Name() + "." + displayName(x.fn, x.a.pkg) }

func uniqueDuties(ds []DutyFact) []DutyFact {
	m := make(map[string]DutyFact)
	for _, d := range ds {
		m[d.key()] = d
	}
	var out []DutyFact
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out
}

// settle looks for the other side of the obligations of imports, and collects
// this package's own.
func (a *unit) settle(res *Result, own *Fact) {
	settled := map[string]bool{}
	for k := range a.imports.settled {
		settled[k] = true
	}
	if a.ssaPkg != nil && len(a.imports.duties) > 0 {
		byTarget := make(map[string][]DutyFact)
		for _, d := range a.imports.duties {
			byTarget[d.Target] = append(byTarget[d.Target], d)
		}
		for _, m := range a.offers() {
			for _, d := range byTarget[m.target] {
				a.meet(d, m)
				if !a.settledBy(d, m) {
					a.clash(res, d, m, settled)
				}
			}
		}
	}
	duties := slices.Clone(a.imports.duties)
	for _, f := range a.funcs {
		if x := a.execs[f]; x != nil {
			for _, k := range sortedKeys(x.record.duties) {
				d := x.record.duties[k]
				if a.infer {
					d.fact.Gates = x.entryGates(a.entryGates()[f], d.freed)
				}
				duties = append(duties, d.fact)
			}
		}
	}
	own.Duties = uniqueDuties(duties)
	for _, o := range a.imports.offers {
		at := offer{o.Target, callee{key: o.Key, name: o.Name}, a.importSpec(a.imports.offersBy[o]), o.Func, false}
		for _, d := range own.Duties {
			if d.Target != o.Target {
				continue
			}
			a.meet(d, at)
			a.clash(res, d, at, settled)
		}
	}
	own.Settled = sortedKeys(settled)
	own.Offers = a.offerFacts()
}

// An OfferFact is a function that takes locks, in a place of another package.
type OfferFact struct {
	Target string // as in a DutyFact
	Key    string // of the function
	Name   string // what people call it
	Func   string // that puts it there
}

// offerFacts returns what the imports and this package put into places of other
// packages.
func (a *unit) offerFacts() []OfferFact {
	all := make(map[OfferFact]bool)
	for _, o := range a.imports.offers {
		all[o] = true
	}
	if a.ssaPkg != nil {
		own := "place:" + a.pkg.Path() + "."
		foreign := func(target string) bool {
			return strings.HasPrefix(target, "place:") && !strings.HasPrefix(target, own)
		}
		for _, f := range a.funcs {
			for _, b := range f.Blocks {
				for _, instr := range b.Instrs {
					for _, o := range a.stored(f, instr, foreign) {
						if sum := a.offered(o.callee); sum != nil && slices.ContainsFunc(sum.events, func(ev *event) bool { return ev.kind == evAcquire && !ev.try }) {
							all[OfferFact{o.target, o.callee.key, qualifiedName(a.pkg, o.callee.name), o.fn}] = true
						}
					}
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(all), compareOffers)
}

func compareOffers(a, b OfferFact) int {
	return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Func, b.Func))
}

// qualifiedName is what another package calls the function that pkg calls name.
func qualifiedName(pkg *types.Package, name string) string {
	if rest, ok := strings.CutPrefix(name, "func literal in "); ok {
		return "func literal in " + pkg.Name() + "." + rest
	}
	return pkg.Name() + "." + name
}

// An offer is an implementation or a function that this package puts where
// others may call it.
type offer struct {
	target string
	callee callee
	at     Range
	fn     string
	kept   bool // by a function of another package, which was given it
}

// offers returns the conversions to interfaces, and the functions stored in
// fields and variables, of this package.
func (a *unit) offers() []offer {
	a.flow.index()
	wanted := map[string]bool{}
	for _, d := range a.imports.duties {
		wanted[d.Target] = true
	}
	var out []offer
	for _, m := range a.flow.makes {
		at := conversionPos(m)
		if types.IsInterface(m.X.Type()) || !at.IsValid() {
			continue
		}
		passed, kept := a.passedOn(m)
		if passed && !kept {
			continue
		}
		iface, ok := m.Type().Underlying().(*types.Interface)
		if !ok {
			continue
		}
		for i := range iface.Methods() {
			t := a.methodTarget(m.Type(), i)
			if !wanted[t] {
				continue
			}
			args := make([]*lockset.Value, i.Signature().Params().Len())
			for i := range args {
				args[i] = a.t.Unknown
			}
			if c, ok := a.methodOf(a.makeIface(m.X.Type(), a.t.Unknown), i.Name(), args); ok {
				out = append(out, offer{t, c, Range{at, at + 1}, displayName(m.Parent(), a.pkg), kept})
			}
		}
	}
	for _, f := range a.funcs {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				out = append(out, a.stored(f, instr, func(target string) bool { return wanted[target] })...)
			}
		}
	}
	return out
}

// conversionPos is where a conversion to an interface is seen: it has a
// position of its own only if it is written out.
func conversionPos(m *ssa.MakeInterface) token.Pos {
	if m.Pos().IsValid() {
		return m.Pos()
	}
	for _, r := range *m.Referrers() {
		if r.Pos().IsValid() {
			return r.Pos()
		}
	}
	if _, ok := m.X.(*ssa.Parameter); !ok {
		return m.X.Pos()
	}
	return token.NoPos
}

// passedOn reports whether a conversion is only there to be passed to functions
// whose summaries say what they do with it: such a call is judged itself. kept
// is set if one of them leaves it where others may call it.
func (a *unit) passedOn(m *ssa.MakeInterface) (passed, kept bool) {
	for _, r := range *m.Referrers() {
		c, ok := r.(ssa.CallInstruction)
		if !ok {
			return false, false
		}
		fn := c.Common().StaticCallee()
		if fn == nil {
			return false, false
		}
		sum := a.imports.load(a, funcKey(fn))
		if sum == nil {
			return false, false
		}
		kept = kept || sum.keeps(slices.Index(c.Common().Args, ssa.Value(m)))
	}
	return len(*m.Referrers()) > 0, kept
}

// keeps reports whether a function leaves its argument i somewhere, for others
// to call.
func (s *summary) keeps(i int) bool {
	isArg := func(v *lockset.Value) bool { return v.Op == lockset.OpParam && v.N == i }
	return slices.ContainsFunc(s.exits, func(e *exit) bool {
		return slices.ContainsFunc(e.writes, func(w write) bool { return w.val.Has(isArg) && !w.place.Has(isArg) })
	})
}

// stored returns the functions that an instruction puts into a wanted place:
// a field, a variable, an element, or an argument that a callee stores there.
func (a *unit) stored(f *ssa.Function, instr ssa.Instruction, wanted func(target string) bool) []offer {
	var out []offer
	offer1 := func(target string, set flowSet, at token.Pos) {
		for _, fv := range set.vals {
			if c, ok := a.calleeOfValue(fv, nil); ok {
				out = append(out, offer{target, c, Range{at, at + 1}, displayName(f, a.pkg), false})
			}
		}
	}
	put := func(target string, v ssa.Value, at token.Pos) {
		if callable(v.Type()) && wanted(target) {
			offer1(target, a.flow.funcs(v), at)
		}
	}
	fill := func(target string, container ssa.Value, at token.Pos) {
		if callable(container.Type()) && wanted(target) {
			offer1(target, a.flow.elementsOf(container), at)
		}
	}
	switch instr := instr.(type) {
	case *ssa.Store:
		switch addr := instr.Addr.(type) {
		case *ssa.FieldAddr:
			v := fieldVarOf(addr.X.Type(), addr.Field)
			put(a.fieldTarget(v, ""), instr.Val, instr.Pos())
			fill(a.fieldTarget(v, "[]"), instr.Val, instr.Pos())
		case *ssa.Global:
			put(a.globalTarget(addr, ""), instr.Val, instr.Pos())
			fill(a.globalTarget(addr, "[]"), instr.Val, instr.Pos())
		}
	case *ssa.MapUpdate:
		put(a.elemTarget(instr.Map), instr.Value, instr.Pos())
	case ssa.CallInstruction:
		fn := instr.Common().StaticCallee()
		if fn == nil {
			break
		}
		sum := a.imports.load(a, funcKey(fn))
		if sum == nil {
			break
		}
		for _, e := range sum.exits {
			for _, w := range e.writes {
				if w.val.Op != lockset.OpParam || w.val.N >= len(instr.Common().Args) {
					continue
				}
				put(a.placeTarget(fn, w.place), instr.Common().Args[w.val.N], instr.Pos())
			}
		}
	}
	return out
}

// placeTarget names a place that fn writes to, as obligations do: a package
// variable, a field of an object that it was given, or an element of one.
func (a *unit) placeTarget(fn *ssa.Function, place *lockset.Value) string {
	suffix := ""
	if place.Op == lockset.OpElem {
		place, suffix = place.Args[0], "[]"
	}
	switch place.Op {
	case lockset.OpGlobal:
		return "place:" + place.Aux + suffix
	case lockset.OpField:
		if f := fieldAt(fn, place); f != nil {
			return a.fieldTarget(f, suffix)
		}
	}
	return ""
}

// fieldAt returns the field that a path of fields leads to from a parameter of
// fn, nil if it is no such path.
func fieldAt(fn *ssa.Function, path *lockset.Value) *types.Var {
	var base types.Type
	switch from := path.Args[0]; from.Op {
	case lockset.OpParam:
		sig, i := fn.Signature, from.N
		if sig.Recv() != nil {
			if i--; i < 0 {
				base = sig.Recv().Type()
				break
			}
		}
		if i >= sig.Params().Len() {
			return nil
		}
		base = sig.Params().At(i).Type()
	case lockset.OpField:
		f := fieldAt(fn, from)
		if f == nil {
			return nil
		}
		base = f.Type()
	default:
		return nil
	}
	if p, ok := base.Underlying().(*types.Pointer); ok {
		base = p.Elem()
	}
	st, ok := base.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	name, _, _ := strings.Cut(path.Aux, lockMark)
	for f := range st.Fields() {
		if f.Name() == name {
			return f.Origin()
		}
	}
	return nil
}

// settledKey names an obligation that has been settled: what is called by which
// way, under a lock of which class that was taken where. Functions that hold the
// lock for others to call on their behalf have one obligation together.
func settledKey(target, callee, class, heldAt string) string {
	return target + ">" + callee + "|" + class + "@" + heldAt
}

// clash reports what an offer would take under the locks of an obligation, unless
// that has been settled, and settles it.
func (a *unit) clash(res *Result, d DutyFact, o offer, settled map[string]bool) {
	sum := a.offered(o.callee)
	if sum == nil {
		return
	}
	order := a.order()
	for _, ev := range sum.events {
		if ev.kind != evAcquire || ev.try {
			continue
		}
		for _, h := range d.Held {
			same := h.Class == ev.class
			if same && !a.orderedClass(ev.class) || !same && !order.Before(ev.class, h.Class) {
				continue
			}
			key := settledKey(d.Target, o.callee.key, h.Class, h.Pos)
			if settled[key] {
				return
			}
			settled[key] = true
			res.Duties = append(res.Duties, Duty{
				Range: o.at, Func: o.fn, Name: o.callee.name, Want: Lock{Class: ev.class, Mode: ev.mode}, Chain: hops(ev.chain),
				Held: Lock{Class: h.Class, Mode: lockmodel.Mode(h.Mode)}, HeldAt: h.Pos, Caller: d.Caller, Call: d.Call, Relation: lockset.Unordered,
			})
			return
		}
	}
}

// meet notes the edges that an offer adds to the order of inferred classes: what
// it takes, under the locks of an obligation.
func (a *unit) meet(d DutyFact, o offer) {
	if !a.infer || !a.narrow(d.Target) {
		return
	}
	sum := a.offered(o.callee)
	if sum == nil {
		return
	}
	for _, ev := range sum.events {
		if ev.kind != evAcquire || ev.try || ev.class == "" {
			continue
		}
		for _, h := range d.Held {
			gone := func(f freed) bool { return f.class == h.Class }
			if h.Class == "" || h.Class == ev.class || !h.Implied && !ev.implied || slices.ContainsFunc(ev.freed, gone) {
				continue
			}
			e := &localEdge{fn: d.Caller, at: o.at, met: true, EdgeFact: EdgeFact{
				Outer: h.Class, Inner: ev.class, Func: d.Caller, OuterPos: h.Pos, InnerPos: ev.chain.last().pos,
				Kind: edgeKind(lockmodel.Mode(h.Mode), ev.mode, h.Implied, ev.implied),
			}}
			e.Chain = shortChain(append([]Hop{d.Call, {Name: o.callee.name, Pos: d.Call.Pos}}, hops(ev.chain)...))
			for _, g := range slices.Concat(d.gates(), d.Gates) {
				if name := strings.TrimPrefix(g, sharedMark); name != e.Outer && name != e.Inner {
					e.Gates = append(e.Gates, g)
				}
			}
			e.Gates = sortedUnion(e.Gates, nil)
			a.met = append(a.met, e)
		}
	}
}

// narrow reports whether what may be called at a target is what is put there
// somewhere: it is a place, or an interface of a package whose mutexes are
// classes. Those of the standard library are implemented by whatever there is,
// and that two of them meet, a writer and a logger say, is mostly not true.
func (a *unit) narrow(target string) bool {
	t, ok := strings.CutPrefix(target, "iface:")
	if !ok {
		return true
	}
	t, _, _ = strings.Cut(t, "[")
	slash := strings.LastIndexByte(t, '/')
	name, _, _ := strings.Cut(t[slash+1:], ".")
	path := t[:slash+1] + name
	if a.scope.module {
		return path == a.pkg.Path() || a.imports.inferred[path]
	}
	first, _, _ := strings.Cut(path, "/")
	own, _, _ := strings.Cut(a.pkg.Path(), "/")
	return strings.Contains(first, ".") || first == own
}

// gates returns what the function itself holds at the call of the unknown.
func (f DutyFact) gates() []string {
	var out []string
	for _, h := range f.Held {
		if g := h.Class; lockmodel.Mode(h.Mode) == lockmodel.Shared {
			out = append(out, sharedMark+g)
		} else {
			out = append(out, g)
		}
	}
	return out
}

func (a *unit) orderedClass(c string) bool {
	cls := a.model.Classes[c]
	return cls != nil && cls.Ordered
}

func (a *unit) order() *lockmodel.Order {
	if a.classes == nil {
		a.classes = a.model.Order()
	}
	return a.classes
}

// offered returns the summary of an offered function.
func (a *unit) offered(c callee) *summary {
	if c.fn != nil {
		s, _ := a.summaryFor(c)
		return s
	}
	return a.imports.load(a, c.key)
}
