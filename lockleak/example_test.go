package lockleak_test

import (
	"fmt"

	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/lockleak"
)

// A guard has to be released on each way out.
func Example() {
	findings, err := diagtest.Findings(lockleak.Analyzer, `//lockvet:class spool
package spool

type Guard struct{ open bool }

//lockvet:release spool
func (g *Guard) Release() { g.open = false }

//lockvet:acquire spool
func lock() *Guard { return &Guard{true} }

func Deliver(full bool) bool {
	g := lock()
	if full {
		return false
	}
	g.Release()
	return true
}
`)
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output: 13: leak: acquiring spool lock without releasing it on the way out on line 15; release it on every path
}
