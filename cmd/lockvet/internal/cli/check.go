package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/driver"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/format"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/gate"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// check analyses packages and reports what it finds.
func (c *Command) check(ctx context.Context, o *options) int {
	if o.diff {
		return c.printDiff(ctx, o)
	}
	if o.fix {
		if code := c.applyFixes(ctx, o); code != Clean {
			return code
		}
	}
	// The gates come first: to hear of a mistake in them after minutes is late.
	gates, err := openGates(ctx, o)
	if err != nil {
		return c.fail(err)
	}
	result, err := c.drive(ctx, o, "stats")
	if err != nil {
		return c.fail(err)
	}
	c.printErrors(result, o)
	gate.Identify(result.Findings)
	if o.updateBaseline {
		return c.updateBaseline(result, o)
	}
	hidden := c.thin(result, o, gates)
	if err := c.print(result, o, hidden); err != nil {
		return c.fail(fmt.Errorf("printing the findings: %w", err))
	}
	c.summary(result, hidden)
	return c.verdict(result, o)
}

// drive runs the driver that the options name. Figures is the flag by which
// analyzers are asked for more than findings: "stats" or "edges".
func (c *Command) drive(ctx context.Context, o *options, figures string) (*report.Result, error) {
	run, err := driver.Named(o.driver)
	if err != nil {
		return nil, err
	}
	opts, err := c.driverOptions(o)
	if err != nil {
		return nil, err
	}
	for _, a := range c.Suite {
		if a.Flags.Lookup(figures) != nil {
			opts.Settings = append(opts.Settings, a.Name+"."+figures+"=true")
		}
	}
	progress := newProgress(c.Stderr)
	if progress != nil {
		opts.Progress = progress.done
		defer progress.clear()
	}
	result, err := run(ctx, opts)
	if err != nil {
		return nil, isCommand(err, o.patterns)
	}
	result.Normalize()
	return result, nil
}

// driverOptions translates the options. The core's flags are set only where
// they differ from their defaults, because go vet's cache knows them by name.
func (c *Command) driverOptions(o *options) (driver.Options, error) {
	tool, err := os.Executable()
	if err != nil {
		return driver.Options{}, fmt.Errorf("finding the lockvet binary: %w", err)
	}
	var settings []string
	if o.infer != "" {
		settings = append(settings, "lockstate.infer=true")
	}
	if o.infer == "module" {
		settings = append(settings, "lockstate.inferscope=module")
	}
	opts := driver.Options{Suite: c.Suite, Patterns: o.patterns, Tags: o.tags, Tests: o.tests, Settings: settings, Tool: tool}
	if o.verbose {
		opts.Verbose = c.Stderr
	}
	return opts, nil
}

// maxErrors is how many lines of a failed build are printed without -v.
const maxErrors = 20

// printErrors prints what could not be loaded or compiled. Formats that have a
// place for errors print them too.
func (c *Command) printErrors(r *report.Result, o *options) {
	errs := r.Errors
	if len(errs) > maxErrors && !o.verbose {
		errs = errs[:maxErrors]
	}
	for _, e := range errs {
		fmt.Fprintln(c.Stderr, e)
	}
	if more := len(r.Errors) - len(errs); more > 0 {
		fmt.Fprintf(c.Stderr, "lockvet: %d more errors; -v prints them\n", more)
	}
}

func (c *Command) updateBaseline(r *report.Result, o *options) int {
	if r.Failed() {
		c.printIncomplete(r, o)
		return c.fail(errors.New("baseline not written: part of the code was not analysed"))
	}
	if err := gate.WriteBaseline(o.baseline, r.Findings); err != nil {
		return c.fail(err)
	}
	fmt.Fprintf(c.Stderr, "lockvet: %s written to %s\n", plural(len(r.Findings), "finding"), o.baseline)
	return Clean
}

func (c *Command) printIncomplete(r *report.Result, o *options) {
	if err := c.print(&report.Result{Incomplete: r.Incomplete}, o, 0); err != nil {
		c.fail(err)
	}
}

// gates are what the findings have to pass; nil for those not asked for.
type gates struct {
	baseline *gate.Baseline
	changes  *gate.Changes
}

func openGates(ctx context.Context, o *options) (g gates, err error) {
	if o.baseline != "" && !o.updateBaseline {
		if g.baseline, err = gate.ReadBaseline(o.baseline); err != nil {
			return g, err
		}
	}
	if o.since != "" {
		g.changes, err = gate.Since(ctx, o.since)
	}
	return g, err
}

// thin takes out the findings that do not count, and returns how many of them
// the baseline holds.
func (c *Command) thin(r *report.Result, o *options, g gates) (hidden int) {
	if g.baseline != nil {
		var gone int
		r.Findings, hidden, gone = g.baseline.Apply(r.Findings)
		if gone > 0 {
			fmt.Fprintf(c.Stderr, "lockvet: %s of %s no longer found; -update-baseline drops them\n", plural(gone, "finding"), o.baseline)
		}
	}
	if g.changes != nil {
		r.Findings = g.changes.Filter(r.Findings)
	}
	return hidden
}

func (c *Command) print(r *report.Result, o *options, hidden int) error {
	write, err := format.Named(o.format)
	if err != nil {
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	return write(c.Stdout, r, format.Options{
		Dir:     dir,
		Root:    checkout(dir),
		Color:   o.color == "always" || o.color == "auto" && isTerminal(c.Stdout) && os.Getenv("NO_COLOR") == "",
		Context: o.context,
		Version: buildVersion(),
		Catalog: catalog.Of(c.Suite),
		Hidden:  hidden,
	})
}

// checkout returns the top of the git work tree that dir is in, or dir if it is
// in none: what machines that show findings count paths from.
func checkout(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}

// summary prints what the run looked at, and what it could not see.
func (c *Command) summary(r *report.Result, hidden int) {
	parts := []string{
		plural(len(r.Findings), "finding"),
		plural(r.Stats.Acquisitions, "acquisition") + " followed",
		fmt.Sprintf("%d of %s under a lock unresolved", r.Stats.Unresolved, plural(r.Stats.Calls, "call")),
		fmt.Sprintf("%d suppressed", r.Stats.Suppressed),
	}
	if hidden > 0 {
		parts = append(parts, fmt.Sprintf("%d in the baseline", hidden))
	}
	if r.Stats.Bounded > 0 {
		parts = append(parts, plural(r.Stats.Bounded, "function")+" cut short")
	}
	if n := len(r.Incomplete); n > 0 {
		parts = append(parts, plural(n, "function")+" not analysed")
	}
	if r.Failed() {
		parts = append(parts, "not all packages analysed")
	}
	fmt.Fprintf(c.Stderr, "lockvet: %s\n", strings.Join(parts, ", "))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// verdict returns the exit code. A failure outweighs findings: what was not
// analysed may hide more.
func (c *Command) verdict(r *report.Result, o *options) int {
	tooMany := o.maxUnresolved != noLimit && r.Stats.Unresolved > o.maxUnresolved
	if tooMany {
		fmt.Fprintf(c.Stderr, "lockvet: %s unresolved, -max-unresolved allows %d\n", plural(r.Stats.Unresolved, "call"), o.maxUnresolved)
	}
	switch {
	case r.Failed():
		return Failed
	case tooMany || len(r.Findings) > 0:
		return Findings
	}
	return Clean
}

// applyFixes changes the source files.
func (c *Command) applyFixes(ctx context.Context, o *options) int {
	opts, err := c.driverOptions(o)
	if err != nil {
		return c.fail(err)
	}
	_, errs, err := driver.Fix(ctx, opts, false)
	if err != nil {
		return c.fail(err)
	}
	return c.fixErrors(errs)
}

// printDiff prints the fixes and what is wrong with the code that has them.
func (c *Command) printDiff(ctx context.Context, o *options) int {
	opts, err := c.driverOptions(o)
	if err != nil {
		return c.fail(err)
	}
	diff, errs, err := driver.Fix(ctx, opts, true)
	if err != nil {
		return c.fail(err)
	}
	if _, err := io.WriteString(c.Stdout, diff); err != nil {
		return c.fail(err)
	}
	if code := c.fixErrors(errs); code != Clean {
		return code
	}
	if diff != "" {
		return Findings
	}
	return Clean
}

func (c *Command) fixErrors(errs []string) int {
	for _, e := range errs {
		fmt.Fprintln(c.Stderr, e)
	}
	if len(errs) > 0 {
		return Failed
	}
	return Clean
}
