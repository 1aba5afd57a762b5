package main

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// stays marks a package whose SSA was built.
type stays struct{}

// AFact marks stays as a fact.
func (*stays) AFact() {}

// buildNeeded builds SSA if lockvet would not leave the package at once.
func buildNeeded(pass *analysis.Pass, infer bool) {
	needed := slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool {
		return infer && p.Path() == "sync" || pass.ImportPackageFact(p, new(stays))
	})
	if len(pass.Files) == 0 || !needed && !slices.ContainsFunc(pass.Files, hasDirective) {
		return
	}
	prog := ssa.NewProgram(pass.Fset, ssa.BuilderMode(0))
	for _, p := range pass.Pkg.Imports() {
		prog.CreatePackage(p, nil, nil, true)
	}
	prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false).Build()
	pass.ExportPackageFact(new(stays))
}

// inMain reports whether the package is of the main module, which has no
// version.
func inMain(pass *analysis.Pass) bool {
	return pass.Module != nil && pass.Module.Path != "" && pass.Module.Path != "std" && pass.Module.Version == ""
}

// hasDirective reports whether a file has a directive of lockvet.
func hasDirective(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//lockvet:") {
				return true
			}
		}
	}
	return false
}
