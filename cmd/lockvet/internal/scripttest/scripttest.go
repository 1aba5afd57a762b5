// Package scripttest has what the scripts of lockvet's commands run with: the
// go command's caches, no network, and a command that checks exit codes.
package scripttest

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

// Params returns the parameters for the scripts of a directory below testdata.
// With -update, the tests rewrite what the scripts compare.
func Params(t *testing.T, dir string) testscript.Params {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	dirs := strings.Split(string(out), "\n")
	return testscript.Params{
		Dir:           filepath.Join("testdata", dir),
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			for name, value := range map[string]string{
				"GOCACHE": dirs[0], "GOMODCACHE": dirs[1], "GOPATH": dirs[2],
				"GOFLAGS": "", "GOPROXY": "off", "GIT_CONFIG_GLOBAL": os.DevNull,
				// The race detector has each process sleep for a second before it ends,
				// and go vet starts one for every package.
				"GORACE": "atexit_sleep_ms=0 " + os.Getenv("GORACE"),
			} {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	}
}

// exits runs a command and checks its exit code: "exits 3 lockvet ./...".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS]")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got := strconv.Itoa(code); got != args[0] {
		ts.Fatalf("%s exited with %s, not %s", args[1], got, args[0])
	}
}
