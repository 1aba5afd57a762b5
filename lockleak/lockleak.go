package lockleak

import (
	_ "embed"
	"fmt"
	"reflect"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/internal/diag"
)

//go:embed doc.go
var doc string

// Analyzer reports locks that came as a result value and are not given up on
// some way out of the function.
var Analyzer = &analysis.Analyzer{
	Name:       "lockleak",
	Doc:        diag.Doc(doc),
	URL:        diag.URL("lockleak"),
	Requires:   []*analysis.Analyzer{analyzer.Analyzer},
	Run:        diag.Safely(run),
	ResultType: reflect.TypeFor[*diag.Result](),
}

const leak = "leak"

func run(pass *analysis.Pass) (any, error) {
	res := pass.ResultOf[analyzer.Analyzer].(*analyzer.Result)
	if len(res.Leaks) == 0 {
		return &diag.Result{}, nil
	}
	r := diag.NewReporter(pass, res)
	for _, l := range res.Leaks {
		r.Add(lost(r, l))
	}
	return r.Flush(), nil
}

// lost reports a lock at the call that took it.
func lost(r *diag.Reporter, l analyzer.Leak) analysis.Diagnostic {
	exit := ""
	d := analysis.Diagnostic{Pos: l.Pos, End: l.End, Category: leak}
	d.Related = []analysis.RelatedInformation{r.Held(l.Lock, analyzer.Site{Range: l.Range, Chain: l.Chain}, l.Range)}
	if l.Exit.Pos.IsValid() {
		exit = " on " + r.Line(l.Exit, l.Pos)
		d.Related = append(d.Related, analysis.RelatedInformation{
			Pos: l.Exit.Pos, End: l.Exit.End, Message: diag.Lock(l.Lock) + " left behind here",
		})
	}
	fate, remedy := "without releasing it on the way out"+exit, "release it on every path"
	switch l.Why {
	case "":
	case "overwritten":
		fate, remedy = "and overwriting what holds it"+exit, "release it first"
	case "result not used":
		fate, remedy = "and dropping what holds it"+exit, "keep it, to release the lock"
	default:
		fate = "and losing it" + exit + ", " + l.Why
	}
	d.Message = fmt.Sprintf("%s %s%s; %s", diag.Act(l.Name, l.Lock, l.Chain), fate, diag.Steps(l.Name, l.Chain), remedy)
	return d
}
