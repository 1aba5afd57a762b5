package nsorder_test

import (
	"fmt"

	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/nsorder"
)

// Two accounts are locked in the order of their numbers, or not together.
func Example() {
	findings, err := diagtest.Findings(nsorder.Analyzer, `//lockvet:class account ordered
package bank

//lockvet:acquire account key=id
func lock(id int) {}

//lockvet:release account key=id
func unlock(id int) {}

func Move(from, to int) {
	lock(from)
	lock(to)
	unlock(to)
	unlock(from)
}

func MoveInOrder(from, to int) {
	first, second := min(from, to), max(from, to)
	lock(first)
	lock(second)
	unlock(second)
	unlock(first)
}
`)
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output: 12: users-unordered: acquiring account lock of to while holding account lock of from (line 11), in no fixed order; take both in key order
}
