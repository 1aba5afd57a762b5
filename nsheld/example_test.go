package nsheld_test

import (
	"fmt"

	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/nsheld"
)

// A function that needs a lock is called with it and without.
func Example() {
	findings, err := diagtest.Findings(nsheld.Analyzer, `//lockvet:class cache
package cache

//lockvet:acquire cache
func lock() {}

//lockvet:release cache
func unlock() {}

//lockvet:require cache
func put(key string) {}

func Fill() { put("a") }

func Set() {
	lock()
	put("a")
	unlock()
}
`)
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output: 13: not-held: calling put requires holding cache lock; none is held
}
