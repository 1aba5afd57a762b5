// Package judge runs generated programs under nslock, each on all of its ways,
// and writes down which rules they broke. It is linked into the binary that
// holds the programs; the linter never sees it.
package judge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lockvet/lockvet/internal/proof/rt"
	"github.com/lockvet/lockvet/nslock"
)

// Module is the path of the module of generated programs.
const Module = "github.com/lockvet/lockvet/internal/proof/programs"

// A Program is a generated program. Its owner holds nothing when it starts.
type Program struct {
	Name string
	Run  func(ctx context.Context, o *nslock.Owner, r *rt.Run)
}

// A Verdict is what running a program has shown.
type Verdict struct {
	Name     string
	Runs     int
	Complete bool // every way was taken
	Faults   []Fault
	Lines    []string // the lines of generated code in which a lock was asked for, and those of the calls that led there
	Trouble  string   // why the program cannot be judged, or ""
}

// A Fault is a rule that was broken.
type Fault struct {
	Category string   // as nslock names it, or "leak"
	Class    string   // of the lock that was wanted or left
	Key      string   // its key
	Stack    []string // the lines of generated code, "p1.go:12", innermost first
	Held     string   // the line that took the lock that stands against it, or ""
	HeldKey  string   // and that lock's key
	Beside   []string // the lines that took namespace locks which were held then and are never released, in every run with the fault
	Text     string   // the runtime's own words
	Path     []int    // the decisions that lead there
}

func (f Fault) key() string {
	return f.Category + " " + f.Class + " " + f.Key + " " + f.Held + " " + strings.Join(f.Stack, " ")
}

// Main runs every program, with at most limit runs each, and writes the
// verdicts to w as a JSON array, in the order of the programs.
//
// width is how many users there are, see [rt.Run].
func Main(w io.Writer, limit, width int, programs []Program) error {
	verdicts := make([]Verdict, len(programs))
	var wg sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	for worker := range errs {
		wg.Go(func() {
			for i := worker; i < len(programs) && errs[worker] == nil; {
				i, errs[worker] = work(programs, verdicts, limit, width, i, len(errs))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(verdicts)
}

// work judges every step-th of programs from number i on, on one bench. It
// returns early, with the number of the next program, when one hangs: its
// bench is lost then.
func work(programs []Program, verdicts []Verdict, limit, width, i, step int) (next int, err error) {
	b, err := newBench()
	if err != nil {
		return i, err
	}
	b.width = width
	for ; i < len(programs); i += step {
		done := make(chan Verdict, 1)
		go func() { done <- b.judge(programs[i], limit) }()
		select {
		case verdicts[i] = <-done:
		case <-time.After(patience):
			verdicts[i] = Verdict{Name: programs[i].Name, Trouble: "it hangs"}
			return i + step, os.RemoveAll(b.dir)
		}
	}
	return i, b.close()
}

// A bench is a lock directory on which programs are run, one after the other.
type bench struct {
	dir     string
	width   int // how many users there are
	space   *nslock.Space
	verdict *Verdict
	seen    map[string]bool
	path    []choice
	at      int
	rival   *nslock.Owner
	pcs     map[uintptr]bool    // of Verdict.Lines
	held    []string            // the lines that took the namespace locks that p holds
	beside  map[string][]string // of the faults of the present run: held at each
}

// A choice is one decision of a run: which of how many.
type choice struct{ picked, of int }

func newBench() (*bench, error) {
	dir, err := os.MkdirTemp(scratch(), "proof")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir}
	b.space, err = nslock.Open(dir, nslock.Unannounced(), nslock.ReportOnly(), nslock.WithObserver(b.observe))
	return b, err
}

// scratch is where lock files are cheap, if there is such a place.
func scratch() string {
	const shm = "/dev/shm"
	if fi, err := os.Stat(shm); err == nil && fi.IsDir() {
		return shm
	}
	return ""
}

func (b *bench) close() error { return errors.Join(b.space.Close(), os.RemoveAll(b.dir)) }

// patience is how long the runs of a program may take before it counts as hung:
// a run makes a few dozen system calls.
const patience = time.Minute

func (b *bench) judge(p Program, limit int) Verdict {
	verdict := Verdict{Name: p.Name, Faults: []Fault{}}
	b.verdict, b.seen, b.path, b.pcs = &verdict, make(map[string]bool), nil, make(map[uintptr]bool)
	for {
		b.run(p)
		verdict.Runs++
		if !b.next() {
			verdict.Complete = true
			break
		}
		if verdict.Runs == limit {
			break
		}
	}
	for pc := range b.pcs {
		verdict.Lines = append(verdict.Lines, lines([]uintptr{pc})...)
	}
	slices.Sort(verdict.Lines)
	verdict.Lines = slices.Compact(verdict.Lines)
	slices.SortFunc(verdict.Faults, func(x, y Fault) int { return cmp.Compare(x.key(), y.key()) })
	return verdict
}

// next turns to the following way, and reports whether there is one: the last
// decision that can be taken otherwise is.
func (b *bench) next() bool {
	b.path = b.path[:b.at]
	for len(b.path) > 0 {
		last := &b.path[len(b.path)-1]
		if last.picked++; last.picked < last.of {
			return true
		}
		b.path = b.path[:len(b.path)-1]
	}
	return false
}

func (b *bench) choose(n int) int {
	if b.at == len(b.path) {
		b.path = append(b.path, choice{0, n})
	}
	b.at++
	return b.path[b.at-1].picked
}

// run runs p once.
func (b *bench) run(p Program) {
	b.at, b.held, b.beside = 0, nil, make(map[string][]string)
	o := b.space.NewOwner(p.Name)
	b.rival = b.space.NewOwner("rival")
	r := rt.New(b.choose, b.compete)
	r.Width = b.width
	ended := b.call(p, o, r)
	if err := b.rival.Close(); err != nil {
		b.trouble(err)
	}
	var left *nslock.LeakError
	err := o.Close()
	errors.As(err, &left)
	b.settle(left)
	if left != nil && ended {
		for _, h := range left.Leaked {
			if h.Class == "index" { // it goes with its mailbox
				continue
			}
			b.fault(Fault{Category: "leak", Class: h.Class, Key: h.Key, Stack: []string{h.Where}, Text: h.String() + " was not released"})
		}
	}
}

// settle takes from what was held at the faults of this run what is not left
// behind in the end.
func (b *bench) settle(left *nslock.LeakError) {
	for i, f := range b.verdict.Faults {
		held, ok := b.beside[f.key()]
		if !ok {
			continue
		}
		b.verdict.Faults[i].Beside = slices.DeleteFunc(slices.Clone(f.Beside), func(where string) bool {
			return !slices.Contains(held, where) || left == nil ||
				!slices.ContainsFunc(left.Leaked, func(h nslock.Held) bool { return h.Where == where })
		})
	}
}

// call reports whether p returned. A program may end in a panic of its own.
func (b *bench) call(p Program, o *nslock.Owner, r *rt.Run) (returned bool) {
	defer func() {
		if v := recover(); v != nil && v != any(rt.ErrStop) {
			b.trouble(fmt.Errorf("panic: %v", v))
		}
	}()
	defer r.Finish()
	p.Run(failing{context.Background(), b}, o, r)
	return true
}

// compete has the rival take a user's lock, or give up what it has, for "".
func (b *bench) compete(user string) {
	if user == "" {
		if err := b.rival.Close(); err != nil && !errors.Is(err, nslock.ErrLeak) {
			b.trouble(err)
		}
		b.rival = b.space.NewOwner("rival")
		return
	}
	//lockvet:ignore leak -- it is kept until compete gives up what the rival has
	if _, err := b.rival.TryLockUser(user, nslock.Exclusive); err != nil && !errors.Is(err, nslock.ErrBusy) {
		b.trouble(err)
	}
}

func (b *bench) trouble(err error) {
	if b.verdict.Trouble == "" {
		b.verdict.Trouble = err.Error()
	}
}

// failing is a context that may be over whenever it is asked.
type failing struct {
	context.Context
	b *bench
}

func (c failing) Err() error {
	var pcs [depth]uintptr
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		c.b.pcs[pc] = true
	}
	if c.b.choose(2) == 1 {
		return context.Canceled
	}
	return nil
}

// observe writes down what the runtime refuses, in the goroutine of the call.
func (b *bench) observe(e nslock.Event) {
	if e.Kind != nslock.Refused {
		b.follow(e)
		return
	}
	var broken *nslock.OrderError
	switch {
	case errors.As(e.Err, &broken):
		b.fault(Fault{
			Category: broken.Category, Class: broken.Wanted.Class, Key: broken.Wanted.Key, Stack: stack(),
			Held: broken.Held.Where, HeldKey: broken.Held.Key, Text: broken.Error(),
		})
	case errors.Is(e.Err, nslock.ErrMisuse), errors.Is(e.Err, nslock.ErrDeadlock):
		b.trouble(e.Err)
	}
}

// follow keeps account of the namespace locks that the program holds.
func (b *bench) follow(e nslock.Event) {
	if e.Lock.Class != "namespace" || e.Owner != b.verdict.Name {
		return
	}
	if e.Kind == nslock.Acquired {
		b.held = append(b.held, e.Lock.Where)
	} else if i := slices.Index(b.held, e.Lock.Where); i >= 0 && e.Kind == nslock.Released {
		b.held = slices.Delete(b.held, i, i+1)
	}
}

func (b *bench) fault(f Fault) {
	if _, ok := b.beside[f.key()]; !ok {
		b.beside[f.key()] = slices.Clone(b.held)
	}
	if b.seen[f.key()] {
		return
	}
	f.Beside = slices.Clone(b.held)
	b.seen[f.key()] = true
	for _, c := range b.path[:b.at] {
		f.Path = append(f.Path, c.picked)
	}
	b.verdict.Faults = append(b.verdict.Faults, f)
}

// depth is how many calls of a stack are looked at.
const depth = 128

// stack returns the lines of generated code that are being run.
func stack() []string {
	var pcs [depth]uintptr
	return lines(pcs[:runtime.Callers(2, pcs[:])])
}

// lines returns the lines of generated code among pcs.
func lines(pcs []uintptr) []string {
	frames := runtime.CallersFrames(pcs)
	var lines []string
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, Module+"/") {
			lines = append(lines, fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line))
		}
		if !more {
			return lines
		}
	}
}
