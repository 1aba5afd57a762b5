// Package lockvet finds lock-order deadlocks in Go programs before they run.
//
// It is a set of go/analysis passes that follow lock acquisition through call
// graphs, across packages, interfaces, callbacks and stored locks. What is a
// lock is declared by directives on the code (see package lockmodel) or, with
// -lockstate.infer, found by itself. The command is cmd/lockvet; package
// nslock is a lock runtime whose rules the passes check.
package lockvet

import (
	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/directive"
	"github.com/lockvet/lockvet/inversion"
	"github.com/lockvet/lockvet/lockleak"
	"github.com/lockvet/lockvet/nsheld"
	"github.com/lockvet/lockvet/nsorder"
)

// Suite returns the analyzers in the order in which they are documented. The
// first is the core, which reports nothing; it is listed because a driver
// shows only the flags of listed analyzers.
func Suite() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		analyzer.Analyzer,
		inversion.Analyzer,
		nsorder.Analyzer,
		nsheld.Analyzer,
		lockleak.Analyzer,
		directive.Analyzer,
	}
}
