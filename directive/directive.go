package directive

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/internal/diag"
	"github.com/lockvet/lockvet/inversion"
	"github.com/lockvet/lockvet/lockleak"
	"github.com/lockvet/lockvet/nsheld"
	"github.com/lockvet/lockvet/nsorder"
)

//go:embed doc.go
var doc string

// Analyzer reports directives that are wrong, and ignores that silence nothing.
var Analyzer = newAnalyzer()

// checks are the analyzers whose reports an ignore can silence.
var checks = []*analysis.Analyzer{inversion.Analyzer, nsorder.Analyzer, nsheld.Analyzer, lockleak.Analyzer}

// inferred are the categories that a run with -infer reports more of. What
// silences them may have nothing to do in a run without.
var inferred = []string{"cycle", "unordered", "relock"}

func newAnalyzer() *analysis.Analyzer {
	c := &checker{}
	a := &analysis.Analyzer{
		Name:       "directive",
		Doc:        diag.Doc(doc),
		URL:        diag.URL("directive"),
		Requires:   append([]*analysis.Analyzer{analyzer.Analyzer}, checks...),
		Run:        diag.Safely(c.run),
		ResultType: reflect.TypeFor[*diag.Result](),
	}
	a.Flags.BoolVar(&c.stats, "stats", false, "report how many findings were silenced, as a diagnostic of category stats")
	return a
}

// A checker holds the settings.
type checker struct{ stats bool }

func (c *checker) run(pass *analysis.Pass) (any, error) {
	res := pass.ResultOf[analyzer.Analyzer].(*analyzer.Result)
	lookalikes := misspelt(pass.Files)
	if (res.Directives == nil || len(res.Directives.Problems)+len(res.Directives.Ignores) == 0) && len(res.Incomplete)+len(lookalikes) == 0 {
		return &diag.Result{}, nil // nothing to judge, and nothing can have been silenced
	}
	own, all := &diag.Result{}, &diag.Result{}
	for _, a := range checks {
		all.Add(pass.ResultOf[a].(*diag.Result))
	}
	r := diag.NewReporter(pass, res)
	flush := func() {
		done := r.Flush()
		own.Add(done)
		all.Add(done)
	}
	for _, f := range res.Incomplete {
		r.Add(incomplete(f))
	}
	if res.Directives != nil {
		for _, p := range res.Directives.Problems {
			r.Add(analysis.Diagnostic{Pos: p.Pos, End: p.End, Category: p.Category, Message: p.Message})
		}
	}
	for _, d := range lookalikes {
		r.Add(d)
	}
	flush()
	if len(res.Incomplete) == 0 { // else the function that an ignore is for may be among them
		stale(r, res, all.Silenced, false)
		flush()
		stale(r, res, all.Silenced, true)
		flush()
	}
	if c.stats && all.Suppressed > 0 {
		if err := report(pass, all.Suppressed); err != nil {
			return nil, err
		}
	}
	return own, nil
}

// incomplete reports a function that the core gave up.
func incomplete(f analyzer.Incomplete) analysis.Diagnostic {
	return analysis.Diagnostic{
		Pos: f.Pos, End: f.End,
		Category: diag.Incomplete,
		Message:  fmt.Sprintf("analysing %s failed: %s; its locks are not judged", f.Func, f.Why),
	}
}

// stale adds a report for each ignore that has categories which silenced
// nothing. Reports of stale ignores can be silenced too, so whether an ignore
// of these is used (last) is known only after all others were judged.
func stale(r *diag.Reporter, res *analyzer.Result, silenced []diag.Silenced, last bool) {
	if res.Directives == nil {
		return
	}
	for i, g := range res.Directives.Ignores {
		var idle []string
		for _, category := range g.Categories {
			if slices.Contains(silenced, diag.Silenced{Ignore: i, Category: category}) ||
				(category == lockmodel.StaleIgnore) != last ||
				!res.Infer && slices.Contains(inferred, category) {
				continue
			}
			idle = append(idle, category)
		}
		if len(idle) == 0 {
			continue
		}
		remedy := "remove it"
		if len(idle) < len(g.Categories) {
			remedy = "take that out of the list"
		}
		r.Add(analysis.Diagnostic{
			Pos: g.Pos, End: g.End,
			Category: lockmodel.StaleIgnore,
			Message:  fmt.Sprintf("ignoring %s silences nothing; %s", strings.Join(idle, " and "), remedy),
		})
	}
}

// report hands the number of silenced findings to the command, through drivers
// that carry nothing but diagnostics.
func report(pass *analysis.Pass, suppressed int) error {
	message, err := json.Marshal(analyzer.Stats{Suppressed: suppressed})
	if err != nil {
		return fmt.Errorf("encoding figures: %w", err)
	}
	clause := diag.Clause(pass)
	pass.Report(analysis.Diagnostic{
		Pos: clause.Pos, End: clause.End, Category: "stats", Message: string(message),
	})
	return nil
}
