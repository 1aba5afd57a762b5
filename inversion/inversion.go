package inversion

import (
	_ "embed"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/internal/diag"
)

//go:embed doc.go
var doc string

// Analyzer reports locks that are taken against the declared order of their
// classes, locks of retired classes, and rings among undeclared ones.
var Analyzer = &analysis.Analyzer{
	Name:       "inversion",
	Doc:        diag.Doc(doc),
	URL:        diag.URL("inversion"),
	Requires:   []*analysis.Analyzer{analyzer.Analyzer},
	Run:        diag.Safely(run),
	ResultType: reflect.TypeFor[*diag.Result](),
}

func run(pass *analysis.Pass) (any, error) {
	res := pass.ResultOf[analyzer.Analyzer].(*analyzer.Result)
	if len(res.Acquires) == 0 && len(res.Duties) == 0 && len(res.Rings) == 0 {
		return &diag.Result{}, nil // most packages touch no lock
	}
	r := diag.NewReporter(pass, res)
	for _, c := range diag.Clashes(res) {
		r.Add(clash(r, res.Order, c))
	}
	for _, a := range res.Acquires {
		if a.Retired {
			r.Add(retired(r, a))
		}
	}
	for _, d := range res.Duties {
		if category := diag.OrderCategory(res.Order, d.Want.Class, d.Held.Class); category != "" {
			r.Add(r.Duty(category, d, "", rule(res.Order, d.Want.Class, d.Held.Class)))
		}
	}
	for _, ring := range res.Rings {
		if len(ring.Edges) > 0 {
			r.Add(cycle(ring))
		}
	}
	return r.Flush(), nil
}

// clash reports a pair of locks that one call takes in the wrong order.
func clash(r *diag.Reporter, order *lockmodel.Order, c diag.Clash) analysis.Diagnostic {
	a, p := c.Acquire, c.Pair
	return analysis.Diagnostic{
		Pos: a.Pos, End: a.End,
		Category: c.Category,
		Message: fmt.Sprintf("%s while holding %s%s%s; %s",
			diag.Act(a.Name, p.Want, p.Chain), diag.Class(p.Held.Class), r.At(p.At, a.Pos, ""),
			diag.Steps(a.Name, p.Chain), rule(order, p.Want.Class, p.Held.Class)),
		Related: r.Related(*a, *p),
	}
}

// rule states the declared order that a pair breaks.
func rule(order *lockmodel.Order, want, held string) string {
	return "order is " + strings.Join(order.Chain(want, held), ", then ")
}

// retired reports a lock of a class that is not taken any more.
func retired(r *diag.Reporter, a analyzer.Acquire) analysis.Diagnostic {
	return analysis.Diagnostic{
		Pos: a.Pos, End: a.End,
		Category: "retired",
		Message: fmt.Sprintf("%s%s; class %s is retired",
			diag.Act(a.Name, a.Want, a.Chain), diag.Steps(a.Name, a.Chain), a.Want.Class),
		Related: r.Wanted(a.Name, a.Want, a.Range, a.Chain),
	}
}

// cycle reports a ring of classes that have no declared order. The edge that
// this package closes it with comes first; each following one takes the class
// that the one before wants.
func cycle(ring analyzer.Ring) analysis.Diagnostic {
	edges := slices.Clone(ring.Edges)
	if i := slices.IndexFunc(edges, func(e analyzer.RingEdge) bool { return e.Here.Pos == ring.Pos }); i > 0 {
		edges = slices.Concat(edges[i:], edges[:i])
	}
	first := edges[0]
	var steps []string
	var related []analysis.RelatedInformation
	rule := "take them in one order everywhere"
	for i, e := range edges {
		steps = append(steps, edge(e))
		if e.Here.Pos.IsValid() {
			related = append(related, analysis.RelatedInformation{Pos: e.Here.Pos, End: e.Here.End, Message: fmt.Sprintf("goroutine %d: %s", i+1, edge(e))})
		}
	}
	for i, e := range edges {
		if e.InnerShared && edges[(i+1)%len(edges)].OuterShared {
			rule = "a writer that waits stops readers after it; " + rule
			break
		}
	}
	return analysis.Diagnostic{
		Pos: ring.Pos, End: ring.End,
		Category: "cycle",
		Message: fmt.Sprintf("acquiring %s while holding %s closes a ring: %s; %s",
			diag.Class(first.Inner), diag.Class(first.Outer), strings.Join(steps, ", "), rule),
		Related: related,
	}
}

// edge tells one step of a ring: who takes which class while holding which.
func edge(e analyzer.RingEdge) string {
	text := fmt.Sprintf("%s holds %s%s%s and takes %s%s%s",
		e.Func, e.Outer, shared(e.OuterShared), place(e.OuterPos), e.Inner, shared(e.InnerShared), place(e.InnerPos))
	if len(e.Chain) > 1 {
		var names []string
		for _, h := range e.Chain {
			names = append(names, h.Name)
		}
		text += " through " + strings.Join(names, " calls ")
	}
	return text
}

func shared(is bool) string {
	if is {
		return " shared"
	}
	return ""
}

func place(pos string) string {
	if pos == "" {
		return ""
	}
	return " (" + pos + ")"
}
