package lockvet_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/lockvet/lockvet"

// arrows says which packages of the module may import which. A key ending in
// "/..." is a folder with all below it, and may import itself; a longer key
// wins over a shorter one. A package that no key covers has no place yet.
var arrows = map[string][]string{
	"analyzer/lockmodel": {},
	"analyzer/lockset":   {"analyzer/lockmodel"},
	"analyzer/...":       {"analyzer/lockmodel", "analyzer/lockset"},

	"internal/diag/...": {"analyzer", "analyzer/lockset", "analyzer/lockmodel"},
	"inversion":         checkMayImport,
	"nsorder":           checkMayImport,
	"nsheld":            checkMayImport,
	"lockleak":          checkMayImport,
	// The stale ignores are those that silenced nothing in the other checks.
	"directive": append([]string{"inversion", "nsorder", "nsheld", "lockleak"}, checkMayImport...),

	".": {
		"inversion", "nsorder", "nsheld", "lockleak", "directive",
		"analyzer", "analyzer/lockset", "analyzer/lockmodel",
	},
	"cmd/lockvet/...": {".", "analyzer", "analyzer/lockset", "analyzer/lockmodel"},
	"gclplugin":       {".", "analyzer", "analyzer/lockset", "analyzer/lockmodel"},

	"internal/termsvg":   {},
	"internal/crashtest": {},
	"internal/lab":       {},
	"internal/metamorph": {"internal/lab"},

	"internal/mutate":        {"internal/lab"},
	"internal/mutate/judge":  {".", "internal/lab", "internal/mutate/mutant"},
	"internal/mutate/mutant": {},

	"internal/rulesdoc": {"inversion", "nsorder", "nsheld", "lockleak", "directive", "analyzer/lockmodel"},

	// It measures commands from outside.
	"bench/...": {},
	// It holds the linter against the runtime, from outside of the first.
	"internal/proof/...": {"nslock"},

	"nslock/...":     {},
	"cmd/nslock/...": {"nslock"},
}

var checkMayImport = []string{"internal/diag", "analyzer", "analyzer/lockset", "analyzer/lockmodel"}

const ssaPath = "golang.org/x/tools/go/ssa"

// mayUseSSA lists who may know how Go code is compiled: the core, and what it
// is measured against.
var mayUseSSA = []string{"analyzer", "bench/vettool"}

// TestArrows holds every import of the module against arrows.
func TestArrows(t *testing.T) {
	imports := moduleImports(t)
	require.Contains(t, imports, ".", "the walk does not see the module's own package")
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		rule, ok := ruleFor(pkg)
		if !assert.True(t, ok, "package %s has no place among the arrows", pkg) {
			continue
		}
		for _, imported := range slices.Sorted(maps.Keys(imports[pkg])) {
			at := imports[pkg][imported]
			if imported == ssaPath || strings.HasPrefix(imported, ssaPath+"/") {
				assert.Contains(t, mayUseSSA, pkg, "%s: %s imports %s", at, pkg, imported)
			}
			own, ok := inModule(imported)
			if ok && !covers(rule, own) {
				assert.Contains(t, arrows[rule], own, "%s: %s must not import %s", at, pkg, own)
			}
		}
	}
}

// TestArrowsPointDown makes sure that the table itself allows no circle.
func TestArrowsPointDown(t *testing.T) {
	const entered, left = 1, 2
	state := make(map[string]int)
	var visit func(rule string) bool
	visit = func(rule string) bool {
		if state[rule] != 0 {
			return state[rule] == left
		}
		state[rule] = entered
		for _, to := range arrows[rule] {
			next, ok := ruleFor(to)
			if !ok || next != rule && !visit(next) {
				return false
			}
		}
		state[rule] = left
		return true
	}
	for _, rule := range slices.Sorted(maps.Keys(arrows)) {
		assert.True(t, visit(rule), "the arrows from %s lead back to it, or to nowhere", rule)
	}
}

// ruleFor returns the longest key of arrows that covers pkg.
func ruleFor(pkg string) (rule string, ok bool) {
	for _, key := range slices.Sorted(maps.Keys(arrows)) {
		if covers(key, pkg) && len(key) > len(rule) {
			rule, ok = key, true
		}
	}
	return rule, ok
}

// covers reports whether key names pkg, or a folder above it.
func covers(key, pkg string) bool {
	folder, ok := strings.CutSuffix(key, "/...")
	return key == pkg || ok && (pkg == folder || strings.HasPrefix(pkg, folder+"/"))
}

// inModule returns the folder of an import path of this module.
func inModule(importPath string) (folder string, ok bool) {
	if importPath == modulePath {
		return ".", true
	}
	return strings.CutPrefix(importPath, modulePath+"/")
}

// moduleImports returns the imports of every package of the module, tests
// aside, with the file that makes each. Folders that are modules of their own
// are not part of this one.
func moduleImports(t *testing.T) map[string]map[string]string {
	t.Helper()
	imports := make(map[string]map[string]string)
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(file)
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(file))
		if imports[pkg] == nil {
			imports[pkg] = make(map[string]string)
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports[pkg][imported] = file
		}
		return nil
	})
	require.NoError(t, err)
	return imports
}

func skipFolder(folder string) error {
	name := filepath.Base(folder)
	if folder == "." {
		return nil
	}
	if name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}
