package driver

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// InProcess analyses in this process: it parses and type-checks every
// dependency, keeps all of it in memory, and caches nothing. It needs no
// vettool binary. It sets the flags of the analyzers, which are shared by the
// process, so one run at a time.
func InProcess(ctx context.Context, opts Options) (*report.Result, error) {
	if err := checkGo(); err != nil {
		return nil, err
	}
	restore, err := set(opts.Suite, opts.Settings)
	if err != nil {
		return nil, err
	}
	defer restore()

	config := &packages.Config{Context: ctx, Mode: packages.LoadAllSyntax | packages.NeedModule, Tests: opts.Tests}
	if opts.Tags != "" {
		config.BuildFlags = []string{"-tags=" + opts.Tags}
	}
	opts.logf("loading %s", strings.Join(opts.Patterns, " "))
	loaded, err := packages.Load(config, opts.Patterns...)
	if err != nil {
		if _, listErr := list(ctx, opts); listErr != nil { // says the same in fewer words
			return nil, listErr
		}
		return nil, fmt.Errorf("loading packages: %w", err)
	}
	roots, errs := sound(loaded)
	if len(roots) == 0 {
		return nothing(ctx, opts, errs)
	}
	opts.logf("analysing %d packages", len(roots))
	graph, err := checker.Analyze(opts.Suite, roots, nil)
	if err != nil {
		return nil, fmt.Errorf("analysing packages: %w", err)
	}
	var out bytes.Buffer
	if err := graph.PrintJSON(&out); err != nil {
		return nil, err
	}
	result, err := decode(&out, nil)
	if err != nil {
		return nil, err
	}
	result.Packages = count(roots)
	result.Errors = append(result.Errors, errs...)
	if opts.Progress != nil {
		opts.Progress(result.Packages)
	}
	return result, nil
}

// nothing says why no package can be analysed.
func nothing(ctx context.Context, opts Options, errs []string) (*report.Result, error) {
	found, err := list(ctx, opts)
	if err != nil {
		return nil, err
	}
	if found.none() {
		return nil, found.trouble()
	}
	return &report.Result{Errors: errs}, nil
}

// sound returns the packages that can be analysed: without the mains that the
// go command makes up for tests, and without those in which, or under which,
// something does not compile. It returns one line for each of the first errors
// of the broken packages.
func sound(loaded []*packages.Package) (roots []*packages.Package, errs []string) {
	packages.Visit(loaded, nil, func(p *packages.Package) {
		if len(p.Errors) > 0 {
			e := p.Errors[0]
			line := strings.Join(strings.Fields(e.Msg), " ")
			if e.Pos != "" && e.Pos != "-" {
				line = e.Pos + ": " + line
			}
			errs = append(errs, line)
		}
	})
	for _, p := range loaded {
		if !strings.HasSuffix(p.ID, ".test") && !p.IllTyped && len(p.Errors) == 0 {
			roots = append(roots, p)
		}
	}
	errs = relativeErrors(errs)
	slices.Sort(errs)
	return roots, slices.Compact(errs)
}

// count returns how many packages go vet would make of the roots: a package
// and its test variant are one.
func count(roots []*packages.Package) int {
	ids := map[string]bool{}
	for _, p := range roots {
		ids[p.ID] = true
	}
	n := 0
	for id := range ids {
		if !ids[id+" ["+id+".test]"] {
			n++
		}
	}
	return n
}

// set gives analyzer flags their values. The function that it returns gives
// them back the values they had.
func set(suite []*analysis.Analyzer, settings []string) (restore func(), err error) {
	var undo []func()
	restore = func() {
		for _, f := range slices.Backward(undo) {
			f()
		}
	}
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		f, err := lookup(suite, name)
		if err == nil {
			old := f.Value.String()
			undo = append(undo, func() { _ = f.Value.Set(old) })
			err = f.Value.Set(value)
		}
		if err != nil {
			restore()
			return nil, fmt.Errorf("setting -%s: %w", s, err)
		}
	}
	return restore, nil
}

// lookup finds the flag "analyzer.flag".
func lookup(suite []*analysis.Analyzer, name string) (*flag.Flag, error) {
	analyzer, option, _ := strings.Cut(name, ".")
	for _, a := range suite {
		if a.Name == analyzer {
			if f := a.Flags.Lookup(option); f != nil {
				return f, nil
			}
		}
	}
	return nil, errors.New("no such analyzer flag")
}
