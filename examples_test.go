package lockvet_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exampled lists the packages that others may import. Those that are true have
// an example for every exported name, which stands beside the name in the
// documentation; in those that are false, which are for people who write checks
// of their own, every function and method is used in some example, and of every
// type something is.
var exampled = map[string]bool{
	"nslock":             true,
	".":                  false,
	"analyzer":           false,
	"analyzer/lockmodel": false,
	"analyzer/lockset":   false,
	"inversion":          false,
	"nsorder":            false,
	"nsheld":             false,
	"lockleak":           false,
	"directive":          false,
	"gclplugin":          false,
}

// plain are the methods that are called by way of an interface of the standard
// library: an example that prints a value or passes an error has them in it.
var plain = []string{"Error", "Is", "Unwrap", "String", "GobEncode", "GobDecode", "AFact", "UnmarshalJSON"}

// parts are the types of what a fact is made of. Only the core has them, and gob
// wants them exported.
var parts = []string{"EdgeKind", "FuncFact"}

// TestExamples counts the examples: none is missing, and each is run.
func TestExamples(t *testing.T) {
	for pkg := range moduleImports(t) {
		_, listed := exampled[pkg]
		folder, _, _ := strings.Cut(pkg, "/")
		closed := slices.Contains([]string{"cmd", "internal", "bench"}, folder)
		assert.NotEqual(t, listed, closed, "%s: a package to import, with examples, or neither", pkg)
	}
	for pkg, own := range exampled {
		t.Run(pkg, func(t *testing.T) {
			p, used := readPackage(t, pkg)
			for _, f := range p.Funcs {
				hasExample(t, f.Name, f.Examples, own, used)
			}
			for _, typ := range p.Types {
				if own {
					assert.NotEmpty(t, typ.Examples, "no example of %s", typ.Name)
				} else if !slices.Contains(parts, typ.Name) {
					assert.True(t, isUsed(typ, used), "no example uses %s, or anything of it", typ.Name)
				}
				for _, f := range typ.Funcs {
					hasExample(t, f.Name, f.Examples, own, used)
				}
				for _, f := range typ.Methods {
					if !slices.Contains(plain, f.Name) {
						hasExample(t, typ.Name+"."+f.Name, f.Examples, own, used)
					}
				}
				values(t, used, typ.Consts, typ.Vars, own)
			}
			values(t, used, p.Consts, p.Vars, own)
		})
	}
}

// readPackage returns the documentation of a package, and the names that stand
// behind a dot in the files of its examples.
func readPackage(t *testing.T, dir string) (p *doc.Package, used map[string]bool) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	fset := token.NewFileSet()
	used = map[string]bool{}
	var files, examples []*ast.File
	for _, name := range names {
		// Files for other systems declare the same names again.
		if strings.HasSuffix(name, "_other.go") || strings.HasSuffix(name, "_none.go") || strings.HasSuffix(name, "_posix.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
		if base := filepath.Base(name); strings.HasPrefix(base, "example_") && strings.HasSuffix(base, "_test.go") {
			examples = append(examples, file)
			ast.Inspect(file, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					used[s.Sel.Name] = true
				}
				return true
			})
		}
	}
	require.NotEmpty(t, examples, "%s has no examples", dir)
	for _, e := range doc.Examples(examples...) {
		assert.True(t, e.Output != "" || e.EmptyOutput, "Example%s has no output, so that it is not run", e.Name)
	}
	p, err = doc.NewFromFiles(fset, files, modulePath+"/"+dir)
	require.NoError(t, err)
	return p, used
}

func hasExample(t *testing.T, name string, examples []*doc.Example, own bool, used map[string]bool) {
	t.Helper()
	if own {
		assert.NotEmpty(t, examples, "no example of %s", name)
		return
	}
	assert.True(t, used[name[strings.LastIndexByte(name, '.')+1:]], "no example uses %s", name)
}

// isUsed reports whether the examples name a type, one of its fields or methods,
// or a function or value that goes with it.
func isUsed(typ *doc.Type, used map[string]bool) bool {
	found := used[typ.Name]
	for _, f := range slices.Concat(typ.Funcs, typ.Methods) {
		found = found || used[f.Name]
	}
	for _, v := range slices.Concat(typ.Consts, typ.Vars) {
		found = found || slices.ContainsFunc(v.Names, func(name string) bool { return used[name] })
	}
	ast.Inspect(typ.Decl, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			for _, name := range field.Names {
				found = found || name.IsExported() && used[name.Name]
			}
		}
		return true
	})
	return found
}

// values wants constants and variables to be used.
func values(t *testing.T, used map[string]bool, consts, vars []*doc.Value, own bool) {
	t.Helper()
	for _, v := range slices.Concat(consts, vars) {
		for _, name := range v.Names {
			if own && token.IsExported(name) {
				assert.True(t, used[name], "no example uses %s", name)
			}
		}
	}
}
