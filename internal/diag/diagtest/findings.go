package diagtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"runtime"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// Findings analyses the text of a package, which imports nothing, and returns
// what a check reports of it: "LINE: CATEGORY: MESSAGE", by line. It is for
// examples; the fixtures of the checks are in testdata.
func Findings(a *analysis.Analyzer, text string) ([]string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "example.go", text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}
	sizes := types.SizesFor("gc", runtime.GOARCH)
	pkg, err := (&types.Config{Sizes: sizes}).Check(file.Name.Name, fset, []*ast.File{file}, info)
	if err != nil {
		return nil, err
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{a}, []*packages.Package{{
		ID: pkg.Path(), PkgPath: pkg.Path(), Name: pkg.Name(), Fset: fset,
		Syntax: []*ast.File{file}, Types: pkg, TypesInfo: info, TypesSizes: sizes,
	}}, nil)
	if err != nil {
		return nil, err
	}
	root := graph.Roots[0]
	if root.Err != nil {
		return nil, root.Err
	}
	slices.SortStableFunc(root.Diagnostics, func(a, b analysis.Diagnostic) int { return int(a.Pos - b.Pos) })
	var lines []string
	for _, d := range root.Diagnostics {
		lines = append(lines, fmt.Sprintf("%d: %s: %s", fset.Position(d.Pos).Line, d.Category, d.Message))
	}
	return lines, nil
}
