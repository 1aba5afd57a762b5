// Package driver runs a suite of analyzers over packages and returns one
// neutral record. It has two ways to do it, which give the same record:
// [GoVet] starts "go vet" with this very binary as its tool, and so gets the go
// command's cache and its small processes; [InProcess] loads everything into
// this process. Neither prints, filters or judges findings.
package driver

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// Options says what to analyse and how. The current directory is where
// patterns are resolved.
type Options struct {
	Suite    []*analysis.Analyzer
	Patterns []string
	Tags     string   // build tags, as go build's -tags
	Tests    bool     // analyse test files too
	Settings []string // analyzer flags, "name=value", as in "lockstate.infer=true"
	Tool     string   // the vettool binary; GoVet only
	// Progress, if not nil, is called with the number of packages done, from
	// the goroutine that called the driver.
	Progress func(done int)
	Verbose  io.Writer // if not nil, gets a line for each command that is run
}

// A Driver analyses packages. An error says that nothing at all could be
// analysed; packages that do not load or compile are in the result's Errors.
type Driver func(ctx context.Context, opts Options) (*report.Result, error)

// Named returns the driver of a name that the command line knows: "vet" or
// "inprocess".
func Named(name string) (Driver, error) {
	switch name {
	case "vet":
		return GoVet, nil
	case "inprocess":
		return InProcess, nil
	}
	return nil, fmt.Errorf("unknown driver %q: use vet or inprocess", name)
}

func (o Options) logf(format string, args ...any) {
	if o.Verbose != nil {
		fmt.Fprintf(o.Verbose, "lockvet: "+format+"\n", args...)
	}
}
