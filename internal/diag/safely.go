package diag

import (
	"fmt"

	"golang.org/x/tools/go/analysis"
)

// Incomplete is the category of what could not be analysed. It is no finding.
const Incomplete = "incomplete"

// Safely returns the Run function of a check that survives a crash of run: it
// is reported at the package clause, and the other checks go on. What run had
// reported before stays.
func Safely(run func(*analysis.Pass) (any, error)) func(*analysis.Pass) (any, error) {
	return func(pass *analysis.Pass) (result any, err error) {
		defer func() {
			if v := recover(); v != nil {
				at := Clause(pass)
				pass.Report(analysis.Diagnostic{
					Pos: at.Pos, End: at.End, Category: Incomplete, URL: URL(Incomplete),
					Message: ascii(fmt.Sprintf("the check %s failed: internal error: %.200v; its findings in package %s are missing", pass.Analyzer.Name, v, pass.Pkg.Name())),
				})
				result, err = &Result{}, nil
			}
		}()
		return run(pass)
	}
}
