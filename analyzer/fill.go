package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// fill turns the records of all functions into the result, and into what of
// them is for importers only.
func (a *unit) fill(res *Result, own *Fact) {
	for _, f := range a.funcs {
		if x := a.execs[f]; x != nil {
			a.guardFunc(f, func() { a.fillFunc(res, x) })
		}
	}
	a.guard(func() { a.judgeKin(res) })
	a.guard(func() { a.settle(res, own) })
	a.guard(func() { a.findRings(res, own) })
	res.Stats = a.stats
	slices.SortFunc(res.Acquires, func(p, q Acquire) int {
		return cmp.Or(cmp.Compare(p.Pos, q.Pos), cmp.Compare(p.Want.Class, q.Want.Class))
	})
	res.oneRelock()
	slices.SortFunc(res.Requires, func(p, q Require) int {
		return cmp.Or(cmp.Compare(p.Pos, q.Pos), cmp.Compare(p.Want.Class, q.Want.Class), cmp.Compare(p.Want.Key, q.Want.Key),
			cmp.Compare(q.Want.Mode, p.Want.Mode), cmp.Compare(q.Status, p.Status)) // the most that is needed first
	})
	slices.SortFunc(res.Releases, func(p, q Release) int {
		return cmp.Or(cmp.Compare(p.Pos, q.Pos), cmp.Compare(p.At.Pos, q.At.Pos), cmp.Compare(p.InAt.Pos, q.InAt.Pos))
	})
	slices.SortFunc(res.Leaks, func(p, q Leak) int { return cmp.Or(cmp.Compare(p.Pos, q.Pos), cmp.Compare(p.Lock.Class, q.Lock.Class)) })
}

// fillFunc turns the record of one function into its part of the result.
func (a *unit) fillFunc(res *Result, x *exec) {
	a.fillAcquires(res, x)
	a.fillRequires(res, x)
	a.fillReleases(res, x)
	a.fillLeaks(res, x)
	asked := make(map[token.Pos]bool)
	for k := range x.record.acquires {
		asked[k.pos] = true
	}
	a.stats.Acquisitions += len(asked)
	a.stats.Calls += len(x.record.called)
	a.stats.Unresolved += len(x.record.unresolved)
	if x.bounded {
		a.stats.Bounded++
	}
}

func (a *unit) fillAcquires(res *Result, x *exec) {
	for _, r := range x.record.acquires {
		q := Acquire{
			Range: a.rangeOf(r.cs), Func: displayName(x.fn, a.pkg), Name: a.callText(r.cs),
			Want:  Lock{Class: r.want.class, Key: a.wantText(r.cs, r.want.chain, r.want.keyArg, r.want.plain), Mode: r.want.mode},
			Chain: a.hopsOf(r.want.chain), Try: r.want.try, Defer: isDefer(r.cs),
		}
		if cls := a.model.Classes[r.want.class]; cls != nil && cls.Retired {
			q.Retired = r.want.chain == nil || !a.retiredBefore(r)
		}
		q.Pairs = make([]Pair, 0, len(r.pairs))
		for _, p := range r.pairs {
			if p.rel == lockset.Same && p.answer != nil {
				p.mode, p.heldMode = cmp.Or(p.answer.want, p.mode), cmp.Or(p.answer.held, p.heldMode)
			} else if p.answer != nil {
				if p.answer.met && !p.answer.failed && !p.failed {
					continue // every caller gives the keys in order, or holds the lock
				}
				if p.answer.byOther {
					p.rel = lockset.ByOther
				}
			}
			q.Pairs = append(q.Pairs, Pair{
				Want: Lock{Class: r.want.class, Key: a.wantText(r.cs, p.chain, p.keys, r.want.plain), Mode: p.mode},
				Held: Lock{Class: p.lock.Class, Key: x.lockText(p.lock), Mode: p.heldMode},
				At:   x.siteOf(p.lock), Chain: a.hopsOf(p.chain), Relation: p.rel, Compared: a.comparedRange(p.compared),
				Ordered: p.ordered, Plain: p.lock.Is(lockset.Plain), Tried: p.lock.Is(lockset.Tried),
				Implied: p.lock.Is(lockset.Implied) || r.want.implied, Loop: x.acqs[p.lock.Site].pos == r.cs.pos && !x.acqs[p.lock.Site].inCallee, kin: a.ungated(p, x.fn),
			})
		}
		slices.SortFunc(q.Pairs, comparePairs)
		q.Fix = x.fix(r)
		res.Acquires = append(res.Acquires, q)
	}
}

func comparePairs(p, q Pair) int {
	return cmp.Or(cmp.Compare(p.At.Pos, q.At.Pos), cmp.Compare(p.Held.Class, q.Held.Class), cmp.Compare(p.Relation, q.Relation), cmp.Compare(p.kin, q.kin),
		cmp.Compare(len(p.Chain), len(q.Chain)), cmp.Compare(p.Held.Mode, q.Held.Mode), cmp.Compare(p.Want.Mode, q.Want.Mode),
		slices.CompareFunc(p.At.Chain, q.At.Chain, compareHops), slices.CompareFunc(p.Chain, q.Chain, compareHops))
}

func compareHops(a, b Hop) int { return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.Name, b.Name)) }

// retiredBefore reports whether the function that r calls could know that the
// class is retired: it is of this package.
func (a *unit) retiredBefore(r *acquireRec) bool {
	fn := r.cs.common.StaticCallee()
	if fn == nil || fn.Object() == nil || fn.Object().Pkg() == nil {
		return true
	}
	if fn.Object().Pkg() == a.pkg {
		return true
	}
	cls := a.imports.model.Classes[r.want.class]
	return cls != nil && cls.Retired
}

func isDefer(cs callSite) bool { _, ok := cs.instr.(*ssa.Defer); return ok }

// maxWitness is how many calls of a witness a report keeps, the first ones and
// the last: more than a person reads, and the sum of all witnesses of a package
// must not be the square of its size.
const maxWitness = 32

func hops(h *hop) []Hop {
	if h == nil {
		return nil
	}
	out := make([]Hop, 0, min(h.n, maxWitness))
	h.short(maxWitness, func(name, pos string) { out = append(out, Hop{name, pos}) })
	return out
}

// hopsOf returns h as a part of a result. One witness is in many of them: a
// callee's, with each lock that is held there. They share it.
func (a *unit) hopsOf(h *hop) []Hop {
	if h == nil {
		return nil
	}
	out, ok := a.witnesses[h]
	if !ok {
		out = slices.Clip(hops(h))
		a.witnesses[h] = out
	}
	return out
}

// rangeOf is where a call's reports go: the call, or its defer statement.
func (a *unit) rangeOf(cs callSite) Range {
	call := a.callExpr(cs)
	if call == nil {
		return Range{cs.pos, cs.pos + 1}
	}
	if isDefer(cs) {
		return Range{cs.pos, call.End()}
	}
	if cs.pos != cs.common.Pos() && cs.instr != nil && cs.pos.IsValid() { // a join
		return Range{cs.pos, cs.pos + 1}
	}
	return Range{call.Pos(), call.End()}
}

// callExpr finds the source of a call by its parenthesis.
func (a *unit) callExpr(cs callSite) *ast.CallExpr {
	if cs.common == nil {
		return nil
	}
	if a.calls == nil {
		a.calls = make(map[token.Pos]*ast.CallExpr)
		for _, f := range a.pass.Files {
			ast.Inspect(f, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					a.calls[c.Lparen] = c
				}
				return true
			})
		}
	}
	return a.calls[cs.common.Pos()]
}

// maxText is the length above which an expression is not repeated in a message.
const maxText = 40

// wantText is the user's expression for the key of a lock that a call takes itself.
func (a *unit) wantText(cs callSite, chain *hop, keys []lockmodel.Path, plain bool) string {
	if chain != nil {
		return ""
	}
	call := a.callExpr(cs)
	if call == nil {
		return ""
	}
	if plain {
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		if m := a.pass.TypesInfo.Selections[sel]; m != nil && len(m.Index()) > 1 { // of an embedded mutex
			return short(types.ExprString(sel.X))
		}
		if in, ok := ast.Unparen(sel.X).(*ast.SelectorExpr); ok {
			if _, pkg := a.pass.TypesInfo.Uses[rootIdent(in)].(*types.PkgName); pkg {
				return ""
			}
			return short(types.ExprString(in.X))
		}
		return ""
	}
	var texts []string
	for _, p := range keys {
		texts = append(texts, a.argTexts(call, p)...)
	}
	if len(texts) == 0 || len(texts) > 2 || slices.Contains(texts, "") {
		return ""
	}
	return short(strings.Join(texts, " and "))
}

func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func short(s string) string {
	if len(s) > maxText || strings.ContainsAny(s, "\n{") {
		return ""
	}
	return s
}

func (a *unit) argTexts(call *ast.CallExpr, p lockmodel.Path) []string {
	suffix := ""
	for _, f := range p.Fields {
		suffix += "." + f
	}
	if p.Root == lockmodel.Receiver {
		if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
			return []string{types.ExprString(sel.X) + suffix}
		}
		return nil
	}
	if p.Root >= len(call.Args) {
		return nil
	}
	args := call.Args[p.Root : p.Root+1]
	if sig, ok := a.pass.TypesInfo.TypeOf(call.Fun).(*types.Signature); ok && sig.Variadic() && p.Root == sig.Params().Len()-1 {
		args = call.Args[p.Root:]
		if call.Ellipsis.IsValid() {
			return []string{types.ExprString(args[0])}
		}
	}
	var out []string
	for _, arg := range args {
		if _, ok := ast.Unparen(arg).(*ast.CompositeLit); ok {
			return nil
		}
		out = append(out, types.ExprString(arg)+suffix)
	}
	return out
}

// lockText is the user's expression for the key of a held lock.
func (x *exec) lockText(l lockset.Lock) string {
	acq := x.acqs[l.Site]
	if acq.chain != nil || acq.site.common == nil {
		return ""
	}
	return x.a.wantText(acq.site, nil, acq.keys, l.Is(lockset.Plain))
}

// siteOf says where a held lock was taken. It is asked for each lock that is
// wanted while this one is held.
func (x *exec) siteOf(l lockset.Lock) Site {
	k := siteKey{l.Site, l.Is(lockset.Assumed)}
	s, ok := x.sites[k]
	if !ok {
		if x.sites == nil {
			x.sites = make(map[siteKey]Site)
		}
		s = x.makeSite(l)
		x.sites[k] = s
	}
	return s
}

type siteKey struct {
	acq     int
	assumed bool
}

func (x *exec) makeSite(l lockset.Lock) Site {
	acq := x.acqs[l.Site]
	s := Site{Chain: x.a.hopsOf(acq.chain)}
	if acq.from != nil {
		acq = acq.from.acq
		s.Chain = x.a.hopsOf(acq.chain)
	} else if acq.inCallee {
		return s
	}
	if l.Is(lockset.Assumed) {
		s.Given = "required by a directive"
	}
	if acq.site.common == nil && acq.site.instr == nil {
		s.Range = Range{acq.pos, acq.pos}
	} else {
		s.Range = x.a.rangeOf(acq.site)
	}
	p := x.a.pass.Fset.Position(s.Pos)
	s.Line, s.File = p.Line, filepath.Base(p.Filename)
	return s
}

func (a *unit) comparedRange(pos token.Pos) Range {
	if !pos.IsValid() {
		return Range{}
	}
	return Range{pos, pos + 1}
}

func (a *unit) line(pos token.Pos) int {
	if !pos.IsValid() {
		return 0
	}
	return a.pass.Fset.Position(pos).Line
}

func (a *unit) fillRequires(res *Result, x *exec) {
	best := map[requireKey]*requireRec{}
	for k, r := range x.record.requires {
		r = r.judged()
		need := handlerNeed{x.fn, r.want.class, r.key, r.want.mode}
		if r.status == Held || a.isHandler(x.fn) && a.needsMet[need] && !a.needsFailed[need] {
			continue
		}
		k.mode = lockmodel.Unknown // it is told once, as the most that is needed
		if old := best[k]; old == nil || r.status > old.status || r.status == old.status && r.want.mode > old.want.mode {
			best[k] = r
		}
	}
	for _, r := range best {
		q := Require{
			Range: a.rangeOf(r.cs), Func: displayName(x.fn, a.pkg), Name: a.callText(r.cs), Chain: a.hopsOf(r.want.chain),
			Want: Lock{Class: r.want.class, Mode: r.mode}, Status: r.status, Some: r.some, Freed: a.line(r.freed),
		}
		if r.some {
			q.MissAt, q.MissIf = x.missing(r)
		}
		q.Want.Key = r.want.text
		if q.Want.Key == "" {
			q.Want.Key = a.wantText(r.cs, r.want.chain, r.want.keyArg, false)
		}
		if r.heldBy >= 0 {
			q.At = x.siteAt(r.heldBy)
		}
		if r.other >= 0 {
			q.OtherAt = x.siteAt(r.other)
			q.Other = a.wantText(x.acqs[r.other].site, x.acqs[r.other].chain, x.acqs[r.other].keys, false)
		}
		a.suggest(&q, x, r)
		res.Requires = append(res.Requires, q)
	}
}

// missing finds the branch on which it depends whether a required lock is held:
// from the place where it is taken up the dominators to the first condition
// that all paths to the call pass. It returns the line of the condition, and
// its truth on the paths without the lock.
func (x *exec) missing(r *requireRec) (line int, truth bool) {
	if r.cs.instr == nil || r.cs.instr.Parent() != x.fn {
		return 0, false
	}
	to := r.cs.instr.Block()
	for _, acq := range x.acqs {
		if acq.class != r.want.class || acq.site.instr == nil || acq.site.instr.Parent() != x.fn {
			continue
		}
		for b := acq.site.instr.Block(); b != nil; b = b.Idom() {
			d := b.Idom()
			if d == nil || !d.Dominates(to) || b.Dominates(to) {
				continue
			}
			cond, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If)
			if !ok {
				break
			}
			return x.a.line(condPos(cond)), d.Succs[0] != b
		}
	}
	return 0, false
}

// condPos is the position of a condition, or of the nearest thing before it.
func condPos(cond *ssa.If) token.Pos {
	if p := cond.Cond.Pos(); p.IsValid() {
		return p
	}
	instrs := cond.Block().Instrs
	for i := len(instrs) - 1; i >= 0; i-- {
		if p := instrs[i].Pos(); p.IsValid() {
			return p
		}
	}
	for _, s := range cond.Block().Succs[:1] {
		for _, instr := range s.Instrs {
			if p := instr.Pos(); p.IsValid() {
				return p
			}
		}
	}
	return token.NoPos
}

func (x *exec) siteAt(i int) Site { return x.siteOf(lockset.Lock{Site: i}) }

// suggest offers the directive that an exported function would need.
func (a *unit) suggest(q *Require, x *exec, r *requireRec) {
	decl, ok := x.fn.Syntax().(*ast.FuncDecl)
	if !ok || x.fn.Parent() != nil || r.status != Missing || !decl.Name.IsExported() || len(x.entry.held) > 0 {
		return
	}
	if slices.ContainsFunc(x.acqs, func(acq acquisition) bool { return acq.site.instr != nil }) && r.some {
		return
	}
	text := "//lockvet:require " + r.want.class
	if r.mode != lockmodel.Unknown {
		text += " " + r.mode.String()
	}
	if r.key != nil {
		p := a.paramPath(x.fn, r.key)
		if p == "" {
			return
		}
		text += " key=" + p
	}
	q.Directive, q.Insert = text, decl.Pos()
	if decl.Doc != nil {
		q.Insert = decl.Type.Pos()
	}
}

// paramPath writes an entry value as a directive would: a parameter and fields.
func (a *unit) paramPath(fn *ssa.Function, v *lockset.Value) string {
	suffix := ""
	for v.Op == lockset.OpField {
		suffix = "." + v.Aux + suffix
		v = v.Args[0]
	}
	if v.Op != lockset.OpParam || v.N >= len(fn.Params) {
		return ""
	}
	name := fn.Params[v.N].Name()
	if name == "" || name == "_" {
		return ""
	}
	return name + suffix
}

func (a *unit) fillReleases(res *Result, x *exec) {
	type key struct{ pos token.Pos }
	seen := map[key]*Release{}
	var order []*Release
	for _, r := range x.record.releases {
		if r.excused() {
			continue
		}
		q := &Release{
			Range: a.rangeOf(r.cs), Func: displayName(x.fn, a.pkg), Name: a.callText(r.cs), Chain: a.hopsOf(r.chain),
			Outer: Lock{Class: r.outer.Class, Key: x.lockText(r.outer), Mode: r.outer.Mode}, At: x.siteOf(r.outer),
			Inner: Lock{Class: r.held.Class, Key: x.lockText(r.held), Mode: r.held.Mode}, InAt: x.siteOf(r.held),
		}
		k := key{q.Pos}
		if old := seen[k]; old != nil {
			if cmp.Or(cmp.Compare(q.InAt.Pos, old.InAt.Pos), cmp.Compare(q.At.Pos, old.At.Pos)) < 0 {
				*old = *q
			}
			continue
		}
		seen[k] = q
		order = append(order, q)
	}
	for _, q := range order {
		res.Releases = append(res.Releases, *q)
	}
}

func (a *unit) fillLeaks(res *Result, x *exec) {
	type key struct{ pos token.Pos }
	seen := map[key]bool{}
	sites := sortedKeys(x.record.leakAt)
	for _, site := range sites {
		acq := x.acqs[site]
		at := x.record.leakAt[site]
		q := Leak{Range: a.rangeOf(acq.site), Func: displayName(x.fn, a.pkg), Name: a.callText(acq.site), Chain: a.hopsOf(acq.chain),
			Lock: Lock{Class: x.classAt(site)}, Exit: Range{at, at + 1}, Line: a.line(at)}
		q.Lock.Key = a.wantText(acq.site, acq.chain, acq.keys, false)
		if seen[key{q.Pos}] {
			continue
		}
		seen[key{q.Pos}] = true
		res.Leaks = append(res.Leaks, q)
	}
}

// classAt returns the class of the locks that are taken at a site.
func (x *exec) classAt(site int) string { return x.acqs[site].class }
