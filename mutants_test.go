package lockvet_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A mutant is the mail server of the fixtures with one lock call spoilt.
type mutant struct {
	file     string // below the mail server's folder
	line     int
	what     string // the function, and what was done to its call
	from, to int    // the bytes of file that text replaces
	text     string
}

func (m mutant) String() string { return fmt.Sprintf("%s:%d: %s", m.file, m.line, m.what) }

// enough is the share of the mutants that break a rule when they run and that
// the checks have to report.
const enough = 0.95

// TestMutants spoils each lock call of the mail server in turn, runs the
// result and lets the checks look at it. What breaks a rule at run time has
// to be reported; what runs without a fault is left out of the count, since
// the demonstration does not take every path.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("some eighty mail servers are built and run; leave -short out for that")
	}
	mutants := allMutants(t)
	require.Greater(t, len(mutants), 30)
	dir := t.TempDir()
	writeModule(t, dir)
	writeMutant(t, dir, 0, mutant{})
	for i, m := range mutants {
		writeMutant(t, dir, i+1, m)
	}

	found := mutantFindings(t, dir)
	broken := mutantFailures(t, dir)
	require.NotContains(t, broken, mutantName(0), "the mail server itself fails")
	var breaking, reported int
	var survivors []string
	for i, m := range mutants {
		name := mutantName(i + 1)
		news := slices.DeleteFunc(slices.Clone(found[name]), func(message string) bool {
			return slices.Contains(found[mutantName(0)], message)
		})
		if !broken[name] {
			continue
		}
		breaking++
		if len(news) > 0 {
			reported++
		} else {
			survivors = append(survivors, m.String())
		}
	}
	t.Logf("%d mutants, %d break a rule when they run, %d of these are reported", len(mutants), breaking, reported)
	assert.Greater(t, breaking, 20)
	assert.GreaterOrEqual(t, float64(reported), enough*float64(breaking), "not reported:\n%s", strings.Join(survivors, "\n"))
}

var mailserver = filepath.Join(fixtures, "mailserver")

// allMutants returns every mutant of the mail server, by file and line.
func allMutants(t *testing.T) []mutant {
	t.Helper()
	var mutants []mutant
	walkSource(t, func(file string, source []byte) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		var function string
		spoil := func(n ast.Node, what, text string) {
			mutants = append(mutants, mutant{
				file: file, line: fset.Position(n.Pos()).Line, what: function + " " + what,
				from: fset.Position(n.Pos()).Offset, to: fset.Position(n.End()).Offset, text: text,
			})
		}
		part := func(n ast.Node) string {
			return string(source[fset.Position(n.Pos()).Offset:fset.Position(n.End()).Offset])
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				function = n.Name.Name
			case *ast.CallExpr:
				spoilAcquire(n, part, spoil)
			case *ast.ExprStmt:
				if call, ok := releasing(n.X); ok {
					spoil(n, "without "+part(call), "_ = "+part(call.Fun.(*ast.SelectorExpr).X))
				}
			case *ast.DeferStmt:
				if call, ok := releasing(n.Call); ok {
					spoil(n, "without defer "+part(call), "_ = "+part(call.Fun.(*ast.SelectorExpr).X))
					spoil(n, part(call)+" at once", part(call))
				}
			}
			return true
		})
	})
	return mutants
}

// spoilAcquire takes the lock out of a call that locks users, or weakens it.
func spoilAcquire(call *ast.CallExpr, part func(ast.Node) string, spoil func(ast.Node, string, string)) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "LockUser" && selector.Sel.Name != "LockUsers" {
		return
	}
	args := make([]string, 0, len(call.Args)+1)
	for _, arg := range call.Args {
		args = append(args, part(arg))
	}
	spoil(call, "without "+selector.Sel.Name,
		"func(...any) (*nslock.Namespace, error) { return nil, nil }("+strings.Join(append(args, part(selector.X)), ", ")+")")
	for _, arg := range call.Args {
		if part(arg) == "nslock.Exclusive" {
			spoil(arg, selector.Sel.Name+" shared", "nslock.Shared")
		}
	}
}

// releasing returns the call, if e is one that gives up a lock: a method
// without arguments of that name on a variable or a field that holds one.
func releasing(e ast.Expr) (call *ast.CallExpr, ok bool) {
	call, ok = e.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return nil, false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	switch selector.Sel.Name {
	case "Release", "Park", "suspend":
		return call, true
	case "Close":
		guard, ok := selector.X.(*ast.Ident)
		if field, isField := selector.X.(*ast.SelectorExpr); isField {
			guard, ok = field.Sel, true
		}
		return call, ok && slices.Contains([]string{"mb", "lock", "open", "from", "to"}, guard.Name)
	}
	return nil, false
}

// walkSource calls fn with every Go file of the mail server.
func walkSource(t *testing.T, fn func(file string, source []byte)) {
	t.Helper()
	err := filepath.WalkDir(mailserver, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := filepath.Rel(mailserver, path)
		fn(file, source)
		return err
	})
	require.NoError(t, err)
}

const mutantModule = "mutants"

func mutantName(i int) string { return fmt.Sprintf("m%03d", i) }

// writeModule makes dir a module that requires what the fixtures do.
func writeModule(t *testing.T, dir string) {
	t.Helper()
	root, err := filepath.Abs(".")
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(fixtures, "go.mod"))
	require.NoError(t, err)
	text := strings.NewReplacer("module fixtures", "module "+mutantModule, "=> ../..", "=> "+root).Replace(string(mod))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600))
	sum, err := os.ReadFile(filepath.Join(fixtures, "go.sum"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600))
}

// writeMutant writes the mail server with m done to it, as number i.
func writeMutant(t *testing.T, dir string, i int, m mutant) {
	t.Helper()
	walkSource(t, func(file string, source []byte) {
		if file == m.file {
			source = slices.Concat(source[:m.from], []byte(m.text), source[m.to:])
		}
		source = bytes.ReplaceAll(source, []byte("fixtures/mailserver/"), []byte(mutantModule+"/"+mutantName(i)+"/"))
		path := filepath.Join(dir, mutantName(i), file)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, source, 0o600))
	})
}

var lineNumber = regexp.MustCompile(`(line |\.go:)\d+`)

// mutantFindings returns the messages about each mutant, without the numbers
// of lines, which a mutation may shift.
func mutantFindings(t *testing.T, dir string) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	for _, line := range vet(t, dir, "./...") {
		posn, message, ok := strings.Cut(line, ": ")
		require.True(t, ok, line)
		rel, err := filepath.Rel(dir, posn)
		require.NoError(t, err)
		name, file, _ := strings.Cut(filepath.ToSlash(rel), "/")
		file, _, _ = strings.Cut(file, ":")
		found[name] = append(found[name], file+": "+lineNumber.ReplaceAllString(message, "$1N"))
	}
	return found
}

var failed = regexp.MustCompile(`(?m)^FAIL\t` + mutantModule + `/(m\d+)\b.*`)

// mutantFailures runs the tests of every mutant and returns those that fail.
// One that does not compile is an error of this test.
func mutantFailures(t *testing.T, dir string) map[string]bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), vetLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-vet=off", "-timeout", (10 * time.Second).String(), "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "no mutant fails")
	require.NoError(t, ctx.Err(), "%s", out)
	require.NotContains(t, string(out), "[build failed]")
	broken := make(map[string]bool)
	for _, match := range failed.FindAllStringSubmatch(string(out), -1) {
		broken[match[1]] = true
	}
	return broken
}
