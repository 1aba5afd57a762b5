// Judge looks at mutations of the analyzers: it is built from instrumented
// copies of them by the command mutate, and runs the fixtures once for each
// number that it is given, without -infer and with. Of each it prints a line:
// the number, then "lives", or the first thing that differs from the marks.
//
// One that does not come to an end, or takes too much memory, ends the
// process, after a line that says so; the command goes on with the next.
package main

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockvet/lockvet"
	"github.com/lockvet/lockvet/internal/lab"
	"github.com/lockvet/lockvet/internal/mutate/mutant"
)

const (
	// slow is how many times the time of the original a mutant may take.
	slow = 20
	// maxHeap is how much memory one may use, in bytes.
	maxHeap = 3 << 30
)

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}

// A court has the fixtures and what is expected of them.
type court struct {
	plain, inferred *lab.Lab
	marks           map[*lab.Lab][]lab.Mark
}

func run(fixtures string, numbers []string) error {
	all, err := lab.Load(fixtures, lockvet.Suite(), "./...", "github.com/lockvet/lockvet/nslock", "golang.org/x/sync/errgroup")
	if err != nil {
		return err
	}
	infers := func(p string) bool { return strings.HasPrefix(p, path.Join("fixtures", "infer")+"/") }
	c := court{inferred: all.Only(infers), plain: all.Only(func(p string) bool { return !infers(p) }), marks: map[*lab.Lab][]lab.Mark{}}
	for _, l := range []*lab.Lab{c.plain, c.inferred} {
		if c.marks[l], err = l.Marks(); err != nil {
			return err
		}
	}
	mutant.On = 0
	start := time.Now()
	if why := c.try(); why != "" {
		return fmt.Errorf("without a mutation: %s", why)
	}
	limit := slow * time.Since(start)
	for _, number := range numbers {
		if mutant.On, err = strconv.Atoi(number); err != nil {
			return err
		}
		guard := time.AfterFunc(limit, func() { end(number, "does not end") })
		stop := watch(number)
		why := c.try()
		guard.Stop()
		close(stop)
		if why == "" {
			why = "lives"
		}
		fmt.Fprintln(os.Stdout, number, why)
	}
	return nil
}

func end(number, why string) {
	fmt.Fprintln(os.Stdout, number, why)
	os.Exit(0)
}

// watch ends the process when the heap has grown too large.
func watch(number string) (stop chan struct{}) {
	stop = make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				var m runtime.MemStats
				if runtime.ReadMemStats(&m); m.HeapAlloc > maxHeap {
					end(number, "takes too much memory")
				}
			}
		}
	}()
	return stop
}

// try runs the fixtures, and returns the first difference from the marks.
func (c *court) try() (why string) {
	defer func() {
		if v := recover(); v != nil {
			why = fmt.Sprint("panics: ", v)
		}
	}()
	for i, l := range []*lab.Lab{c.plain, c.inferred} {
		if err := l.Set("lockstate.infer", strconv.FormatBool(i == 1)); err != nil {
			return err.Error()
		}
		found, err := l.Run()
		if err != nil {
			return err.Error()
		}
		found = slices.DeleteFunc(found, func(f lab.Finding) bool { return f.Category == "stats" })
		if wrong := lab.Judge(found, c.marks[l]); len(wrong) > 0 {
			return wrong[0]
		}
	}
	return ""
}
