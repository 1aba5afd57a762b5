package lab

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// A Finding is one diagnostic.
type Finding struct {
	Package  string
	At       token.Position
	Analyzer string
	Category string
	Message  string
	Related  []Related
}

// A Related is a place that a diagnostic names besides its own.
type Related struct {
	At      token.Position
	Message string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s", f.At, f.Category, f.Message)
}

// Run analyses the packages of the module, and the others that were named,
// and returns what is found in the module: package by package, in the order
// of the suite.
func (l *Lab) Run() ([]Finding, error) {
	order, err := l.sorted()
	if err != nil {
		return nil, err
	}
	facts := map[*types.Package]analysis.Fact{}
	var out []Finding
	for _, path := range l.order {
		if _, err := l.analyse(l.others[path], facts); err != nil {
			return nil, err
		}
	}
	for _, path := range order {
		found, err := l.analyse(l.own[path], facts)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// analyse runs the suite on one package.
func (l *Lab) analyse(p *Package, facts map[*types.Package]analysis.Fact) (found []Finding, err error) {
	results := map[*analysis.Analyzer]any{}
	files := p.syntax()
	for _, a := range l.Suite {
		pass := &analysis.Pass{
			Analyzer: a, Fset: l.Fset, Files: files, Pkg: p.Types, TypesInfo: p.Info, TypesSizes: l.sizes, Module: p.mod,
			ResultOf:          results,
			Report:            func(d analysis.Diagnostic) { found = append(found, l.finding(p, a, d)) },
			ImportPackageFact: func(q *types.Package, into analysis.Fact) bool { return copyFact(facts[q], into) },
			ExportPackageFact: func(f analysis.Fact) { facts[p.Types] = f },
			ImportObjectFact:  func(types.Object, analysis.Fact) bool { return false },
			ExportObjectFact:  func(types.Object, analysis.Fact) { panic("internal error: no analyzer has facts of objects") },
			AllPackageFacts:   func() []analysis.PackageFact { return nil },
			AllObjectFacts:    func() []analysis.ObjectFact { return nil },
		}
		for _, need := range a.Requires {
			if !slices.Contains(l.Suite, need) {
				return nil, fmt.Errorf("%s requires %s, which is not of the suite", a.Name, need.Name)
			}
		}
		if results[a], err = a.Run(pass); err != nil {
			return nil, fmt.Errorf("%s in %s: %w", a.Name, p.Path, err)
		}
	}
	return found, nil
}

func (l *Lab) finding(p *Package, a *analysis.Analyzer, d analysis.Diagnostic) Finding {
	f := Finding{Package: p.Path, At: l.Fset.Position(d.Pos), Analyzer: a.Name, Category: d.Category, Message: d.Message}
	for _, r := range d.Related {
		f.Related = append(f.Related, Related{l.Fset.Position(r.Pos), r.Message})
	}
	return f
}

// Set gives a flag of an analyzer of the suite, named "analyzer.flag", a value.
func (l *Lab) Set(name, value string) error {
	analyzer, option, _ := strings.Cut(name, ".")
	for _, a := range l.Suite {
		if a.Name == analyzer {
			return a.Flags.Set(option, value)
		}
	}
	return fmt.Errorf("no analyzer %s", analyzer)
}
