package analyzer_test

import (
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
)

// A check is an analyzer that requires this one and reads its result. This one
// tells of every lock that is asked for while another is held.
func Example() {
	nested := &analysis.Analyzer{
		Name:     "nested",
		Doc:      "report locks that are taken under others",
		Requires: []*analysis.Analyzer{analyzer.Analyzer},
		Run: func(pass *analysis.Pass) (any, error) {
			result := pass.ResultOf[analyzer.Analyzer].(*analyzer.Result)
			for _, acquire := range result.Acquires {
				for _, pair := range acquire.Pairs {
					pass.Report(analysis.Diagnostic{
						Pos: acquire.Pos, Category: "nested",
						Message: fmt.Sprintf("%s calls %s, which takes %s under %s of line %d",
							acquire.Func, acquire.Name, pair.Want.Class, pair.Held.Class, pair.At.Line),
					})
				}
			}
			return nil, nil
		},
	}
	findings, err := diagtest.Findings(nested, `//lockvet:order shelf book
package library

//lockvet:acquire shelf
func lockShelf() {}

//lockvet:acquire book
func lockBook() {}

func lend() {
	lockShelf()
	search()
}

func search() { lockBook() }
`)
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output: 12: nested: lend calls search, which takes book under shelf of line 11
}
