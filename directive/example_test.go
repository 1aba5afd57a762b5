package directive_test

import (
	"fmt"

	"github.com/lockvet/lockvet/directive"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
)

// A directive that is wrong has no effect, and is reported.
func Example() {
	findings, err := diagtest.Findings(directive.Analyzer, `//lockvet:order shelf book
//lockvet:order book shelf
package library

//lockvet:acquire shelve
func lock() {}
`)
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// 2: order-cycle: order book, shelf, book is a cycle: shelf before book is declared at example.go:1; drop one of them
	// 5: bad-directive: unknown class "shelve"; the nearest is shelf
}
