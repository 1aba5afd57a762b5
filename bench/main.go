// Command bench measures how fast lockvet is, beside tools that do less and
// tools that users run today, and how its cost grows with the code.
//
//	go run ./bench [flags] [tables]
//
// The tables are "repository" (a module, with the results of the go command's
// cache defeated, with them, and with one file changed) and "growth" (programs
// that it writes itself); without a name it prints both. All that a table
// compares was measured in the same run, in turns. It prints medians, with the
// least and the greatest, and what the same tool differs from itself. When it is
// interrupted it prints what it has of a repository.
//
// docs/performance.md says how to read the tables.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lockvet/lockvet/bench/internal/gen"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// options is the command line.
type options struct {
	dir      string
	packages []string
	edit     string
	runs     int
	limit    time.Duration
	names    []string // of tools
	sizes    []int
	shapes   []string
	tables   []string
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, "usage: go run ./bench [flags] [repository] [growth]\n")
		fs.PrintDefaults()
	}
	fs.StringVar(&o.dir, "dir", "", "the `folder` of the module to analyse (default the fixtures of lockvet)")
	packages := fs.String("packages", "./...", "its packages, as `patterns` with spaces between")
	fs.StringVar(&o.edit, "edit", "", "a `file` of the module: measure also with a line more in it (the file itself stays as it is)")
	fs.IntVar(&o.runs, "runs", 5, "how often each tool is run; the median counts")
	fs.DurationVar(&o.limit, "limit", 30*time.Minute, "how long a single run may take; the table says of a tool that takes longer that it did")
	tools := fs.String("tools", strings.Join(defaultTools, ","), "`names`, out of "+strings.Join(toolNames(), ", "))
	sizes := fs.String("sizes", "1000,4000,16000", "`numbers` of functions for growth")
	shapes := fs.String("shapes", "", "`names` of the shapes for growth (default all)")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	o.packages, o.names, o.shapes = strings.Fields(*packages), names(*tools), names(*shapes)
	for _, text := range names(*sizes) {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return o, fmt.Errorf("-sizes: %q is no number of functions", text)
		}
		o.sizes = append(o.sizes, n)
	}
	slices.Sort(o.sizes)
	if o.runs < 1 {
		return o, errors.New("-runs: at least one")
	}
	for _, name := range o.shapes {
		if !slices.ContainsFunc(gen.Shapes(), func(s gen.Shape) bool { return s.Name == name }) {
			return o, fmt.Errorf("-shapes: no shape %q", name)
		}
	}
	if o.tables = fs.Args(); len(o.tables) == 0 {
		o.tables = []string{"repository", "growth"}
	}
	for _, name := range o.tables {
		if name != "repository" && name != "growth" {
			return o, fmt.Errorf("no table %q; there are repository and growth", name)
		}
	}
	return o, nil
}

// names splits a list with commas between.
func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// run prints the tables that args ask for.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, o, stdout, stderr)
	if err != nil {
		return err
	}
	defer b.close()
	for _, table := range o.tables {
		show := b.repository
		if table == "growth" {
			show = b.growth
		}
		if err := show(ctx); err != nil {
			return err
		}
	}
	return nil
}
