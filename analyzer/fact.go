package analyzer

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A Fact is all that importers need to know of a package: its lock model and
// the summaries of its functions, with what they in turn need of the package's
// own imports, since a driver may show a package the facts of its direct
// imports only. It is opaque, sorted, and holds no absolute path.
type Fact struct {
	Module    string // the path of the package's module, "" if the driver tells none
	Model     []byte
	Known     []string // paths of the packages that were analysed
	Inferred  []string // those whose mutexes are classes of their own
	Summaries []FuncFact
	Duties    []DutyFact
	Settled   []string
	Edges     []EdgeFact
	Broken    []string // pairs of classes whose edges a report has blamed for a ring
	Written   []string // inferred classes that are taken exclusively somewhere
	Failed    []FailedFact
}

// A FailedFact is a function whose analysis crashed.
type FailedFact struct {
	Module string // of its package
	Func   string // with the path of its package
	Pos    string // "dir/file.go:31"
	Why    string
}

// A FuncFact is the summary of one function.
type FuncFact struct {
	Key  string
	Data []byte
}

// AFact marks Fact as one.
func (*Fact) AFact() {}

func (f *Fact) String() string { return "lockstate" }

// imports is what the facts of the imports say, merged.
type imports struct {
	model     *lockmodel.Model
	known     map[string]bool
	inferred  map[string]bool
	raw       map[string][]byte
	summaries summaryMap
	duties    []DutyFact
	settled   map[string]bool
	edges     []EdgeFact   // of all imports
	edgesOf   [][]EdgeFact // of each
	edgesFrom []string     // its path
	broken    map[string]bool
	written   map[string]bool
	failed    []FailedFact
	failedBy  map[FailedFact]string // those of other modules: the import that brings it in, of another module too
	any       bool
	err       []string
}

// readImports merges the facts of the imports, in order of their paths.
func readImports(pass *analysis.Pass) *imports {
	im := &imports{model: lockmodel.New(), known: map[string]bool{}, inferred: map[string]bool{}, broken: map[string]bool{}, written: map[string]bool{}, raw: map[string][]byte{}, settled: map[string]bool{}, failedBy: map[FailedFact]string{}}
	pkgs := slices.Clone(pass.Pkg.Imports())
	slices.SortFunc(pkgs, func(a, b *types.Package) int { return strings.Compare(a.Path(), b.Path()) })
	for _, p := range pkgs {
		var f Fact
		if !pass.ImportPackageFact(p, &f) {
			continue
		}
		im.any = true
		m, err := lockmodel.Decode(f.Model)
		if err != nil {
			im.err = append(im.err, p.Path())
			continue
		}
		im.model.Merge(m)
		for _, k := range f.Known {
			im.known[k] = true
		}
		for _, k := range f.Inferred {
			im.inferred[k] = true
		}
		for _, s := range f.Summaries {
			if _, ok := im.raw[s.Key]; !ok {
				im.raw[s.Key] = s.Data
			}
		}
		im.duties = append(im.duties, f.Duties...)
		for _, s := range f.Settled {
			im.settled[s] = true
		}
		if len(f.Edges) > 0 {
			im.edges = append(im.edges, f.Edges...)
			im.edgesOf = append(im.edgesOf, f.Edges)
			im.edgesFrom = append(im.edgesFrom, p.Path())
		}
		for _, k := range f.Broken {
			im.broken[k] = true
		}
		for _, k := range f.Written {
			im.written[k] = true
		}
		im.failures(f, p.Path(), moduleOf(pass))
	}
	im.duties = uniqueDuties(im.duties)
	im.edges = uniqueEdges(im.edges)
	return im
}

// A summaryMap decodes the summaries of imports when they are asked for.
type summaryMap map[string]*summary

// load decodes all summaries that a may ask for by key, on demand.
func (im *imports) load(a *unit, key string) *summary {
	if s, ok := im.summaries[key]; ok {
		return s
	}
	var s *summary
	if data, ok := im.raw[key]; ok {
		r := &reader{b: data, a: a}
		if s = r.summary(); r.err != nil {
			im.err = append(im.err, key)
			s = nil
		}
	}
	if im.summaries == nil {
		im.summaries = summaryMap{}
	}
	im.summaries[key] = s
	return s
}

// object finds the function with a key among the imports of pkg.
func (im *imports) object(pkg *types.Package, key string) *types.Func {
	for _, p := range pkg.Imports() {
		rest, ok := strings.CutPrefix(key, p.Path()+".")
		if !ok || strings.ContainsAny(rest, ".$") {
			continue
		}
		if f, ok := p.Scope().Lookup(rest).(*types.Func); ok {
			return f
		}
	}
	return nil
}

// makeFact gathers what importers need in f, which has already what fill found.
func (a *unit) makeFact(f *Fact) {
	f.Module = moduleOf(a.pass)
	f.Model = a.model.Encode()
	known := map[string]bool{a.pkg.Path(): true}
	for k := range a.imports.known {
		known[k] = true
	}
	f.Known = sortedKeys(known)
	if a.infer {
		a.imports.inferred[a.pkg.Path()] = true
		f.Inferred = sortedKeys(a.imports.inferred)
	}
	data := make(map[string][]byte)
	for key, raw := range a.imports.raw {
		data[key] = raw
	}
	for _, fn := range a.funcs {
		s := a.summaries[fn]
		if s == nil || s.silent() {
			continue
		}
		if obj := a.objectOf(fn); obj != nil && !obj.Exported() && !a.flow.taken[fn] {
			continue
		}
		a.export(data, fn, s)
	}
	for _, k := range sortedKeys(data) {
		f.Summaries = append(f.Summaries, FuncFact{k, data[k]})
	}
}

// export adds the summary of fn, and of the functions that it mentions as
// values: closures and method values that it returns or leaves behind.
func (a *unit) export(data map[string][]byte, fn *ssa.Function, s *summary) {
	key := a.named(fn).key
	if _, ok := data[key]; ok {
		return
	}
	var w writer
	w.summary(s, a.modes)
	data[key] = w.b
	visit := func(v *lockset.Value) {
		if v == nil {
			return
		}
		v.Has(func(v *lockset.Value) bool {
			if v.Op == lockset.OpFunc {
				if f := a.local[v.Aux]; f != nil {
					if s := a.summaryOf(f); s != nil && !s.silent() {
						a.export(data, f, s)
					}
				}
			}
			return false
		})
	}
	for _, e := range s.events {
		visit(e.fn)
		for _, v := range e.fallback {
			visit(v)
		}
	}
	for _, e := range s.exits {
		for _, r := range e.results {
			visit(r)
		}
		for _, w := range e.writes {
			visit(w.val)
		}
	}
}
