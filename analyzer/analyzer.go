// Package analyzer is the core of lockvet, the pass "lockstate". It follows
// the locks of a package through its functions and tells the checks, for every
// call that takes or needs a lock, what is held there. It reports nothing
// itself: a check lists Analyzer among what it requires, and reads the Result.
//
// docs/how-it-works.md follows one lock through the package.
package analyzer

import (
	"encoding/json"
	"reflect"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

var settings vet

// Analyzer computes the Result that the checks read. Its facts carry lock
// models and summaries from package to package.
var Analyzer = &analysis.Analyzer{
	Name:       "lockstate",
	Doc:        "follow the locks that functions take, for the lockvet checks\n\nIt reports nothing itself: the checks inversion, nsorder, nsheld and lockleak read its result.",
	URL:        "https://pkg.go.dev/github.com/lockvet/lockvet/analyzer",
	Run:        run,
	ResultType: reflect.TypeFor[*Result](),
	FactTypes:  []analysis.Fact{new(Fact)},
}

func init() {
	Analyzer.Flags.BoolVar(&settings.inferOn, "infer", false, "follow every mutex, declared or not: each field or variable that is one is a class of its own")
	Analyzer.Flags.Var(&settings.scope, "inferscope", "whose mutexes -infer follows: all, or module for those of the main module alone, which costs nothing in dependencies")
	Analyzer.Flags.String("asked", "", "any text; go vet keeps the answers to runs with different ones apart, and so a package that was only imported in one from the same package, asked about, in another")
	Analyzer.Flags.BoolVar(&settings.statsOn, "stats", false, "print counts of what was followed, as JSON, at each package clause")
	Analyzer.Flags.BoolVar(&settings.edgesOn, "edges", false, "print the order of locks that the code shows, as JSON, at each package clause")
}

func run(pass *analysis.Pass) (any, error) {
	im := readImports(pass)
	dirs, crash := collect(pass, im.model)
	model := dirs.Merged
	infer := settings.infers(pass)
	res := &Result{Model: model, Directives: dirs, Infer: infer}
	if !im.any && model.Empty() && !(infer && (im.facts || importsSync(pass.Pkg))) && crash == nil && !takesLockers(pass.Pkg) || len(pass.Files) == 0 {
		res.Order = model.Order()
		return res, nil // nothing here is a lock, or can reach one
	}
	res.Order = model.Order()
	a := newUnit(&settings, pass, model, im)
	fact := &Fact{Module: moduleOf(pass)}
	if crash != nil {
		a.stepCrashed(crash)
	}
	a.guard(a.work)
	a.fill(res, fact)
	a.guard(func() { a.makeFact(fact) })
	a.guard(func() { a.print(res) })
	a.tellFailures(res, fact)
	pass.ExportPackageFact(fact)
	return res, nil
}

// collect reads the directives. Should that crash, the package goes on with
// what its imports declare.
func collect(pass *analysis.Pass, imported *lockmodel.Model) (dirs *lockmodel.Package, crash any) {
	defer func() {
		if crash = recover(); crash != nil {
			dirs = &lockmodel.Package{Merged: imported}
		}
	}()
	return lockmodel.Collect(pass.Fset, pass.Files, pass.Pkg, pass.TypesInfo, imported), nil
}

// work runs the analysis.
func (a *unit) work() {
	a.ssaPkg, a.funcs = buildSSA(a.pass)
	a.buildGraph()
	a.solve()
}

// print reports the counts and edges that the command asks for.
func (a *unit) print(res *Result) {
	at := a.pass.Files[0].Name
	say := func(category string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			return
		}
		a.pass.Report(analysis.Diagnostic{Pos: at.Pos(), End: at.End(), Category: category, Message: string(text)})
	}
	if settings.statsOn {
		say("stats", res.Stats)
	}
	if settings.edgesOn {
		for _, e := range a.seenEdges(res) {
			say("edge", e)
		}
	}
}
