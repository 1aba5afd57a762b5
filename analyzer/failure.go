package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// A crash of the analysis must not take along what it has found elsewhere, nor
// break importers, nor pass for silence. It is caught as near to its cause as
// can be: in the function that was analysed or told of, else in the step that
// the package was in. What it costs is said, here and, since drivers print
// nothing about dependencies, in the module that depends on the package.

// guard runs a step of the analysis of the package.
func (a *unit) guard(step func()) {
	defer func() {
		if v := recover(); v != nil {
			a.stepCrashed(v)
		}
	}()
	step()
}

func (a *unit) stepCrashed(v any) {
	a.giveUp(a.clause(), "package "+a.pkg.Name(), internalError(v))
	a.failed(a.pkg.Path(), a.clause().Pos, internalError(v))
}

// guardFunc runs a step that is about one function.
func (a *unit) guardFunc(f *ssa.Function, step func()) {
	defer func() {
		if v := recover(); v != nil {
			a.crashed(f, v)
		}
	}()
	step()
}

// crashed notes that f made the analysis panic with v.
func (a *unit) crashed(f *ssa.Function, v any) {
	a.giveUp(Range{f.Pos(), token.NoPos}, displayName(f, a.pkg), internalError(v))
	a.failed(funcKey(f), f.Pos(), internalError(v))
}

// giveUp notes that something is not analysed, once: a function of a recursion
// is run, and may fail, several times.
func (a *unit) giveUp(at Range, what, why string) {
	if in := (Incomplete{Range: at, Func: what, Why: why}); !slices.Contains(a.incomplete, in) {
		a.incomplete = append(a.incomplete, in)
	}
}

// failed notes a crash for importers.
func (a *unit) failed(what string, pos token.Pos, why string) {
	a.imports.failed = append(a.imports.failed, FailedFact{Module: moduleOf(a.pass), Func: what, Pos: a.place(pos), Why: why})
}

// clause is where what concerns the whole package is reported.
func (a *unit) clause() Range {
	return Range{a.pass.Files[0].Package, a.pass.Files[0].Name.End()}
}

// moduleOf returns the path of the module of a pass, "" if there is none: of
// the standard library, or where the driver tells nothing.
func moduleOf(pass *analysis.Pass) string {
	if pass.Module == nil {
		return ""
	}
	return pass.Module.Path
}

// failures takes over what crashed in an import or in what that imports.
// Whatever belongs to another module is not reported where it happened; it is
// for the packages of this module that import the other directly.
func (im *imports) failures(f Fact, path, module string) {
	for _, failed := range f.Failed {
		im.failed = append(im.failed, failed)
		if _, known := im.failedBy[failed]; !known && failed.Module != module && f.Module != module {
			im.failedBy[failed] = path
		}
	}
}

// tellFailures puts into the result all that could not be analysed, and into
// the fact what importers are to be told of it.
func (a *unit) tellFailures(res *Result, fact *Fact) {
	for _, key := range a.imports.err {
		a.giveUp(a.clause(), "package "+a.pkg.Name(), "the facts of "+key+" cannot be read; rebuild with one version of lockvet")
	}
	slices.SortFunc(a.imports.failed, compareFailed)
	fact.Failed = slices.Compact(a.imports.failed)
	for _, f := range fact.Failed {
		if path, ok := a.imports.failedBy[f]; ok {
			a.giveUp(a.importSpec(path), f.Func+" ("+f.Pos+")", f.Why)
		}
	}
	res.Incomplete = a.incomplete
}

func compareFailed(a, b FailedFact) int {
	return cmp.Or(cmp.Compare(a.Func, b.Func), cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.Why, b.Why), cmp.Compare(a.Module, b.Module))
}

// importSpec returns where the package with a path is first imported.
func (a *unit) importSpec(path string) Range {
	var first *ast.ImportSpec
	for _, f := range a.pass.Files {
		for _, spec := range f.Imports {
			if text, err := strconv.Unquote(spec.Path.Value); err == nil && text == path && (first == nil || spec.Pos() < first.Pos()) {
				first = spec
			}
		}
	}
	if first == nil {
		return a.clause()
	}
	return Range{first.Pos(), first.End()}
}

// maxWhy bounds how much of a panic's text a report repeats, in bytes.
const maxWhy = 200

func internalError(v any) string {
	text := "panic"
	switch v := v.(type) {
	case error:
		text = v.Error()
	case string:
		text = v
	}
	text = strings.Join(strings.Fields(text), " ")
	return "internal error: " + text[:min(len(text), maxWhy)]
}
