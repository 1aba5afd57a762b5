package analyzer

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// Bounds. Beyond each, something is lost, and the loss is counted in the
// statistics.
const (
	// maxStates is how many states are kept apart at the entry of a block.
	// Hand-written functions rarely have more than a dozen situations of their
	// locks; beyond it correlations with flags are lost, and with them the
	// reports that would need them.
	maxStates = 32
	// maxVisits is how often a block is run for one function: a cut-off for
	// what the joins do not bring to an end.
	maxVisits = 150
	// workFloor and workPerInstr make the budget of a function: how many steps,
	// events and ways out of callees it may take before it is hurried. Of the
	// functions of a server, nine in ten took less than eight for each of their
	// instructions, and the few that took more most of the time. The floor leaves
	// small functions room for nested loops.
	workFloor    = 2500
	workPerInstr = 10
	// hurriedStates, hurriedVisits and hurriedAfters are what is left of maxStates,
	// maxVisits and maxAfters for a function that has used up its budget.
	hurriedStates = 2
	hurriedVisits = 8
	hurriedAfters = 2
	// maxBlocks is the size above which a function is not analysed, but said.
	maxBlocks = 20000
)

// An exec runs one function on symbolic states, from its entry to its exits,
// until nothing new turns up. It ends because a block's states are told apart
// by their core alone, cores are built from finitely many values (a value of
// an earlier turn of a loop is one Prev, whatever the turn), and a state that
// is met again only loses facts.
type exec struct {
	a       *unit
	t       *lockset.Table
	fn      *ssa.Function
	code    *code
	in      []map[string]*state
	pending [][]*state
	runs    []int

	acqs   []acquisition
	acqIDs map[acqKey]int
	sites  map[siteKey]Site // of acqs, as results have them

	sum       *summary
	events    map[string]*event
	callsHeld map[string]*heldAtCalls // by what is called
	variants  map[string]int          // by kind, class and mode: how many of events there are
	exits     map[string]*exit
	entry     *state
	record    *record
	panics    map[string]bool                   // cores of the states that have panicked
	limit     int                               // how many states are kept apart at a point
	maxAfter  int                               // how many ways out of callbacks are followed at one call
	budget    int                               // how much work is left before the function is hurried
	bounded   bool                              // something was lost to a bound
	freedAt   map[string]token.Pos              // by class: the last release that was run
	calling   []string                          // keys of the callbacks that are being followed
	silent    bool                              // nothing becomes an event: somebody else makes the call
	unread    bool                              // nobody asks for the summary
	settled   bool                              // what is taken and called becomes no event: the call of it is one, with what it calls here
	named     map[*lockset.Value]*lockset.Value // the objects that it returns or leaves behind, and how its exits call them
	ways      []way                             // the ways on which it returns
	took      map[*lockset.Value]bool           // guards of the locks that were taken here, or by callees

	followed    map[string]*followed // callbacks of the present call that were followed
	afters      int                  // how many ways out of callbacks were followed at the present call
	cuts        []string             // keys of those that were left out since, "" for one that is too deep
	views       []*state             // those that view has made
	inView      int                  // how many of them are in use
	throughOf   throughKey           // what lastThrough is of
	lastThrough *hop
	key         []byte    // room to make the keys of followed
	coreKey     []byte    // room to make the keys of states
	only        [1]*state // room for what a step returns, nearly always one state

	hurried bool                  // the budget is used up
	applied map[string][]callback // by call and situation: what the events of the callee have led to since then
}

// stateLimit is maxStates for functions of ordinary size, and less for large
// ones, so that the work grows with the size of the code.
func stateLimit(blocks int) int {
	switch {
	case blocks <= 80:
		return maxStates
	case blocks <= 400:
		return maxStates / 4
	}
	return 2
}

// budgetOf returns how much work may be done on a function before it is hurried.
func budgetOf(fn *ssa.Function) int {
	n := workFloor
	for _, b := range fn.Blocks {
		n += workPerInstr * len(b.Instrs)
	}
	return n
}

// spend notes work that was done. When the budget is used up, states are joined
// early from here on, so that what is left to do grows with the code alone.
func (x *exec) spend(n int) {
	x.budget -= n
	if x.budget < 0 && !x.hurried {
		x.bounded, x.hurried = true, true
		x.limit, x.maxAfter = min(x.limit, hurriedStates), hurriedAfters
		for i := range x.runs {
			x.runs[i] = max(x.runs[i], maxVisits-hurriedVisits)
		}
	}
}

// An acquisition is a place in a function where a lock comes to be held.
type acquisition struct {
	pos      token.Pos // of the call in this function
	site     callSite
	class    string
	chain    *hop // from this function to the acquisition; nil for an assumed lock
	keys     []lockmodel.Path
	inCallee bool    // a callee held it while it called back
	from     *heldIn // inCallee: where, if in this package
}

type acqKey struct {
	instr ssa.Instruction
	pos   token.Pos
	class string
	extra string
}

func newExec(a *unit, fn *ssa.Function) *exec {
	return &exec{
		a: a, t: a.t, fn: fn, code: a.codeOf(fn),
		acqIDs: make(map[acqKey]int),
		sum:    &summary{}, events: make(map[string]*event), variants: make(map[string]int), callsHeld: make(map[string]*heldAtCalls), exits: make(map[string]*exit),
		unread: a.isUnread(fn), limit: stateLimit(len(fn.Blocks)), maxAfter: maxAfters, budget: budgetOf(fn),
		record: newRecord(), panics: make(map[string]bool), freedAt: make(map[string]token.Pos),
		took: make(map[*lockset.Value]bool), named: make(map[*lockset.Value]*lockset.Value),
	}
}

// run analyses the function and returns its summary.
func (x *exec) run() *summary {
	if len(x.fn.Blocks) == 0 {
		return nil
	}
	n := len(x.fn.Blocks)
	x.in = make([]map[string]*state, n)
	x.pending = make([][]*state, n)
	x.runs = make([]int, n)
	x.entry = x.entryState()
	x.flow(x.fn.Blocks[0], x.entry.clone())
	for {
		b := x.next()
		if b == nil {
			break
		}
		states := x.pending[b.Index]
		x.pending[b.Index] = nil
		if x.runs[b.Index] += len(states); x.runs[b.Index] > maxVisits {
			x.bounded = true
			continue
		}
		for _, s := range states {
			x.block(b, s.clone())
		}
	}
	x.finish()
	if !x.a.keepStates {
		x.forget()
	}
	return x.sum
}

// forget drops what only the run itself needs: all functions of a package are
// kept until its end, and their states would be most of the memory.
func (x *exec) forget() {
	x.in, x.pending, x.runs, x.panics = nil, nil, nil, nil
	x.events, x.variants, x.callsHeld, x.exits, x.applied = nil, nil, nil, nil, nil
	x.named, x.ways, x.took, x.followed, x.cuts, x.key, x.coreKey, x.views, x.only[0] = nil, nil, nil, nil, nil, nil, nil, nil, nil
	x.throughOf, x.lastThrough = throughKey{}, nil
}

// next returns the first block, in reverse postorder, that has work.
func (x *exec) next() *ssa.BasicBlock {
	for _, b := range x.code.order {
		if len(x.pending[b.Index]) > 0 {
			return b
		}
	}
	return nil
}

// flow brings s, which it owns, to the entry of b.
func (x *exec) flow(b *ssa.BasicBlock, s *state) {
	x.code.keepLive(b, s)
	if x.in[b.Index] == nil {
		x.in[b.Index] = make(map[string]*state)
	}
	in := x.in[b.Index]
	x.coreKey = s.core(x.coreKey[:0], x.code)
	if old := in[string(x.coreKey)]; old != nil {
		if old.merge(s, x.code) && !slices.Contains(x.pending[b.Index], old) {
			x.pending[b.Index] = append(x.pending[b.Index], old)
		}
		return
	}
	if len(in) >= x.limit {
		x.bounded = true
		if old := x.nearest(in, s); x.joinInto(old, s) && !slices.Contains(x.pending[b.Index], old) {
			x.pending[b.Index] = append(x.pending[b.Index], old)
		}
		return
	}
	in[string(x.coreKey)] = s
	x.pending[b.Index] = append(x.pending[b.Index], s)
}

// nearest returns the state of in that s is joined with, since there are too
// many: one that holds the same locks, else one that holds the most of them.
func (x *exec) nearest(in map[string]*state, s *state) *state {
	var best *state
	score := -1
	for _, k := range sortedKeys(in) {
		o := in[k]
		n := 0
		for _, l := range s.held {
			if slices.Contains(o.held, l) {
				n += 2
			}
		}
		if n -= len(o.held); n > score || best == nil {
			best, score = o, n
		}
	}
	return best
}

// joinInto makes old stand for s too. A lock whose guard could be reached, and
// cannot any more, may have been released by way of what is forgotten. Whether
// those that are held are given up may hang on what is forgotten, too: they
// are not asked for as leaks.
func (x *exec) joinInto(old, s *state) bool {
	var before, its map[*lockset.Value]bool
	guarded := old.guarded() || s.guarded()
	if guarded {
		before, its = x.within(old), x.within(s)
	}
	if !old.join(s, x.code) {
		return false
	}
	old.blurred = true
	var after map[*lockset.Value]bool
	if guarded {
		after = x.within(old)
	}
	old.held = old.held.Map(func(l lockset.Lock) lockset.Lock {
		l.Flags |= lockset.Handed
		if l.Guard != nil && !after[l.Guard] && (before[l.Guard] || its[l.Guard]) {
			l.Flags |= lockset.Maybe
		}
		return l
	})
	return true
}

// guarded reports whether a lock of s has a guard, by which it is given up.
func (s *state) guarded() bool {
	return slices.ContainsFunc(s.held, func(l lockset.Lock) bool { return l.Guard != nil })
}

// within returns what the function itself, its deferred calls and others can
// reach from s.
func (x *exec) within(s *state) map[*lockset.Value]bool {
	var vals []*lockset.Value
	for _, e := range s.env {
		vals = append(vals, e.val)
	}
	for _, d := range s.defers {
		vals = append(append(vals, d.fn), d.args...)
	}
	return x.reachable(s, vals)
}

// block runs one block on s, which it owns.
func (x *exec) block(b *ssa.BasicBlock, s *state) {
	states := []*state{s}
	ends := x.code.endsIn(b)
	for i, instr := range b.Instrs {
		if _, ok := instr.(*ssa.Phi); ok {
			continue // done on the edge
		}
		var next []*state
		x.inView = 0
		if x.spend(len(states)); len(states) == 1 {
			next = x.step(b, instr, states[0])
		} else {
			for _, s := range states {
				next = append(next, x.step(b, instr, s)...)
			}
		}
		for ; len(ends) > 0 && ends[0].at <= i; ends = ends[1:] {
			for _, s := range next {
				s.unset(ends[0].n)
			}
		}
		states = x.dedupe(next)
		if len(states) == 0 {
			return
		}
	}
}

// dedupe merges states of equal core between two instructions.
func (x *exec) dedupe(states []*state) []*state {
	if len(states) < 2 {
		return states
	}
	seen := make(map[string]*state, len(states))
	out := states[:0:0]
	for _, s := range states {
		x.coreKey = s.core(x.coreKey[:0], x.code)
		if old := seen[string(x.coreKey)]; old != nil {
			old.merge(s, x.code)
			continue
		}
		if len(out) >= x.limit {
			x.bounded = true
			x.joinInto(x.nearest(seen, s), s)
			continue
		}
		seen[string(x.coreKey)] = s
		out = append(out, s)
	}
	return out
}

// edge carries s, which it owns, from block b to its successor succ: the phis
// take their values all at once.
func (x *exec) edge(b, succ *ssa.BasicBlock, s *state) {
	joins := phis(succ)
	if len(joins) > 0 {
		pred := predIndex(b, succ)
		vals := make([]*lockset.Value, len(joins))
		for i, phi := range joins {
			vals[i] = x.eval(s, phi.Edges[pred])
		}
		for i, phi := range joins {
			n := x.code.num[phi]
			x.redefine(succ, s, n, vals)
			s.set(n, vals[i])
		}
	}
	x.flow(succ, s)
}

func predIndex(b, succ *ssa.BasicBlock) int {
	for i, p := range succ.Preds {
		if p == b {
			return i
		}
	}
	return 0
}

// redefine makes way for a new value of SSA value n: inside a loop, what
// symbols of it are still about are those of an earlier turn. Values in vals
// are renamed along.
func (x *exec) redefine(b *ssa.BasicBlock, s *state, n int, vals []*lockset.Value) {
	if !x.code.cyclic[b.Index] {
		return
	}
	s.unset(n)
	x.renew(s, n, vals)
}

// renew makes what s says of the product n what an earlier turn has made.
func (x *exec) renew(s *state, n int, vals []*lockset.Value) {
	own := func(v *lockset.Value) bool {
		return (v.Op == lockset.OpSite || v.Op == lockset.OpAlloc) && v.N == n
	}
	ofIt := func(v *lockset.Value) bool { return v != nil && v.MayHave(n) && v.Has(own) }
	has := s.some(ofIt) || slices.ContainsFunc(vals, ofIt)
	if !has {
		return
	}
	rename := func(v *lockset.Value) *lockset.Value {
		return x.t.Map(v, func(v *lockset.Value) *lockset.Value {
			switch {
			case v.Op == lockset.OpPrev || !v.MayHave(n):
				return v
			case own(v):
				return x.t.Prev(v)
			}
			return nil
		})
	}
	again := s.some(func(v *lockset.Value) bool {
		return v != nil && v.MayHave(n) && v.Has(func(v *lockset.Value) bool { return v.Op == lockset.OpPrev && own(v.Args[0]) })
	})
	s.rename(rename, func(old lockset.Fact, now *lockset.Value) bool {
		// What is not nil stays so, if the earlier ones that it joins are not.
		if old.True || now.Op != lockset.OpCmp || now.Aux != "==" || !isNilValue(now.Args[1]) {
			return false
		}
		return !again || x.t.NonNil(s.facts, now.Args[0])
	}, x.t)
	for i := range vals {
		vals[i] = rename(vals[i])
	}
}

// eval returns the value of an operand.
func (x *exec) eval(s *state, v ssa.Value) *lockset.Value {
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value == nil {
			if isNillable(v.Type()) {
				return x.t.Nil
			}
			return x.t.Zero
		}
		return x.t.Const(v.Value.ExactString())
	case *ssa.Global:
		return x.t.Addr(x.a.global(v))
	case *ssa.Function:
		return x.a.funcValue(v)
	case *ssa.Builtin:
		return x.t.Unknown
	case *ssa.Parameter:
		return x.t.Param(x.code.num[v])
	case *ssa.FreeVar:
		return x.variable(v, x.t.Free(x.code.num[v]))
	}
	n := x.code.num[v]
	if val := s.get(n); val != nil {
		return val
	}
	switch v := v.(type) {
	case *ssa.Alloc:
		return x.variable(v, x.t.Alloc(n))
	case *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
		return x.t.Alloc(n)
	}
	return x.t.Site(n, "")
}

// variable returns the address of a local or captured variable, addr, by the
// name of what matters of it.
func (x *exec) variable(v ssa.Value, addr *lockset.Value) *lockset.Value {
	switch name := x.code.names[v]; name {
	case "":
		return addr
	case wayOut:
		return x.t.WayOut(addr)
	default:
		return x.t.Named(addr, name)
	}
}

// bind gives SSA value v the value val.
func (x *exec) bind(s *state, v ssa.Value, val *lockset.Value) {
	s.set(x.code.num[v], val)
}
