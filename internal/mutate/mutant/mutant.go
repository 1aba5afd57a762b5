// Package mutant is what instrumented code asks whether a mutation of it is
// switched on. Nothing in the module imports it as it stands: the imports are
// put in by the command mutate, in copies.
package mutant

import (
	"cmp"
	"os"
	"strconv"
)

// On is the number of the mutation that is switched on, 0 for none. A process
// begins with the one that the environment variable LOCKVET_MUTANT names.
var On, _ = strconv.Atoi(os.Getenv("LOCKVET_MUTANT"))

// Is reports whether mutation id is on.
func Is(id int) bool { return id == On }

// Not returns c, negated by the mutation.
func Not(id int, c bool) bool { return c != (id == On) }

// Less reports whether a is less than b or, by the mutation, the same.
func Less[T cmp.Ordered](id int, a, b T) bool { return a < b || id == On && a == b }

// LessEqual reports whether a is at most b or, by the mutation, less.
func LessEqual[T cmp.Ordered](id int, a, b T) bool { return a < b || id != On && a == b }

// Off returns n, less one by the mutation.
func Off(id, n int) int {
	if id == On {
		return n - 1
	}
	return n
}

// Pick returns is, or other by the mutation.
func Pick[T any](id int, is, other T) T {
	if id == On {
		return other
	}
	return is
}
