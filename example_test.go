package lockvet_test

import (
	"fmt"

	"github.com/lockvet/lockvet"
)

// The suite is for drivers: multichecker.Main(lockvet.Suite()...) is a vettool.
func ExampleSuite() {
	for _, a := range lockvet.Suite() {
		fmt.Println(a.Name)
	}
	// Output:
	// lockstate
	// inversion
	// nsorder
	// nsheld
	// lockleak
	// directive
}
