package lockvet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/lockvet/lockvet"
)

// fixtures is the module that every driver is run on. Its packages below
// inferred declare no lock; their marks are about -infer.
var (
	fixtures = filepath.Join("testdata", "src")
	inferred = "./infer/..."
)

// groups returns a pattern for each folder of fixtures but inferred.
func groups(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(fixtures)
	require.NoError(t, err)
	var patterns []string
	for _, entry := range entries {
		pattern := "./" + entry.Name() + "/..."
		if entry.IsDir() && pattern != inferred {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}

// TestSuite runs all analyzers over all fixtures, once: the marks in the
// fixtures say what is found, and the results are looked at for what marks
// cannot say. Then go vet has to find the same.
func TestSuite(t *testing.T) {
	dir, err := filepath.Abs(fixtures)
	require.NoError(t, err)
	patterns := groups(t)
	results := analysistest.Run(t, dir, whole(lockvet.Suite()), patterns...)
	require.NotEmpty(t, results)

	t.Run("form", func(t *testing.T) {
		for _, r := range results {
			checkForm(t, r)
		}
	})
	t.Run("vet", func(t *testing.T) {
		assert.Equal(t, findings(results), vet(t, dir, patterns...), "go vet and analysistest differ")
	})
}

// TestInfer runs the fixtures without declarations, with -infer; without it
// nothing is to be said of them.
func TestInfer(t *testing.T) {
	dir, err := filepath.Abs(fixtures)
	require.NoError(t, err)
	suite := lockvet.Suite()
	infer := suite[0].Flags.Lookup("infer")
	require.NotNil(t, infer, "the flag of the core")
	require.NoError(t, infer.Value.Set("true"))
	t.Cleanup(func() { assert.NoError(t, infer.Value.Set("false")) })

	assert.Empty(t, vet(t, dir, inferred), "without -infer")
	vetted := vet(t, dir, "-lockstate.infer", inferred)
	results := analysistest.Run(t, dir, whole(suite), inferred)
	require.NotEmpty(t, results)
	for _, r := range results {
		checkForm(t, r)
	}
	assert.Equal(t, findings(results), vetted, "go vet and analysistest differ")
}

// TestFixes applies the fixes that are suggested and compares the outcome with
// the golden files.
func TestFixes(t *testing.T) {
	dir, err := filepath.Abs(fixtures)
	require.NoError(t, err)
	results := analysistest.RunWithSuggestedFixes(t, dir, whole(lockvet.Suite()), "./fixes/...")
	offered := map[string]int{}
	for _, r := range results {
		for _, d := range r.Action.Diagnostics {
			if len(d.SuggestedFixes) > 0 {
				offered[d.Category]++
			}
		}
	}
	assert.Equal(t, map[string]int{"not-held": 2, "users-unordered": 2}, offered)
}

// TestBroken has a package that does not type-check beside one with a bug:
// the first is an error of the run, and the bug is told all the same.
func TestBroken(t *testing.T) {
	dir := filepath.Join("testdata", "broken")
	stdout, stderr, code := runLockvet(t, dir, "./...")
	assert.Equal(t, 1, code, "the exit code of a run that failed")
	assert.Contains(t, stderr, "undefined: nobody")
	assert.Regexp(t, `sound[/\\]sound.go:\d+:\d+: .*acquiring outer lock`, stdout+stderr)
	assert.NotContains(t, stderr, "goroutine ", "a crash")
}

// TestNoPackages has a pattern that matches nothing: a run that looked at
// nothing is not clean.
func TestNoPackages(t *testing.T) {
	_, stderr, code := runLockvet(t, fixtures, "./nothing/...")
	assert.Equal(t, 1, code, "the exit code of a run that failed")
	assert.Contains(t, stderr, "./nothing/...")
}

// runLockvet builds the command and runs it in dir.
func runLockvet(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(buildLockvet(t), args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "stderr: %s", &errs)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// whole makes one analyzer of a suite, so that one load of the fixtures does
// for all, and puts the category before each message, so that marks can name it.
func whole(suite []*analysis.Analyzer) *analysis.Analyzer {
	var needs []*analysis.Analyzer
	for _, a := range suite {
		for _, need := range append([]*analysis.Analyzer{a}, a.Requires...) {
			ranHere := slices.Contains(suite, need) && len(need.FactTypes) == 0
			if !ranHere && !slices.Contains(needs, need) {
				needs = append(needs, need)
			}
		}
	}
	return &analysis.Analyzer{
		Name:     "suite",
		Doc:      "all analyzers of lockvet as one",
		Requires: needs,
		Run: func(pass *analysis.Pass) (any, error) {
			results := make(map[*analysis.Analyzer]any)
			for _, a := range suite {
				if err := runOne(pass, a, results); err != nil {
					return nil, err
				}
			}
			return nil, nil
		},
	}
}

// runOne runs a, and before it what it requires, unless pass or results has it.
func runOne(pass *analysis.Pass, a *analysis.Analyzer, results map[*analysis.Analyzer]any) error {
	if _, ok := results[a]; ok {
		return nil
	}
	if result, ok := pass.ResultOf[a]; ok {
		results[a] = result
		return nil
	}
	inner := *pass
	inner.Analyzer = a
	inner.ResultOf = make(map[*analysis.Analyzer]any)
	for _, need := range a.Requires {
		if result, ok := pass.ResultOf[need]; ok {
			inner.ResultOf[need] = result
			continue
		}
		if err := runOne(pass, need, results); err != nil {
			return err
		}
		inner.ResultOf[need] = results[need]
	}
	inner.Report = func(d analysis.Diagnostic) {
		d.Message = d.Category + ": " + d.Message
		pass.Report(d)
	}
	result, err := a.Run(&inner)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	results[a] = result
	return nil
}

var (
	// message is the grammar of every message as far as it can be told from
	// one alone: one line of printable ASCII without a final stop.
	message = regexp.MustCompile(`^[A-Za-z"(*][ -~]*[^. ]$`)
	// register is what a name of the intermediate form looks like.
	register = regexp.MustCompile(`\bt[0-9]+\b|\$[0-9]`)
)

// checkForm looks at all of a diagnostic but the words of its message.
func checkForm(t *testing.T, r *analysistest.Result) {
	t.Helper()
	own := make(map[string]bool)
	for _, f := range r.Action.Package.Syntax {
		own[r.Action.Package.Fset.File(f.FileStart).Name()] = true
	}
	seen := make(map[string]bool)
	for _, d := range r.Action.Diagnostics {
		at := r.Action.Package.Fset.Position(d.Pos)
		text := strings.TrimPrefix(d.Message, d.Category+": ")
		assert.NotEmpty(t, d.Category, "%s: no category", at)
		assert.Equal(t, lockvetURL+d.Category, d.URL, "%s: the URL", at)
		assert.Greater(t, d.End, d.Pos, "%s: no end: %s", at, d.Message)
		assert.Regexp(t, message, text, "%s", at)
		assert.NotRegexp(t, register, text, "%s: an internal name", at)
		assert.NotContains(t, text, "potential", "%s", at)
		assert.True(t, own[at.Filename], "%s: not a file of %s", at, r.Action.Package.ID)
		assert.GreaterOrEqual(t, len(d.Related), bothSides[d.Category], "%s: places related to: %s", at, d.Message)
		for _, related := range d.Related {
			file := r.Action.Package.Fset.Position(related.Pos).Filename
			assert.True(t, own[file], "%s: related position in %q, not a file of %s", at, file, r.Action.Package.ID)
			assert.NotEmpty(t, related.Message, "%s: related line without words", at)
		}
		key := at.String() + " " + d.Message
		assert.False(t, seen[key], "%s: told twice: %s", at, d.Message)
		seen[key] = true
	}
}

// bothSides has the categories that speak of two locks, and how many places
// their reports have to relate to: that of each lock, and for sort-key the
// comparison as well.
var bothSides = map[string]int{
	"ns-under-mailbox": 2, "ns-under-mboxname": 2, "order": 2, "cycle": 2,
	"users-unordered": 2, "unordered": 2, "loop-unsorted": 2, "sort-key": 3,
	"mode-change": 2, "relock": 2, "released-early": 2, "shared-not-exclusive": 2,
}

const lockvetURL = "https://github.com/lockvet/lockvet/blob/main/docs/rules.md#"

// findings returns one line for each diagnostic, sorted and without repeats:
// a package with tests is loaded twice.
func findings(results []*analysistest.Result) []string {
	var lines []string
	for _, r := range results {
		for _, d := range r.Action.Diagnostics {
			posn := r.Action.Package.Fset.Position(d.Pos)
			lines = append(lines, finding(posn.String(), d.Message))
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func finding(posn, message string) string { return posn + ": " + message }

// vetLimit ends a go vet that does not end, so that the test says so and not
// the deadline of all tests.
const vetLimit = 4 * time.Minute

// vet runs go vet with lockvet in dir, with flags and patterns, and returns
// what findings does.
func vet(t *testing.T, dir string, args ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), vetLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append([]string{"vet", "-json", "-vettool=" + buildLockvet(t)}, args...)...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "stderr: %s", &stderr)

	var lines []string
	for decoder := json.NewDecoder(&stdout); ; {
		var packages map[string]map[string][]struct{ Category, Posn, Message string }
		err := decoder.Decode(&packages)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		for _, analyzers := range packages {
			for _, diagnostics := range analyzers {
				for _, d := range diagnostics {
					lines = append(lines, finding(d.Posn, d.Category+": "+d.Message))
				}
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// buildLockvet builds the command and returns its path.
func buildLockvet(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "lockvet")
	out, err := exec.Command("go", "build", "-o", tool, "./cmd/lockvet").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return tool
}
