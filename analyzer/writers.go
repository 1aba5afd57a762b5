package analyzer

import (
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// writtenClasses returns the classes that somebody takes exclusively, as far
// as an edge asks: only there does it matter.
func (a *unit) writtenClasses(local []*localEdge, res *Result) map[string]bool {
	asked := make(map[string]bool)
	for v, d := range a.fieldLocks { // an importer may share those
		if d != nil && d.implied && v.Pkg() == a.pkg {
			asked[d.Class] = true
		}
	}
	for _, e := range local {
		asked[e.Outer], asked[e.Inner] = true, true
	}
	for _, q := range res.Acquires {
		for _, p := range q.Pairs {
			if p.readers() {
				asked[p.Want.Class] = true
			}
		}
	}
	out := make(map[string]bool)
	for k := range a.imports.written {
		out[k] = true
	}
	for _, f := range a.funcs {
		if x := a.execs[f]; x != nil {
			for k, r := range x.record.acquires {
				if r.want.mode != lockmodel.Shared && asked[k.class] {
					out[k.class] = true
				}
			}
		}
	}
	return out
}

// readers reports whether p is an undeclared lock that is taken shared twice.
func (p *Pair) readers() bool {
	return p.Implied && p.Relation == lockset.Same && p.Want.Mode == lockmodel.Shared && p.Held.Mode == lockmodel.Shared
}

// dropReaders drops the pairs of readers between which no writer can come: nobody
// takes the lock exclusively, and no importer can get at it.
func (a *unit) dropReaders(res *Result, written map[string]bool) {
	open := make(map[string]bool)
	for v, d := range a.fieldLocks {
		if d != nil && (v.Exported() || v.Embedded()) {
			open[d.Class] = true
		}
	}
	for i := range res.Acquires {
		q := &res.Acquires[i]
		q.Pairs = slices.DeleteFunc(q.Pairs, func(p Pair) bool { return p.readers() && !written[p.Want.Class] && !open[p.Want.Class] })
	}
}
