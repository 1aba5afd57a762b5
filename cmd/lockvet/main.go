// Command lockvet finds lock-order deadlocks in Go programs before they run.
//
// It is two programs in one binary. Called by go vet -vettool it analyses one
// package after the other, as go vet says. Called by a person, as in
//
//	lockvet [flags] [packages]
//
// it runs go vet with itself as the tool over all packages, ./... without an
// argument, and reports in one of several formats what was found. It exits
// with 0 if the code is clean, 1 if something could not be analysed, 2 for a
// mistake on the command line, and 3 for findings.
//
// "lockvet help" lists the flags, "lockvet explain CATEGORY" says what a
// finding means and how to cure it, and "lockvet order" shows the order in
// which the code takes its locks.
//
// It does not need the packages to use any library: locks are declared by
// directives, or inferred with -infer.
package main

import (
	"github.com/lockvet/lockvet"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/cli"
)

func main() { cli.Main(lockvet.Suite()) }
