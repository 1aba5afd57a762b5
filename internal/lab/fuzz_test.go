package lab_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet"
	"github.com/lockvet/lockvet/internal/lab"
)

// module is what a fuzzed file becomes a package of, with the imports that it
// may use.
const module = `module fuzzed

go 1.26
`

const imports = `package fuzzed

import (
	_ "context"
	_ "errors"
	_ "fmt"
	_ "iter"
	_ "os"
	_ "reflect"
	_ "runtime"
	_ "slices"
	_ "sort"
	_ "strings"
	_ "sync"
	_ "sync/atomic"
	_ "testing"
	_ "time"
	_ "unsafe"
)
`

const (
	// maxTime is how long the analysis of one file may take, on a machine that
	// has much else to do.
	maxTime = 20 * time.Second
	// maxAllocated is how much it may allocate, freed or not, in bytes.
	maxAllocated = 1 << 30
	// maxSize is how long a file may be, in bytes.
	maxSize = 20_000
)

// FuzzAnalysis holds the whole suite, with -infer, to this, for any file that
// type-checks: it ends, it crashes nowhere, and takes no more than so much
// memory. Files that do not compile say nothing.
//
// The seeds are fixtures; "go test -fuzz FuzzAnalysis ./internal/lab" takes
// them apart. TestStandardTests does the same with the standard library's tests.
func FuzzAnalysis(f *testing.F) {
	l := fuzzed(f)
	for _, source := range seeds(f) {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) { analyse(t, l, "file.go", source) })
}

// TestStandardTests analyses the files that the standard library tests its own
// type checker with, as far as they compile alone, and the compiler's, where
// the Go installation has them.
func TestStandardTests(t *testing.T) {
	l := fuzzed(t)
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	goroot := strings.TrimSpace(string(root))
	files, err := filepath.Glob(filepath.Join(goroot, "src", "internal", "types", "testdata", "*", "*.go"))
	require.NoError(t, err)
	more, err := filepath.Glob(filepath.Join(goroot, "test", "*.go"))
	require.NoError(t, err)
	files = append(files, more...)
	analysed := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		if analyse(t, l, filepath.Base(name), source) {
			analysed++
		}
	}
	require.NotZero(t, analysed, "of %d files none compiles alone", len(files))
}

// fuzzed returns a lab with a module of one package, with -infer.
func fuzzed(tb testing.TB) *lab.Lab {
	tb.Helper()
	dir := tb.TempDir()
	require.NoError(tb, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o600))
	require.NoError(tb, os.WriteFile(filepath.Join(dir, "imports.go"), []byte(imports), 0o600))
	l, err := lab.Load(dir, lockvet.Suite(), ".")
	require.NoError(tb, err)
	require.NoError(tb, l.Set("lockstate.infer", "true"))
	tb.Cleanup(func() { require.NoError(tb, l.Set("lockstate.infer", "false")) })
	return l
}

// analyse runs the suite over a file, and reports whether it compiles.
func analyse(t *testing.T, l *lab.Lab, name string, source []byte) bool {
	t.Helper()
	if len(source) > maxSize {
		return false
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
	if err != nil || file.Name.Name != "fuzzed" && !bytes.Contains(source, []byte("package "+file.Name.Name)) {
		return false
	}
	dir := filepath.Dir(l.Packages()[0].Names()[0])
	text := bytes.Replace(source, []byte("package "+file.Name.Name), []byte("package fuzzed"), 1)
	with, err := l.With(lab.Sources{filepath.Join(dir, "file.go"): text})
	if err != nil || usesC(file) {
		return false
	}
	guard := time.AfterFunc(maxTime, func() { panic("the analysis of " + name + " does not end:\n" + string(source)) })
	defer guard.Stop()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found, err := with.Run()
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(maxAllocated), "%s takes too much memory", name)
	for _, f := range found {
		assert.NotEqual(t, "incomplete", f.Category, "the analysis of %s crashes: %s\n%s", name, f, source)
	}
	return true
}

func usesC(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` })
}

// seeds returns the fixtures that import nothing of their module.
func seeds(tb testing.TB) [][]byte {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "src", "*", "*", "*.go"))
	require.NoError(tb, err)
	var out [][]byte
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(tb, err)
		if len(source) <= maxSize && !strings.Contains(string(source), `"fixtures/`) && !strings.Contains(string(source), "lockvet/nslock") {
			out = append(out, source)
		}
	}
	require.NotEmpty(tb, out)
	return out
}
