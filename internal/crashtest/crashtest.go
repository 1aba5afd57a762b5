// Package crashtest makes lockvet crash, for the tests of its drivers: a crash
// has to be said, and must not hide what was found elsewhere.
//
// Nothing in the analyzers serves this. The panics are put into copies of
// their files, which an overlay gives to the go command.
package crashtest

import (
	_ "embed"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// Modules are two modules, app and the dep that it requires, with functions at
// which a spoilt lockvet crashes among others that have faults.
//
//go:embed modules.txtar
var modules []byte

// injections are what Overlay puts behind a line of a file. Functions and
// packages say by their names where the analysis is to fail.
var injections = []struct{ file, behind, text string }{
	{"analyzer/exec.go", "func (x *exec) run() *summary {\n", `if x.fn.Name() == "crashes" { panic("injected\nhere") };`},
	{"analyzer/fill.go", "func (a *unit) fillFunc(res *Result, x *exec) {\n", `if x.fn.Name() == "crashesLater" { panic("injected") };`},
	{"analyzer/analyzer.go", "func (a *unit) work() {\n", `if a.pkg.Name() == "crashing" { panic("injected") };`},
	{"nsorder/nsorder.go", "func run(pass *analysis.Pass) (any, error) {\n", `if pass.Pkg.Name() == "unchecked" { panic("injected") };`},
}

// Overlay writes an overlay for the go command that spoils the lockvet in the
// folder checkout, and returns its name.
func Overlay(tb testing.TB, checkout string) string {
	tb.Helper()
	checkout, err := filepath.Abs(checkout)
	require.NoError(tb, err)
	dir := tb.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for _, in := range injections {
		file := filepath.Join(checkout, filepath.FromSlash(in.file))
		source, err := os.ReadFile(file)
		require.NoError(tb, err)
		require.Equal(tb, 1, strings.Count(string(source), in.behind), "%q in %s", in.behind, in.file)
		copied := filepath.Join(dir, filepath.Base(file))
		require.NoError(tb, os.WriteFile(copied, []byte(strings.Replace(string(source), in.behind, in.behind+in.text, 1)), 0o600))
		overlay.Replace[file] = copied
	}
	data, err := json.Marshal(overlay)
	require.NoError(tb, err)
	name := filepath.Join(dir, "overlay.json")
	require.NoError(tb, os.WriteFile(name, data, 0o600))
	return name
}

// Unpack lays the modules out in a new directory and returns the folder of app.
func Unpack(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	for _, f := range txtar.Parse(modules).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		require.NoError(tb, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(tb, os.WriteFile(name, f.Data, 0o600))
	}
	return filepath.Join(dir, "app")
}

// A Line is what a driver says about app.
type Line struct {
	File     string // below app
	Line     int
	Category string
	Message  string
}

// depCrashes is said by each package that imports dep, since drivers print
// nothing about dependencies.
const depCrashes = "analysing example.com/dep.crashes (dep/dep.go:25) failed: internal error: injected here; its locks are not judged"

// Want is what every driver has to say: the faults in spite of the crashes,
// and the crashes.
var Want = []Line{
	{"crashing/crashing.go", 2, "incomplete", "analysing package crashing failed: internal error: injected; its locks are not judged"},
	{"crashing/crashing.go", 4, "incomplete", depCrashes},
	{"unchecked/unchecked.go", 4, "incomplete", depCrashes},
	{"mixed/mixed.go", 4, "incomplete", depCrashes},
	{"mixed/mixed.go", 7, "incomplete", "analysing crashes failed: internal error: injected here; its locks are not judged"},
	{"mixed/mixed.go", 15, "incomplete", "analysing crashesLater failed: internal error: injected; its locks are not judged"},
	{"mixed/mixed.go", 24, "order", "acquiring dep.outer lock while holding dep.inner lock (line 23); order is dep.outer, then dep.inner"},
	{"mixed/mixed.go", 29, "order", "calling dep.Take acquires dep.outer lock while holding dep.inner lock (line 28): dep.Take calls Lock (dep/dep.go:15); order is dep.outer, then dep.inner"},
	{"unchecked/unchecked.go", 2, "incomplete", "the check nsorder failed: internal error: injected; its findings in package unchecked are missing"},
	{"unchecked/unchecked.go", 8, "order", "acquiring dep.outer lock while holding dep.inner lock (line 7); order is dep.outer, then dep.inner"},
}
