package nsheld

import (
	_ "embed"
	"reflect"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockset"
	"github.com/lockvet/lockvet/internal/diag"
)

//go:embed doc.go
var doc string

// Analyzer reports calls whose locks are not held, or not strongly enough,
// locks that go before those that lie within them, and locks that their own
// holder would wait for.
var Analyzer = &analysis.Analyzer{
	Name:       "nsheld",
	Doc:        diag.Doc(doc),
	URL:        diag.URL("nsheld"),
	Requires:   []*analysis.Analyzer{analyzer.Analyzer},
	Run:        diag.Safely(run),
	ResultType: reflect.TypeFor[*diag.Result](),
}

// The categories.
const (
	notHeld            = "not-held"
	sharedNotExclusive = "shared-not-exclusive"
	releasedEarly      = "released-early"
	modeChange         = "mode-change"
	relock             = "relock"
)

func run(pass *analysis.Pass) (any, error) {
	res := pass.ResultOf[analyzer.Analyzer].(*analyzer.Result)
	if len(res.Requires) == 0 && len(res.Releases) == 0 && len(res.Acquires) == 0 {
		return &diag.Result{}, nil // most packages touch no lock
	}
	c := check{Reporter: diag.NewReporter(pass, res), pass: pass, res: res}
	for _, q := range res.Requires {
		switch q.Status {
		case analyzer.Missing:
			c.Add(c.missing(q))
		case analyzer.Weaker:
			c.Add(c.weaker(q))
		}
	}
	for _, rel := range res.Releases {
		c.Add(c.early(rel))
	}
	for _, a := range res.Acquires {
		if p, category := again(a); p != nil {
			c.Add(c.again(a, *p, category))
		}
	}
	return c.Flush(), nil
}

// A check is the work on one package.
type check struct {
	*diag.Reporter
	pass *analysis.Pass
	res  *analyzer.Result
}

// again returns a pair of a whose two locks are one, if taking it once more is
// not the re-entry that counted locks allow, and its category. Of several it
// is the one with the shortest chain, then the one taken first.
func again(a analyzer.Acquire) (best *analyzer.Pair, category string) {
	if a.Try {
		return nil, ""
	}
	for i := range a.Pairs {
		p := &a.Pairs[i]
		if p.Relation != lockset.Same || p.Want.Class != p.Held.Class {
			continue
		}
		c := modeChange
		if p.Plain {
			c = relock
		} else if p.Want.Mode == 0 || p.Held.Mode == 0 || p.Want.Mode == p.Held.Mode {
			continue
		}
		if best == nil || len(p.Chain) < len(best.Chain) {
			best, category = p, c
		}
	}
	return best, category
}
