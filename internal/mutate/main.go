// Mutate spoils the analyzers and asks whether the tests notice.
//
//	go run ./internal/mutate [-n 150] [-seed 1] [-dirs analyzer,analyzer/lockset] [-only FILE] [-unit]
//
// It picks n mutations at random, by the seed, and puts all of them into
// copies of the source, each behind a switch. One build, of an overlay, then
// serves them all: the command judge runs the fixtures with each mutation on
// in turn. Mutations that no fixture notices are then, with -unit, shown to
// the unit tests of the packages. What nobody notices is printed: it wants a
// fixture, or makes no difference.
//
// A condition is negated, a part of it taken to hold or not to, a comparison
// is off by one, a number is one too low, a case does nothing, a call or an
// assignment is left out, a join takes the place of a merge.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	n := flags.Int("n", 150, "how many mutations")
	seed := flags.Uint64("seed", 1, "picks them")
	dirs := flags.String("dirs", "analyzer,analyzer/lockset", "folders whose files are spoilt")
	only := flags.String("only", "", "spoil files of this name alone")
	unit := flags.Bool("unit", false, "show what lives to the unit tests too")
	list := flags.Bool("list", false, "print the mutations and run nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var all []mutation
	for _, dir := range strings.Split(*dirs, ",") {
		found, err := find(dir, *only)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	picked := pick(all, *n, *seed)
	fmt.Fprintf(out, "%d of %d mutations, seed %d\n", len(picked), len(all), *seed)
	if *list {
		for _, m := range picked {
			fmt.Fprintln(out, m)
		}
		return nil
	}
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	w := workshop{tmp: tmp, out: out, dirs: strings.Split(*dirs, ",")}
	if err := w.build(ctx, picked, *unit); err != nil {
		return err
	}
	return w.judge(ctx, picked)
}

// pick returns n of the mutations, in their order, and numbers them from 1.
func pick(all []mutation, n int, seed uint64) []mutation {
	r := rand.New(rand.NewPCG(seed, 0))
	chosen := r.Perm(len(all))[:min(n, len(all))]
	slices.Sort(chosen)
	var out []mutation
	for i, c := range chosen {
		m := all[c]
		m.id = i + 1
		out = append(out, m)
	}
	return out
}

// A workshop has the programs that were built of the spoilt source.
type workshop struct {
	tmp   string
	out   io.Writer
	dirs  []string
	tests []string // test binaries, each with the folder it runs in
}

// build writes the overlay and builds what looks at it.
func (w *workshop) build(ctx context.Context, picked []mutation, unit bool) error {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for file, source := range spoil(picked) {
		path := filepath.Join(w.tmp, strconv.Itoa(len(overlay.Replace))+".go")
		if err := os.WriteFile(path, source, 0o600); err != nil {
			return err
		}
		overlay.Replace[file] = path
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		return err
	}
	replaced := filepath.Join(w.tmp, "overlay.json")
	if err := os.WriteFile(replaced, data, 0o600); err != nil {
		return err
	}
	if err := goTool(ctx, "build", "-overlay="+replaced, "-o="+filepath.Join(w.tmp, "judge"), "./internal/mutate/judge"); err != nil {
		return err
	}
	if !unit {
		return nil
	}
	for _, dir := range w.dirs {
		test := filepath.Join(w.tmp, strings.ReplaceAll(dir, "/", "-")+".test")
		if err := goTool(ctx, "test", "-c", "-vet=off", "-overlay="+replaced, "-o="+test, "./"+dir); err != nil {
			return err
		}
		w.tests = append(w.tests, test)
	}
	return nil
}

func goTool(ctx context.Context, args ...string) error {
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return nil
}

// judge prints what became of each mutation, those that live last.
func (w *workshop) judge(ctx context.Context, picked []mutation) error {
	var living []mutation
	rest := picked
	for len(rest) > 0 {
		verdicts, err := w.fixtures(ctx, rest)
		if err != nil {
			return err
		}
		if len(verdicts) == 0 {
			return errors.New("the judge said nothing")
		}
		for i, verdict := range verdicts {
			if verdict == "lives" {
				verdict = w.unitTests(ctx, rest[i])
			}
			if verdict == "lives" {
				living = append(living, rest[i])
			}
			fmt.Fprintf(w.out, "%s\n\t%s\n", rest[i], verdict)
		}
		rest = rest[len(verdicts):]
	}
	fmt.Fprintf(w.out, "\n%d of %d live:\n", len(living), len(picked))
	for _, m := range living {
		fmt.Fprintln(w.out, m)
	}
	return nil
}

// fixtures returns the verdicts on the first of the mutations, up to one that
// ended the judge.
func (w *workshop) fixtures(ctx context.Context, rest []mutation) ([]string, error) {
	args := []string{filepath.Join("testdata", "src")}
	for _, m := range rest {
		args = append(args, strconv.Itoa(m.id))
	}
	cmd := exec.CommandContext(ctx, filepath.Join(w.tmp, "judge"), args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var verdicts []string
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		if number, verdict, ok := strings.Cut(lines.Text(), " "); ok && number == strconv.Itoa(rest[len(verdicts)].id) {
			verdicts = append(verdicts, verdict)
			fmt.Fprintf(os.Stderr, "\r%d of %d ", rest[0].id-1+len(verdicts), rest[len(rest)-1].id)
		}
	}
	if err := cmd.Wait(); err != nil {
		if len(verdicts) == 0 && !strings.Contains(errs.String(), "goroutine ") {
			return nil, fmt.Errorf("%w: %s", err, &errs)
		}
		if len(verdicts) < len(rest) {
			first, _, _ := strings.Cut(errs.String(), "\n")
			verdicts = append(verdicts, "crashes: "+first)
		}
	}
	return verdicts, nil
}

// testLimit ends a unit test that a mutation has caught in a loop.
const testLimit = 2 * time.Minute

// unitTests shows a mutation that no fixture notices to the unit tests.
func (w *workshop) unitTests(ctx context.Context, m mutation) string {
	for i, test := range w.tests {
		cmd := exec.CommandContext(ctx, test, "-test.short", "-test.timeout="+testLimit.String())
		cmd.Dir = w.dirs[i]
		cmd.Env = append(os.Environ(), "LOCKVET_MUTANT="+strconv.Itoa(m.id))
		if out, err := cmd.CombinedOutput(); err != nil {
			return "fails " + w.dirs[i] + ": " + firstFailure(string(out))
		}
	}
	return "lives"
}

func firstFailure(out string) string {
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "--- FAIL") || strings.HasPrefix(line, "panic") {
			return strings.TrimSpace(line)
		}
	}
	return "a unit test"
}
