// Command proof holds the linter against the runtime. It writes random
// programs that take locks by nslock, runs each on all of its ways, which are
// the answers to what it asks of package rt, and compares the rules that were
// broken with what lockvet says of the source.
//
// A rule that was broken where nothing is reported is a miss. A report on a
// program that broke no rule is a false alarm, if every way was taken.
//
//	go run ./internal/proof -n 10000 -seed 1
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lockvet/lockvet/internal/proof/judge"
)

func main() {
	log.SetFlags(0)
	var c config
	flag.IntVar(&c.n, "n", 1000, "how many programs")
	flag.IntVar(&c.first, "first", 0, "the number of the first program")
	flag.Uint64Var(&c.seed, "seed", 1, "of the random numbers")
	flag.IntVar(&c.limit, "runs", 10000, "how many ways of a program are taken at most")
	flag.StringVar(&c.keep, "keep", "", "folder to work in, which is not removed")
	flag.IntVar(&c.show, "show", 3, "how many differences of each kind to print")
	flag.StringVar(&c.only, "only", "", "print only differences whose kind contains this")
	flag.Parse()
	o, err := c.prove(context.Background(), os.Stdout)
	if err != nil {
		log.Fatal(err)
	}
	if len(o.differences) > 0 {
		os.Exit(1)
	}
}

// A config is what the command was told.
type config struct {
	n     int
	first int
	seed  uint64
	limit int
	keep  string
	show  int
	only  string
}

// prove writes, runs, lints and compares programs, prints what it finds to w,
// and returns it. It runs in a checkout.
func (c config) prove(ctx context.Context, w io.Writer) (*outcome, error) {
	m, done, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	programs := make([]program, c.n)
	for i := range programs {
		programs[i] = generate(c.seed, c.first+i)
	}
	o, err := m.examine(ctx, programs, c.limit)
	if err != nil {
		return nil, err
	}
	o.print(w)
	return o, c.explain(ctx, w, m, o.differences)
}

// explain prints a few differences of each kind, shrunk.
func (c config) explain(ctx context.Context, w io.Writer, m *module, all []difference) error {
	var list []difference
	taken := make(map[string]int)
	for _, d := range all {
		if taken[d.what()]++; taken[d.what()] <= c.show && strings.Contains(d.what(), c.only) {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil
	}
	s, err := newShrinker(m, c.limit)
	if err != nil {
		return err
	}
	if list, err = s.shrink(ctx, list); err != nil {
		return err
	}
	for _, d := range list {
		fmt.Fprintf(w, "\n%s", d)
	}
	return nil
}

// open makes the module to work in.
func (c config) open(ctx context.Context) (m *module, done func(), err error) {
	dir := c.keep
	done = func() {}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "proof"); err != nil {
			return nil, nil, err
		}
		done = func() { _ = os.RemoveAll(dir) }
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, nil, err
	}
	out, err := (&module{}).command(ctx, "", "go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return nil, nil, err
	}
	m, err = newModule(ctx, dir, strings.TrimSpace(string(out)))
	return m, done, err
}

// An outcome is what comparing many programs has given.
type outcome struct {
	programs, broken, runs, incomplete int
	faults                             map[string]int // by category
	reports                            map[string]int
	differences                        []difference
}

// examine compares the linter and the runtime on programs.
func (m *module) examine(ctx context.Context, programs []program, limit int) (*outcome, error) {
	if err := m.write(programs); err != nil {
		return nil, err
	}
	verdicts, err := m.judge(ctx, limit, narrow)
	if err != nil {
		return nil, err
	}
	reports, err := m.lint(ctx)
	if err != nil {
		return nil, err
	}
	o := &outcome{programs: len(programs), faults: make(map[string]int), reports: make(map[string]int)}
	for i, p := range programs {
		v := verdicts[i]
		if v.Trouble != "" {
			return nil, fmt.Errorf("%s cannot be judged: %s\n%s", v.Name, v.Trouble, p.parts)
		}
		o.add(v, reports[p.name])
		o.differences = append(o.differences, compare(p, v, reports[p.name])...)
	}
	return o, m.reconsider(ctx, o, reports, limit)
}

// How many users there are: for all programs, and for those whose reports no
// run has borne out. A third one between two, say, can be missing.
const (
	narrow = 3
	wide   = 5
)

// reconsider runs the programs with reports that seem to be unfounded with more
// users, and drops the differences that are none then.
func (m *module) reconsider(ctx context.Context, o *outcome, reports map[string][]report, limit int) error {
	var again []program
	for _, d := range o.differences {
		if d.kind != miss && !slices.ContainsFunc(again, func(p program) bool { return p.name == d.program.name }) {
			again = append(again, d.program)
		}
	}
	if len(again) == 0 {
		return nil
	}
	if err := m.write(again); err != nil {
		return err
	}
	const more = 10 // times as many ways
	verdicts, err := m.judge(ctx, more*limit, wide)
	if err != nil {
		return err
	}
	left := make(map[string][]difference)
	for i, p := range again {
		verdicts[i].Complete = true // a report that these runs do not bear out stays what it was
		left[p.name] = compare(p, verdicts[i], reports[p.name])
	}
	o.differences = slices.DeleteFunc(o.differences, func(d difference) bool {
		return d.kind != miss && !slices.ContainsFunc(left[d.program.name], func(e difference) bool { return e.report == d.report })
	})
	return nil
}

func (o *outcome) add(v judge.Verdict, reports []report) {
	o.runs += v.Runs
	if len(v.Faults) > 0 {
		o.broken++
	}
	if !v.Complete {
		o.incomplete++
	}
	for _, f := range v.Faults {
		o.faults[f.Category]++
	}
	for _, r := range reports {
		o.reports[r.Category]++
	}
}

// print writes the figures to w.
func (o *outcome) print(w io.Writer) {
	fmt.Fprintf(w, "%d programs, %d of them break a rule, %d runs, %d programs not run on all ways\n",
		o.programs, o.broken, o.runs, o.incomplete)
	counts := func(what string, m map[string]int) {
		fmt.Fprintf(w, "%s:", what)
		for _, k := range slices.Sorted(maps.Keys(m)) {
			fmt.Fprintf(w, " %s %d", k, m[k])
		}
		fmt.Fprintln(w)
	}
	counts("faults", o.faults)
	counts("reports", o.reports)
	kinds := make(map[string]int)
	for _, d := range o.differences {
		kinds[d.what()]++
	}
	counts("differences", kinds)
	for _, d := range o.differences {
		fmt.Fprintf(w, "%s in %s\n", d.what(), d.program.name)
	}
}

// String shows a difference with the program.
func (d difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "=== %s in %s\n", d.what(), d.program.name)
	if d.kind == miss {
		fmt.Fprintf(&b, "at %s, decisions %v: %s\n", strings.Join(d.fault.Stack, " < "), d.fault.Path, d.fault.Text)
	} else {
		fmt.Fprintf(&b, "at %s: %s\n", d.report.place(), d.report.Message)
	}
	for part, text := range d.program.parts {
		if text == "" {
			continue
		}
		for i, line := range strings.Split(d.program.text(part), "\n") {
			fmt.Fprintf(&b, "%4d %s\n", i+1, line)
		}
	}
	return b.String()
}
