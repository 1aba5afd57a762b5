package main

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/lockvet/lockvet/analyzer"
)

// An example is a block of code of a section, as a package.
type example struct {
	dir   string // relative to the module
	file  string // base name
	text  string
	lead  int // lines put before the block
	wants []string
}

// TestExamples runs the checks on the code of the documentation: the wrong code
// is reported with the very messages that stand in it, the right code is not.
func TestExamples(t *testing.T) {
	plain, inferring := examples(t)
	t.Run("declared", func(t *testing.T) { runExamples(t, plain) })

	require.NoError(t, analyzer.Analyzer.Flags.Set("infer", "true"))
	defer func() { require.NoError(t, analyzer.Analyzer.Flags.Set("infer", "false")) }()
	t.Run("inferred", func(t *testing.T) { runExamples(t, inferring) })
}

// examples returns the examples of all sections, those apart that need -infer.
func examples(t *testing.T) (plain, inferring []example) {
	t.Helper()
	for _, a := range checks {
		_, body, _ := strings.Cut(a.Doc, "\n# ")
		for _, text := range strings.Split("\n# "+body, "\n# Category ")[1:] {
			name, text, _ := strings.Cut(text, "\n")
			for i, block := range blocks(text) {
				e := makeExample(t, path.Join(name, strconv.Itoa(i)), block)
				if i == 0 {
					assert.NotEmpty(t, e.wants, "%s: wrong code without a message", name)
				} else {
					assert.Empty(t, e.wants, "%s: right code with a message", name)
				}
				if name == "cycle" || name == "unordered" {
					inferring = append(inferring, e)
				} else {
					plain = append(plain, e)
				}
			}
		}
	}
	require.NotEmpty(t, plain)
	require.NotEmpty(t, inferring)
	return plain, inferring
}

var packageClause = regexp.MustCompile(`(?m)^package (\w+)$`)

// makeExample makes a package of a block that is one, or of its declarations.
func makeExample(t *testing.T, name, block string) example {
	t.Helper()
	e := example{text: block}
	pkg := "p"
	if m := packageClause.FindStringSubmatch(block); m != nil {
		pkg = m[1]
	} else {
		var imports []string
		for _, path := range []string{"context", "errors", "slices", "github.com/lockvet/lockvet/nslock"} {
			if strings.Contains(block, path[strings.LastIndexByte(path, '/')+1:]+".") {
				imports = append(imports, strconv.Quote(path))
			}
		}
		e.text, e.lead = "package p; import ("+strings.Join(imports, "; ")+")\n"+block, 1
	}
	e.dir, e.file = path.Join("internal", "rulesdoc", "example", name, pkg), pkg+".go"
	for i, line := range strings.Split(block, "\n") {
		if want, ok := strings.CutPrefix(strings.TrimSpace(line), "// lockvet: "); ok {
			e.wants = append(e.wants, fmt.Sprintf("%d: %s", i, want))
		}
	}
	slices.Sort(e.wants)
	return e
}

// runExamples loads all examples at once, as if they lay in this module.
func runExamples(t *testing.T, list []example) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	overlay, patterns, byPath := map[string][]byte{}, []string{}, map[string]example{}
	for _, e := range list {
		overlay[filepath.Join(root, filepath.FromSlash(e.dir), e.file)] = []byte(e.text)
		patterns = append(patterns, "./"+e.dir)
		byPath["github.com/lockvet/lockvet/"+e.dir] = e
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: root, Overlay: overlay}, patterns...)
	require.NoError(t, err)
	require.Len(t, pkgs, len(list))
	require.Zero(t, packages.PrintErrors(pkgs), "an example does not compile")
	graph, err := checker.Analyze(checks, pkgs, nil)
	require.NoError(t, err)

	got := map[string][]string{}
	for _, action := range graph.Roots {
		require.NoError(t, action.Err, "%s of %s", action.Analyzer, action.Package)
		e := byPath[action.Package.PkgPath]
		for _, d := range action.Diagnostics {
			line := action.Package.Fset.Position(d.Pos).Line - e.lead
			got[e.dir] = append(got[e.dir], fmt.Sprintf("%d: %s", line, e.count(d.Message)))
		}
	}
	for _, e := range list {
		slices.Sort(got[e.dir])
		assert.Equal(t, e.wants, got[e.dir], "in %s:\n%s", e.dir, e.text)
	}
}

var lineNumber = regexp.MustCompile(`(\bline |\.go:)(\d+)`)

// count makes the lines in a message count from the top of the block.
func (e example) count(message string) string {
	return lineNumber.ReplaceAllStringFunc(message, func(s string) string {
		m := lineNumber.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		if err != nil {
			panic("internal error: a line that is no number: " + s)
		}
		return m[1] + strconv.Itoa(n-e.lead)
	})
}
