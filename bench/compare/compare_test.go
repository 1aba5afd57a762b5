package compare

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	_ "github.com/sasha-s/go-deadlock" // the programs are built with it
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// A kind is one sort of fault: a program that has it and one that has not, in
// Go with the annotations of all tools, and in C++.
type kind struct {
	name  string
	title string
	files []txtar.File
}

func kinds(t *testing.T) []kind {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	var list []kind
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		require.NoError(t, err)
		_, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".txtar"), "-")
		list = append(list, kind{name, strings.TrimSpace(string(archive.Comment)), archive.Files})
	}
	return list
}

// lay writes the programs into a module in a new directory, each file changed
// by change.
func lay(t *testing.T, list []kind, change func(string) string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		text := strings.Replace(string(data), "module github.com/lockvet/lockvet/bench/compare", "module example.com/compare", 1)
		write(t, filepath.Join(dir, name), strings.Replace(text, "=> ../..", "=> "+absolute(t, "../.."), 1))
	}
	header, err := os.ReadFile("testdata/mutex.h")
	require.NoError(t, err)
	for _, k := range list {
		write(t, filepath.Join(dir, k.name, "cc", "mutex.h"), string(header))
		for _, f := range k.files {
			if strings.HasSuffix(f.Name, ".cc") {
				write(t, filepath.Join(dir, k.name, "cc", f.Name), string(f.Data))
			} else {
				write(t, filepath.Join(dir, k.name, f.Name), change(string(f.Data)))
			}
		}
	}
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	require.NoError(t, err)
	return abs
}

// run returns what a command prints, on both streams; it may fail, but it must
// start.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOWORK=off")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "%s", &out)
	}
	return out.String()
}

// build returns the path of a command of a package.
func build(t *testing.T, dir, pkg string) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), filepath.Base(pkg))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", tool, pkg)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return tool
}

var (
	place     = regexp.MustCompile(`(?m)^(?:\S*/)?(\w+)/((?:bad|good)/[\w/]+\.go|cc/(?:bad|good)\.cc):(\d+):.*$`)
	directive = regexp.MustCompile(`(?m)\s*//lockvet:.*$`)
)

// A verdict is what a tool makes of a kind: it found the fault if it says
// something of a line that is marked in the bad program, and nothing of the
// good one.
type verdict struct{ hit, false bool }

func (v verdict) String() string {
	switch {
	case v.false && v.hit:
		return "both"
	case v.false:
		return "wrong"
	case v.hit:
		return "yes"
	}
	return "-"
}

// judge reads the output of a tool that printed places.
func judge(list []kind, output string) map[string]verdict {
	marked := map[string]bool{}
	for _, k := range list {
		for _, f := range k.files {
			name := f.Name
			if strings.HasSuffix(name, ".cc") {
				name = "cc/" + name
			}
			for i, line := range strings.Split(string(f.Data), "\n") {
				marked[fmt.Sprintf("%s/%s:%d", k.name, name, i+1)] = strings.Contains(line, "// here")
			}
		}
	}
	verdicts := map[string]verdict{}
	for _, m := range place.FindAllStringSubmatch(output, -1) {
		v := verdicts[m[1]]
		switch at := m[1] + "/" + m[2] + ":" + m[3]; {
		case strings.Contains(m[2], "good"):
			v.false = true
		case marked[at]:
			v.hit = true
		}
		verdicts[m[1]] = v
	}
	return verdicts
}

// TestTable runs the tools and compares the table of the README with what they
// say. It needs clang, of version 14 or later, on the machine; the other tools
// are dependencies of this module.
func TestTable(t *testing.T) {
	list := kinds(t)
	whole := func(text string) string { return text }
	dir := lay(t, list, whole)
	plain := lay(t, list, func(text string) string {
		// The lines stay where they are.
		return directive.ReplaceAllStringFunc(text, func(s string) string {
			return strings.Repeat("\n", strings.Count(s, "\n"))
		})
	})
	const deadlock = `sync "github.com/sasha-s/go-deadlock"`
	replaced := lay(t, list, func(text string) string { return strings.Replace(text, `"sync"`, deadlock, 1) })

	lockvet := build(t, "../..", "./cmd/lockvet")
	staticcheck := build(t, ".", "honnef.co/go/tools/cmd/staticcheck")
	checklocks := build(t, ".", "gvisor.dev/gvisor/tools/checklocks/cmd/checklocks")
	columns := []struct {
		title    string
		verdicts map[string]verdict
	}{
		{"lockvet", judge(list, run(t, dir, lockvet, "./..."))},
		{"lockvet -infer", judge(list, run(t, plain, lockvet, "-infer=module", "./..."))},
		{"go vet", judge(list, run(t, dir, "go", "vet", "./..."))},
		{"staticcheck", judge(list, run(t, dir, staticcheck, "-checks=all,-ST*,-U*", "./..."))},
		{"checklocks", judge(list, run(t, dir, "go", "vet", "-vettool="+checklocks, "-inferred=false", "./..."))},
		{"go-deadlock", runs(t, replaced, list)},
		{"Clang", clang(t, dir, list)},
	}

	var table strings.Builder
	table.WriteString("| the fault |")
	for _, c := range columns {
		fmt.Fprintf(&table, " %s |", c.title)
	}
	table.WriteString("\n|---" + strings.Repeat("|:-:", len(columns)) + "|\n")
	for _, k := range list {
		fmt.Fprintf(&table, "| %s |", k.title)
		for _, c := range columns {
			fmt.Fprintf(&table, " %s |", c.verdicts[k.name])
		}
		table.WriteString("\n")
	}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), table.String(), "the README has another table than\n%s", table.String())
}

// runs runs each program with go-deadlock in the place of sync.
func runs(t *testing.T, dir string, list []kind) map[string]verdict {
	t.Helper()
	verdicts := map[string]verdict{}
	for _, k := range list {
		said := func(which string) bool {
			tool := build(t, dir, "./"+k.name+"/"+which)
			return strings.Contains(run(t, t.TempDir(), tool), "POTENTIAL DEADLOCK")
		}
		verdicts[k.name] = verdict{hit: said("bad"), false: said("good")}
	}
	return verdicts
}

// clang runs Clang's thread-safety analysis, its beta part included, on the
// programs in C++.
func clang(t *testing.T, dir string, list []kind) map[string]verdict {
	t.Helper()
	var tool string
	for _, name := range []string{"clang", "clang-14"} {
		if found, err := exec.LookPath(name); err == nil {
			tool = found
		}
	}
	require.NotEmpty(t, tool, "clang is not installed here")
	var out strings.Builder
	for _, k := range list {
		for _, f := range k.files {
			if strings.HasSuffix(f.Name, ".cc") {
				out.WriteString(run(t, dir, tool, "-fsyntax-only", "-Wthread-safety", "-Wthread-safety-beta", k.name+"/cc/"+f.Name))
			}
		}
	}
	return judge(list, out.String())
}

// TestVersions makes sure that the page names the versions that are run.
func TestVersions(t *testing.T) {
	page, err := os.ReadFile("../../docs/comparison.md")
	require.NoError(t, err)
	mod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	for _, module := range []string{"honnef.co/go/tools", "gvisor.dev/gvisor", "github.com/sasha-s/go-deadlock"} {
		m := regexp.MustCompile(`(?m)^\t` + regexp.QuoteMeta(module) + ` (\S+)`).FindSubmatch(mod)
		require.NotNil(t, m, "%s", module)
		assert.Contains(t, string(page), string(m[1]), "%s", module)
	}
}
