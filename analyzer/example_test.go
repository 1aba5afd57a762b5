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

// Everything that is asked for, missing, given up too early or left behind has
// a record with its place.
func ExampleResult() {
	records := &analysis.Analyzer{
		Name:     "records",
		Doc:      "print the records of a package",
		Requires: []*analysis.Analyzer{analyzer.Analyzer},
		Run: func(pass *analysis.Pass) (any, error) {
			result := pass.ResultOf[analyzer.Analyzer].(*analyzer.Result)
			line := func(r analyzer.Range) int { return pass.Fset.Position(r.Pos).Line }
			for _, r := range result.Requires {
				fmt.Printf("%d: %s needs %s: %t; %s\n", line(r.Range), r.Name, r.Want.Class, r.Status == analyzer.Missing, r.Directive)
			}
			for _, r := range result.Releases {
				fmt.Printf("%d: %s goes before %s, of line %d\n", line(r.Range), r.Outer.Class, r.Inner.Class, r.InAt.Line)
			}
			for _, l := range result.Leaks {
				fmt.Printf("%d: %s stays behind on line %d\n", line(l.Range), l.Lock.Class, l.Line)
			}
			for _, p := range result.Directives.Problems {
				fmt.Printf("%d: %s\n", pass.Fset.Position(p.Pos).Line, p.Message)
			}
			fmt.Println(len(result.Acquires), len(result.Duties), len(result.Rings), len(result.Incomplete), result.Infer)
			for _, a := range result.Acquires {
				for _, e := range a.Fix.Edits {
					fmt.Printf("%d: write %s\n", line(e.Range), e.New)
				}
			}
			fmt.Println(result.Stats.Acquisitions, "acquisitions")
			fmt.Println(result.Order.Before("ledger", "page"), result.Model.ClassNames())
			return nil, nil
		},
	}
	_, err := diagtest.Findings(records, `//lockvet:order ledger page
//lockvet:class page within=ledger
package books

type Ledger struct{ open bool }

//lockvet:release ledger
func (l *Ledger) Close() { l.open = false }

//lockvet:acquire ledger
func Open() *Ledger { return &Ledger{true} }

//lockvet:acquire page
func Turn() {}

//lockvet:release page
func Leave() {}

func Read() {
	Turn()
	Leave()
}

func Early() {
	l := Open()
	Turn()
	l.Close()
	Leave()
}

func Keep(full bool) {
	l := Open()
	if !full {
		l.Close()
	}
}

//lockvet:acquire shelf
func Other() {}
`)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 20: Turn needs ledger: true; //lockvet:require ledger
	// 27: ledger goes before page, of line 26
	// 32: ledger stays behind on line 36
	// 38: unknown class "shelf"; declare it with //lockvet:class before the package clause
	// 4 0 0 0 false
	// 4 acquisitions
	// true [ledger page]
}
