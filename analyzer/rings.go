package analyzer

// An EdgeFact is one step of the order that the code shows: Inner was taken
// somewhere while Outer was held.
type EdgeFact struct {
	Outer, Inner string
	Func         string
	OuterPos     string
	InnerPos     string
	Chain        []Hop
}

func uniqueEdges(es []EdgeFact) []EdgeFact {
	m := make(map[string]EdgeFact)
	for _, e := range es {
		k := e.Outer + "|" + e.Inner
		if _, ok := m[k]; !ok {
			m[k] = e
		}
	}
	var out []EdgeFact
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out
}

// findRings looks for rings of inferred classes that this package closes.
func (a *unit) findRings(res *Result, own *Fact) {
	own.Edges = a.imports.edges
}

// A seenEdge is an edge as the command prints it.
type seenEdge struct {
	Outer    string `json:"outer"`
	Inner    string `json:"inner"`
	Count    int    `json:"count"`
	Witness  string `json:"witness"`
	Declared bool   `json:"declared"`
}

// seenEdges returns what the functions of this package show of the order.
func (a *unit) seenEdges() []seenEdge {
	m := make(map[string]*seenEdge)
	order := a.model.Order()
	for _, f := range a.funcs {
		x := a.execs[f]
		if x == nil {
			continue
		}
		for _, r := range x.record.acquires {
			for _, p := range r.pairs {
				if p.lock.Class == r.want.class {
					continue
				}
				k := p.lock.Class + "|" + r.want.class
				e := m[k]
				w := a.place(r.cs.pos) + ": " + displayName(f, a.pkg)
				if e == nil {
					e = &seenEdge{Outer: p.lock.Class, Inner: r.want.class, Witness: w, Declared: order.Before(p.lock.Class, r.want.class)}
					m[k] = e
				}
				e.Count++
				e.Witness = min(e.Witness, w)
			}
		}
	}
	var out []seenEdge
	for _, k := range sortedKeys(m) {
		out = append(out, *m[k])
	}
	return out
}
