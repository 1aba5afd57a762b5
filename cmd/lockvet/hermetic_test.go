package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis/unitchecker"
	"golang.org/x/tools/txtar"
)

// The tests here hold lockvet to what a build system with remote execution
// asks for, of which Bazel's nogo is one: each package is analysed by a process
// of its own, in a directory of its own, perhaps on another machine, and knows
// of the packages that it imports nothing but the file that was written when
// they were analysed.

// A unit is what the analysis of one package gave.
type unit struct {
	facts, findings string
}

// TestHermetic analyses the same packages in checkouts at two paths. Facts and
// findings are the same bytes, and no path of a checkout is in them.
func TestHermetic(t *testing.T) {
	binary := buildLockvet(t)
	first, second := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "a", "longer", "path")
	units, again := analyseUnits(t, binary, first), analyseUnits(t, binary, second)
	for path, u := range units {
		assert.Equal(t, u, again[path], "%s differs from one checkout to the other", path)
	}

	require.Contains(t, units, "example.com/h/app")
	assert.Contains(t, units["example.com/h/app"].findings, `"category": "ns-under-mailbox"`, "facts did not cross packages")
	for path, u := range units {
		assert.NotContains(t, u.facts, os.TempDir(), "the facts of %s name a directory", path)
		assert.NotContains(t, u.findings, os.TempDir(), path)
	}
}

// TestEachCheckWorksAlone runs one analyzer at a time, as a build that depends
// on a single check does: it finds what it finds in company.
func TestEachCheckWorksAlone(t *testing.T) {
	binary := buildLockvet(t)
	dir := t.TempDir()
	together := analyseUnits(t, binary, filepath.Join(dir, "together"))["example.com/h/app"].findings
	alone := analyseUnits(t, binary, filepath.Join(dir, "alone"), "-inversion")["example.com/h/app"].findings
	only := map[string]map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal([]byte(together), &only))
	for _, analyzers := range only {
		maps.DeleteFunc(analyzers, func(name string, _ json.RawMessage) bool { return name != "inversion" })
	}
	want, err := json.Marshal(only)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), alone)
}

func buildLockvet(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "lockvet")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir  string
	GoFiles, Imports []string
}

// analyseUnits lays the fixture module out in root and analyses its packages
// one by one, dependencies first, in the order of go list -deps.
func analyseUnits(t *testing.T, binary, root string, flags ...string) map[string]unit {
	t.Helper()
	unpack(t, root)
	units := map[string]unit{}
	for _, p := range list(t, root) {
		units[p.ImportPath] = analyseUnit(t, binary, root, p, units, flags)
	}
	return units
}

// unpack writes the fixture module.
func unpack(t *testing.T, root string) {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "hermetic.txtar"))
	require.NoError(t, err)
	for _, f := range archive.Files {
		write(t, filepath.Join(root, f.Name), f.Data)
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, data, 0o644))
}

func list(t *testing.T, root string) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,Imports", "./...")
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}

// analyseUnit analyses one package in a new directory that holds the sources
// of the package, by their names in the checkout, and the facts of what it
// imports, in which x/tools keeps the types as well. There is nothing else.
func analyseUnit(t *testing.T, binary, root string, p listed, done map[string]unit, flags []string) unit {
	t.Helper()
	dir := filepath.Join(t.TempDir(), filepath.Base(root))
	config := unitchecker.Config{
		ID: p.ImportPath, ImportPath: p.ImportPath, GoVersion: "go1.26", ImportMap: map[string]string{}, PackageVetx: map[string]string{}, VetxOutput: "facts",
	}
	below, err := filepath.Rel(root, p.Dir)
	require.NoError(t, err)
	for _, name := range p.GoFiles {
		data, err := os.ReadFile(filepath.Join(p.Dir, name))
		require.NoError(t, err)
		config.GoFiles = append(config.GoFiles, filepath.Join(below, name))
		write(t, filepath.Join(dir, below, name), data)
	}
	for _, imported := range p.Imports {
		config.ImportMap[imported] = imported
		config.PackageVetx[imported] = "facts-of-" + path.Base(imported)
		write(t, filepath.Join(dir, config.PackageVetx[imported]), []byte(done[imported].facts))
	}
	data, err := json.Marshal(config)
	require.NoError(t, err)
	write(t, filepath.Join(dir, "unit.cfg"), data)
	cmd := exec.Command(binary, slices.Concat(flags, []string{"-json", "unit.cfg"})...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	facts, err := os.ReadFile(filepath.Join(dir, "facts"))
	require.NoError(t, err)
	return unit{string(facts), string(out)}
}
