package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golangci/golangci-lint/v2/pkg/exitcodes"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// linter and vettool are the binaries under test, built once.
var linter, vettool string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "lockvet-golangci-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		linter, vettool = filepath.Join(dir, "golangci-lint"), filepath.Join(dir, "lockvet")
		for binary, pkg := range map[string]string{linter: ".", vettool: "github.com/lockvet/lockvet/cmd/lockvet"} {
			if out, err := exec.Command("go", "build", "-o", binary, pkg).CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "building %s: %v\n%s", pkg, err, out)
				return 1
			}
		}
		return m.Run()
	}())
}

// config enables lockvet and nothing else, and shows every issue: by default
// golangci-lint hides all but three that read alike.
const config = `version: "2"
run:
  relative-path-mode: gomod
linters:
  default: none
  enable: [lockvet]
  settings:
    custom:
      lockvet:
        type: module
        settings:
          infer: %s
issues:
  max-issues-per-linter: 0
  max-same-issues: 0
  uniq-by-line: false
`

// A finding is what both tools say of one bug.
type finding struct {
	File         string
	Line, Column int
	Analyzer     string
	Category     string
	Message      string
}

func sorted(list []finding) []finding {
	slices.SortFunc(list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(list)
}

// lint runs golangci-lint in a directory with a cache of its own.
func lint(t *testing.T, dir, cache, infer string) []finding {
	t.Helper()
	return lintWith(t, dir, cache, fmt.Sprintf(config, infer))
}

// lintWith does so with a configuration.
func lintWith(t *testing.T, dir, cache, config string) []finding {
	t.Helper()
	file := filepath.Join(t.TempDir(), "golangci.yml")
	write(t, file, config)
	cmd := exec.Command(linter, "run", "--config", file, "--output.json.path=stdout", "--show-stats=false", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOLANGCI_LINT_CACHE="+cache)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != exitcodes.IssuesFound {
		require.NoError(t, err, "%s", stderr.String())
	}
	var result struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct {
				Filename     string
				Line, Column int
			}
		}
	}
	require.NoError(t, json.NewDecoder(bytes.NewReader(out)).Decode(&result), "%s", out)
	var list []finding
	for _, issue := range result.Issues {
		require.Equal(t, "lockvet", issue.FromLinter, issue.Text)
		analyzer, rest, ok := strings.Cut(issue.Text, ": ")
		require.True(t, ok, issue.Text)
		message, category, ok := strings.Cut(rest, " [")
		require.True(t, ok, issue.Text)
		category, _, ok = strings.Cut(category, "]")
		require.True(t, ok, issue.Text)
		list = append(list, finding{issue.Pos.Filename, issue.Pos.Line, issue.Pos.Column, analyzer, category, message})
	}
	return sorted(list)
}

// vet runs lockvet on the same packages.
func vet(t *testing.T, dir string, flags ...string) []finding {
	t.Helper()
	cmd := exec.Command(vettool, append(flags, "-json", "./...")...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		require.NoError(t, err, "%s", stderr.String())
	}
	var result struct{ Findings []finding }
	require.NoError(t, json.Unmarshal(out, &result))
	return sorted(result.Findings)
}

// TestAgreesWithVet compares the two over every fixture, the programs that
// lock through nslock, a package of another module, included.
func TestAgreesWithVet(t *testing.T) {
	fixtures := filepath.Join("..", "..", "testdata", "src")
	cache := t.TempDir()
	want := vet(t, fixtures)
	require.NotEmpty(t, want)
	for _, state := range []string{"cold", "warm"} {
		assertSame(t, want, lint(t, fixtures, cache, "false"), "with a %s cache", state)
	}
	assertSame(t, vet(t, fixtures, "-infer=module"), lint(t, fixtures, cache, "module"), "with infer")
}

func assertSame(t *testing.T, vet, lint []finding, when string, args ...any) {
	t.Helper()
	when = fmt.Sprintf(when, args...)
	assert.Empty(t, without(vet, lint), "golangci-lint does not report, %s", when)
	assert.Empty(t, without(lint, vet), "golangci-lint alone reports, %s", when)
}

// TestReadme runs golangci-lint with the configuration that the README shows,
// and compares the other file there with what is built here.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(readme, -1) {
		blocks = append(blocks, string(m[1]))
	}
	require.GreaterOrEqual(t, len(blocks), 2)
	gcl, config := blocks[0], blocks[1]
	dir := unpack(t, "silenced.txtar")
	assert.Equal(t, []string{"Reported"}, functions(t, dir, lintWith(t, dir, t.TempDir(), config)))

	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/golangci/golangci-lint/v2").Output()
	require.NoError(t, err)
	for _, line := range []string{
		"version: " + strings.TrimSpace(string(out)), "module: github.com/lockvet/lockvet", "import: github.com/lockvet/lockvet/gclplugin",
	} {
		assert.Contains(t, gcl, line+"\n")
	}
}

// without returns the findings of a that are not in b.
func without(a, b []finding) []finding {
	return slices.DeleteFunc(slices.Clone(a), func(f finding) bool { return slices.Contains(b, f) })
}

// unpack lays a module out in a new directory.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	parsed, err := txtar.ParseFile(filepath.Join("testdata", archive))
	require.NoError(t, err)
	for _, f := range parsed.Files {
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

func functions(t *testing.T, dir string, list []finding) []string {
	t.Helper()
	var out []string
	for _, f := range list {
		data, err := os.ReadFile(filepath.Join(dir, f.File))
		require.NoError(t, err)
		before := strings.Join(strings.Split(string(data), "\n")[:f.Line], "\n")
		name, _, _ := strings.Cut(before[strings.LastIndex(before, "func ")+len("func "):], "(")
		out = append(out, name)
	}
	return out
}

// TestSilencing shows that golangci-lint's own comment and lockvet's both work,
// and that each silences its line only.
func TestSilencing(t *testing.T) {
	dir := unpack(t, "silenced.txtar")
	assert.Equal(t, []string{"Reported"}, functions(t, dir, lint(t, dir, t.TempDir(), "false")))
}

// TestCacheSeesDirectivesOfDependencies changes a directive in another module
// between two runs that share a cache. What the second run must see is in
// facts only: no source of the package that it reports on has changed.
func TestCacheSeesDirectivesOfDependencies(t *testing.T) {
	dir := unpack(t, "dependency.txtar")
	app, cache := filepath.Join(dir, "app"), t.TempDir()
	assert.Empty(t, lint(t, app, cache, "false"))
	locks := filepath.Join(dir, "locks", "locks.go")
	data, err := os.ReadFile(locks)
	require.NoError(t, err)
	write(t, locks, strings.Replace(string(data), "//lockvet:order mailbox namespace", "//lockvet:order namespace mailbox", 1))
	assert.Equal(t, []string{"Append"}, functions(t, app, lint(t, app, cache, "false")))
	write(t, locks, string(data))
	assert.Empty(t, lint(t, app, cache, "false"))
}

// TestInfer shows that the setting reaches the core, as the command's flag does.
func TestInfer(t *testing.T) {
	dir, cache := unpack(t, "infer.txtar"), t.TempDir()
	assert.Empty(t, lint(t, dir, cache, "false"))
	want := vet(t, dir, "-infer")
	require.NotEmpty(t, want)
	assert.Equal(t, want, lint(t, dir, cache, "true"))
	assert.Equal(t, want, lint(t, dir, cache, "module"))
}
