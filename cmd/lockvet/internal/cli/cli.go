// Package cli is the lockvet command as a function of its arguments and
// streams: it reads the command line, has a driver run the analyzers, lets the
// gates thin out the findings, and prints them. Main in cmd/lockvet only calls
// it, so that tests can.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/driver"
)

// The exit codes.
const (
	Clean    = 0
	Failed   = 1 // something could not be analysed
	Usage    = 2
	Findings = 3
)

// A Command is one run of lockvet.
type Command struct {
	Suite  []*analysis.Analyzer
	Stdout io.Writer
	Stderr io.Writer
}

// Main is the whole of lockvet as a process: it answers go vet, which calls
// the binary to analyse one package, or runs the command of os.Args. It does
// not return.
func Main(suite []*analysis.Analyzer) {
	args := os.Args[1:]
	if isVetTool(args) {
		tuneHeap()
		unitchecker.Main(suite...)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	c := Command{Suite: suite, Stdout: os.Stdout, Stderr: os.Stderr}
	code := c.Run(ctx, args)
	stop()
	os.Exit(code)
}

// isVetTool reports whether go vet is calling: it asks for the version, for
// the flags, or for the analysis of the package that a file describes.
func isVetTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// Run runs lockvet with the arguments that follow its name, and returns the
// exit code. It changes the directory of the process if -C says so.
func (c *Command) Run(ctx context.Context, args []string) int {
	name, rest := "", args
	if len(args) > 0 {
		name, rest = args[0], args[1:]
	}
	var err error
	switch name {
	case "help":
		err = c.help(rest)
	case "explain":
		err = c.explain(rest)
	case "version", "-V", "-version", "--version":
		err = c.version(rest)
	case "order":
		return c.start(ctx, rest, true)
	default:
		return c.start(ctx, args, false)
	}
	if err != nil {
		return c.fail(err)
	}
	return Clean
}

// start parses the flags of a run over packages, and runs it.
func (c *Command) start(ctx context.Context, args []string, order bool) int {
	opts, err := parse(args, order)
	if errors.Is(err, flag.ErrHelp) {
		if order {
			c.orderUsage(c.Stdout)
		} else {
			c.usage(c.Stdout)
		}
		return Clean
	}
	if err != nil {
		return c.fail(usageError{err})
	}
	if opts.dir != "" {
		if err := os.Chdir(opts.dir); err != nil {
			return c.fail(fmt.Errorf("-C: %w", err))
		}
		// The go command believes PWD where it names the current directory
		// by another path; the old value only misleads.
		if err := os.Unsetenv("PWD"); err != nil {
			return c.fail(err)
		}
	}
	if err := checkFiles(opts.patterns); err != nil {
		return c.fail(err)
	}
	if order {
		return c.order(ctx, opts)
	}
	return c.check(ctx, opts)
}

// commands are the words that may stand in the place of the first pattern.
var commands = []string{"explain", "help", "order", "version"}

// checkFiles reports a source file that does not exist, which the go command
// would take for the path of a package to fetch.
func checkFiles(patterns []string) error {
	for _, p := range patterns {
		if strings.HasSuffix(p, ".go") {
			if _, err := os.Stat(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// isCommand turns an error about packages that are not there into one about a
// command, if that is what the first pattern was meant for.
func isCommand(err error, patterns []string) error {
	var none *driver.NoPackageError
	if !errors.As(err, &none) {
		return err
	}
	if slices.Contains(commands, patterns[0]) {
		return usageError{fmt.Errorf("no package %q: the command of this name stands before all flags", patterns[0])}
	}
	if near, ok := catalog.Nearest(patterns[0], commands); ok {
		return usageError{fmt.Errorf("no package %q: did you mean the command %s?", patterns[0], near)}
	}
	return err
}

// A usageError is a mistake on the command line.
type usageError struct{ error }

// fail prints an error and returns the exit code for it.
func (c *Command) fail(err error) int {
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(c.Stderr, "lockvet: %v\n", err)
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintln(c.Stderr, `lockvet: "lockvet help" lists flags and commands`)
		return Usage
	}
	return Failed
}

// didYouMean returns the end of an error message about an unknown word.
func didYouMean(prefix, got string, words []string) string {
	if near, ok := catalog.Nearest(got, words); ok {
		return fmt.Sprintf(": did you mean %s%s?", prefix, near)
	}
	return ""
}
