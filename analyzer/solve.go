package analyzer

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

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
