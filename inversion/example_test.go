package inversion_test

import (
	"fmt"

	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/inversion"
)

// A shelf is locked before its books.
func Example() {
	findings, err := diagtest.Findings(inversion.Analyzer, `//lockvet:order shelf book
package library

//lockvet:acquire shelf
func lockShelf() {}

//lockvet:release shelf
func unlockShelf() {}

//lockvet:acquire book
func lockBook() {}

//lockvet:release book
func unlockBook() {}

func Return() {
	lockBook()
	lockShelf()
	unlockShelf()
	unlockBook()
}
`)
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output: 18: order: acquiring shelf lock while holding book lock (line 17); order is shelf, then book
}
