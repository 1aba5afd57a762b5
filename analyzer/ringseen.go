package analyzer

import (
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A seenEdge is a step of the order as the command prints it.
type seenEdge struct {
	Outer    string `json:"outer"`
	Inner    string `json:"inner"`
	Count    int    `json:"count"`
	Witness  string `json:"witness"`  // "dir/file.go:31: F", "" for one that is only declared
	Declared bool   `json:"declared"` // the order says so too
}

// seenEdges returns what the functions of this package show of the order, as
// the checks see it: the calls that wait for one lock while they hold another.
// Two locks of one class are an edge if they are, or may be, two. Each edge
// that a directive declares follows, with a count of zero.
func (a *unit) seenEdges(res *Result) []seenEdge {
	m := make(map[string]*seenEdge)
	for i := range res.Acquires {
		q := &res.Acquires[i]
		if q.Try {
			continue
		}
		at := make(map[string]bool) // a call is one occurrence of an edge
		for _, p := range q.Pairs {
			outer, inner := p.Held.Class, p.Want.Class
			k := outer + "|" + inner
			if at[k] || outer == inner && p.Relation == lockset.Same {
				continue
			}
			at[k] = true
			w := a.place(q.Pos) + ": " + q.Func
			e := m[k]
			if e == nil {
				e = &seenEdge{Outer: outer, Inner: inner, Witness: w, Declared: res.Order.Before(outer, inner)}
				m[k] = e
			}
			e.Count++
			e.Witness = min(e.Witness, w)
		}
	}
	var out []seenEdge
	for _, k := range sortedKeys(m) {
		out = append(out, *m[k])
	}
	declared := make(map[string]bool)
	for _, e := range a.model.Edges {
		declared[e.Outer+"|"+e.Inner] = true
	}
	for _, k := range sortedKeys(declared) {
		outer, inner, _ := strings.Cut(k, "|")
		out = append(out, seenEdge{Outer: outer, Inner: inner, Declared: true})
	}
	return out
}
