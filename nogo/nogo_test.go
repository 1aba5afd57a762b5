package nogo

import (
	"bytes"
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

	_ "github.com/aymanbagabas/go-udiff"           // nogo writes its patches with it
	_ "github.com/bazelbuild/rules_go/go/runfiles" // any package of the rules keeps the module required
	_ "github.com/lockvet/lockvet"                 // the analyzers that go in
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "golang.org/x/tools/go/analysis/unitchecker" // nogo is compiled inside a copy of this module
)

const (
	tools = "golang.org/x/tools"
	rules = "github.com/bazelbuild/rules_go"
)

// documented matches what the documentation has for BUILD.bazel and for the
// configuration: the targets of the analyzers, and a block of JSON.
var documented = struct{ target, config *regexp.Regexp }{
	regexp.MustCompile(`"@com_github_lockvet_lockvet//(\w+)"`),
	regexp.MustCompile("(?s)```json\n(.*?)```"),
}

// sources are the files that the rules compile into nogo.
var sources = []string{
	"constants.go", "env.go", "flags.go", "nogo_fix.go", "nogo_goversions_go118.go", "nogo_goversions_go121.go",
	"nogo_goversions_go122.go", "nogo_main.go", "nogo_version.go", "nolint.go", "path.go",
}

// TestNogo runs nogo on each package of the fixture tree as Bazel does: a
// process per package, which reads the export data of what the package imports
// and the files that nogo wrote there. Bazel itself is not needed for that, and
// is not run.
func TestNogo(t *testing.T) {
	dir := t.TempDir()
	nogo, lockvet := compileNogo(t, dir), compile(t, "-o", filepath.Join(dir, "lockvet"), "github.com/lockvet/lockvet/cmd/lockvet")
	root, err := filepath.Abs("../testdata/src")
	require.NoError(t, err)

	got := runNogo(t, nogo, root, filepath.Join(dir, "facts"))
	want := runLockvet(t, lockvet, root)
	require.NotEmpty(t, want)
	assert.Equal(t, want, got)
}

// compileNogo has the rules' own generator write the list of analyzers, and
// compiles it with nogo. That imports an internal package of x/tools: the rules
// open it, here nogo lies in a copy of the module.
func compileNogo(t *testing.T, dir string) string {
	copied := filepath.Join(dir, "tools")
	copyModule(t, tools, copied)
	from := filepath.Join(moduleDir(t, rules), "go", "tools", "builders")
	generator, nogo := filepath.Join(copied, "cmd", "gennogo"), filepath.Join(copied, "cmd", "nogo")
	copyFiles(t, from, generator, "generate_nogo_main.go", "flags.go", "env.go", "path.go")
	copyFiles(t, from, nogo, sources...)
	const start = "package main\n\nimport \"os\"\n\nfunc main() {\n\tif err := genNogoMain(os.Args[1:]); err != nil {\n\t\tpanic(err)\n\t}\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(generator, "main.go"), []byte(start), 0o644))

	modfile := filepath.Join(dir, "go.mod")
	copyFiles(t, ".", dir, "go.mod", "go.sum")
	run(t, ".", "go", "mod", "edit", "-replace="+tools+"="+copied, modfile)
	gen := compile(t, "-modfile="+modfile, "-o", filepath.Join(dir, "gennogo"), tools+"/cmd/gennogo")
	page, err := os.ReadFile("../docs/bazel.md")
	require.NoError(t, err)
	config := filepath.Join(dir, "lockvet.json")
	require.NoError(t, os.WriteFile(config, documented.config.FindSubmatch(page)[1], 0o644))
	args := []string{"-output", filepath.Join(nogo, "analyzers.go"), "-config", config}
	for _, target := range documented.target.FindAllSubmatch(page, -1) {
		args = append(args, "-analyzer_importpath", "github.com/lockvet/lockvet/"+string(target[1]))
	}
	run(t, ".", gen, args...)
	return compile(t, "-modfile="+modfile, "-o", filepath.Join(dir, "nogo"), tools+"/cmd/nogo")
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles, Imports        []string
	Standard, DepOnly       bool
}

// runNogo analyses the packages below root that are not the standard library's,
// dependencies first, and returns the reports by package.
func runNogo(t *testing.T, nogo, root, facts string) map[string][]string {
	require.NoError(t, os.Mkdir(facts, 0o755))
	archives, written, reports := map[string]string{}, map[string]string{}, map[string][]string{}
	out := run(t, root, "go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Imports,Standard,DepOnly", "./...")
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return reports
		}
		require.NoError(t, err)
		archives[p.ImportPath] = p.Export
		if p.Standard {
			continue
		}
		args, file := []string{"-p", p.ImportPath, "-go_version", "1.26"}, filepath.Join(facts, strings.ReplaceAll(p.ImportPath, "/", "_"))
		cfg := writeImports(t, file+".importcfg", p, archives)
		for _, path := range p.Imports {
			if written[path] != "" {
				args = append(args, "-fact", path+"="+written[path])
			}
		}
		written[p.ImportPath] = file
		if p.DepOnly {
			args = append(args, "-facts_only")
		}
		args = append(args, "-importcfg", cfg, "-x", file)
		for _, name := range p.GoFiles {
			args = append(args, filepath.Join(p.Dir, name))
		}
		if lines := nogoReports(t, nogo, root, args); len(lines) > 0 {
			reports[p.ImportPath] = lines
		}
	}
}

// writeImports names the export data of everything that p may come to see.
func writeImports(t *testing.T, name string, p listed, archives map[string]string) string {
	var cfg strings.Builder
	for path, archive := range archives {
		if path != p.ImportPath && path != "unsafe" && archive != "" {
			fmt.Fprintf(&cfg, "packagefile %s=%s\n", path, archive)
		}
	}
	require.NoError(t, os.WriteFile(name, []byte(cfg.String()), 0o644))
	return name
}

// nogoReports runs nogo and returns its lines, the paths relative to root.
func nogoReports(t *testing.T, nogo, root string, args []string) []string {
	cmd := exec.Command(nogo, args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Equal(t, "nogo: errors found by nogo during build-time code analysis:", lines[0], "%s", out)
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], root+string(filepath.Separator))
	}
	slices.Sort(lines[1:])
	return lines[1:]
}

// runLockvet returns lockvet's reports in the form of nogo's.
func runLockvet(t *testing.T, lockvet, root string) map[string][]string {
	cmd := exec.Command(lockvet, "-json", "-test=false", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 3, exit.ExitCode(), "%s", exit.Stderr)
	var result struct {
		Findings []struct {
			File, Analyzer, Message, Package string
			Line, Column                     int
		}
	}
	require.NoError(t, json.Unmarshal(out, &result))
	reports := map[string][]string{}
	for _, f := range result.Findings {
		reports[f.Package] = append(reports[f.Package], fmt.Sprintf("%s:%d:%d: %s (%s)", f.File, f.Line, f.Column, f.Message, f.Analyzer))
	}
	for _, lines := range reports {
		slices.Sort(lines)
	}
	return reports
}

func moduleDir(t *testing.T, path string) string {
	return strings.TrimSpace(string(run(t, ".", "go", "list", "-m", "-f", "{{.Dir}}", path)))
}

// copyModule copies a module out of the cache, where nothing can be added.
func copyModule(t *testing.T, path, to string) {
	require.NoError(t, os.CopyFS(to, os.DirFS(moduleDir(t, path))))
	for _, dir := range []string{to, filepath.Join(to, "cmd")} {
		require.NoError(t, os.Chmod(dir, 0o755))
	}
}

func copyFiles(t *testing.T, from, to string, names ...string) {
	require.NoError(t, os.MkdirAll(to, 0o755))
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(from, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(to, name), data, 0o644))
	}
}

// compile runs go build with the arguments; the one after -o is returned.
func compile(t *testing.T, args ...string) string {
	run(t, ".", "go", append([]string{"build"}, args...)...)
	return args[slices.Index(args, "-o")+1]
}

func run(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s %v: %s", name, args, stderr.String())
	return out
}
