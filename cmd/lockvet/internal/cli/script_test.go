package cli

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
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lockvet": func() { Main(fakeSuite()) }})
}

// TestScripts runs the command over packages for which a suite of fake
// analyzers says what there is to find.
func TestScripts(t *testing.T) { testscript.Run(t, scripts(t, "script")) }

// scripts returns what the scripts of a directory under testdata run with.
func scripts(t *testing.T, dir string) testscript.Params {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	require.NoError(t, err)
	dirs := strings.Split(string(out), "\n")
	return testscript.Params{
		Dir:           filepath.Join("testdata", dir),
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			for name, value := range map[string]string{
				"GOCACHE": dirs[0], "GOMODCACHE": dirs[1], "GOPATH": dirs[2],
				"GOFLAGS": "", "GOPROXY": "off", "GIT_CONFIG_GLOBAL": os.DevNull,
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
