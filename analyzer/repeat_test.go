package analyzer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
)

// repeated has functions whose summaries speak of several objects that they made.
const repeated = `//lockvet:class disk
package p

//lockvet:acquire disk
func Lock() {}

//lockvet:release disk
func Unlock() {}

type T struct {
	a, b, c, d *T
	n          int
}

func Make(t *T) (p, q, r *T) {
	Lock()
	t.a, t.b, t.c, t.d = &T{}, &T{n: 1}, &T{n: 2}, &T{n: 3}
	return &T{a: t.b}, &T{b: t.c}, &T{n: t.n}
}

func Remake(t *T) (p, q, r *T) {
	p, q, r = Make(t)
	t.a, t.b = p, &T{n: 4}
	Unlock()
	return &T{}, q, &T{c: r}
}
`

// factOfSource analyses a package of one file, which imports nothing.
func factOfSource(t *testing.T, source string) *Fact {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, FileVersions: map[*ast.File]string{},
	}
	pkg, err := (&types.Config{}).Check("example.com/p", fset, []*ast.File{file}, info)
	require.NoError(t, err)
	var fact *Fact
	_, err = Analyzer.Run(&analysis.Pass{
		Analyzer: Analyzer, Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info, TypesSizes: types.SizesFor("gc", "amd64"),
		Report:            func(analysis.Diagnostic) {},
		ImportPackageFact: func(*types.Package, analysis.Fact) bool { return false },
		ExportPackageFact: func(f analysis.Fact) { fact = f.(*Fact) },
	})
	require.NoError(t, err)
	require.NotNil(t, fact)
	return fact
}

// The go command compares the facts of two runs to know whether importers are
// to be analysed again.
func TestFactIsTheSameOnEachRun(t *testing.T) {
	first := encodeFact(t, factOfSource(t, repeated))
	for range 20 {
		require.Equal(t, first, encodeFact(t, factOfSource(t, repeated)))
	}
}
