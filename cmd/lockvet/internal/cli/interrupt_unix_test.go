//go:build unix

package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/scripttest"
)

// TestInterrupt interrupts a run while a tool that go vet started is busy, and
// sees both end.
func TestInterrupt(t *testing.T) {
	params := scripttest.Params(t, "interrupt")
	params.Cmds["await"] = func(ts *testscript.TestScript, _ bool, args []string) {
		poll(ts, args[0]+" to appear", func() bool { _, err := os.Stat(ts.MkAbs(args[0])); return err == nil })
	}
	params.Cmds["ended"] = func(ts *testscript.TestScript, _ bool, args []string) {
		pid, err := strconv.Atoi(ts.ReadFile(args[0]))
		ts.Check(err)
		poll(ts, "the process to end", func() bool { return ended(pid) })
	}
	testscript.Run(t, params)
}

// poll waits for something that comes in its own time; the bound is for the
// day when it does not.
func poll(ts *testscript.TestScript, what string, done func() bool) {
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("waited in vain for %s", what)
}

// ended reports whether a process is gone, or dead and not yet waited for.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	// The name of the command, in parentheses, comes before the state.
	return strings.Contains(string(stat), ") Z ")
}
