package analyzer

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// A Fact is all that importers need to know of a package: its lock model and
// the summaries of its functions, with what they in turn need of the package's
// own imports, since a driver may show a package the facts of its direct
// imports only: the classes and their order, and of the functions those that
// can be got at by way of the package (see surface). It is opaque, sorted, and
// holds no absolute path.
type Fact struct {
	Module    string // the path of the package's module, "" if the driver tells none
	Model     []byte
	Known     []string // paths of the packages that were analysed
	Inferred  []string // those whose mutexes are classes of their own
	Summaries []FuncFact
	Duties    []DutyFact
	Offers    []OfferFact
	Settled   []string
	Edges     []EdgeFact
	Broken    []string // pairs of classes whose edges a report has blamed for a ring
	Written   []string // inferred classes that are taken exclusively somewhere
	Open      []string // types with a mutex that is taken by other ways than Lock and Unlock, see isOpen
	Failed    []FailedFact
}

// A FailedFact is a function whose analysis crashed.
type FailedFact struct {
	Module string // of its package
	Func   string // with the path of its package
	Pos    string // "dir/file.go:31"
	Why    string
}

// A FuncFact is the summary of one function; or, with a key that says so, the
// methods of a type whose values functions hand out in interfaces.
type FuncFact struct {
	Key  string
	Data []byte
	Refs []string // keys of the functions, and types in interfaces, that it mentions
}

// AFact marks Fact as one.
func (*Fact) AFact() {}

// String returns the same for all facts: their contents are for no reader.
func (f *Fact) String() string { return "lockstate" }

// imports is what the facts of the imports say, merged.
type imports struct {
	model     *lockmodel.Model
	known     map[string]bool
	inferred  map[string]bool
	raw       map[string]FuncFact
	summaries summaryMap
	foreign   map[string]map[string]foreign // by the key of a type: nil for one that no fact tells of
	duties    []DutyFact
	offers    []OfferFact
	offersBy  map[OfferFact]string // the path of the import that brings it
	settled   map[string]bool
	edges     []EdgeFact   // of all imports
	edgesOf   [][]EdgeFact // of each
	edgesFrom []string     // its path
	broken    map[string]bool
	written   map[string]bool
	open      map[string]bool
	failed    []FailedFact
	failedBy  map[FailedFact]string // those of other modules: the import that brings it in, of another module too
	any       bool                  // one of them can reach a lock
	facts     bool                  // one of them has a fact, if only since it takes what it is given
	err       []string
}

// readImports merges the facts of the imports, in order of their paths.
func readImports(pass *analysis.Pass) *imports {
	im := &imports{model: lockmodel.New(), known: map[string]bool{}, inferred: map[string]bool{}, broken: map[string]bool{}, written: map[string]bool{}, open: map[string]bool{}, raw: map[string]FuncFact{}, settled: map[string]bool{}, failedBy: map[FailedFact]string{}, offersBy: map[OfferFact]string{}}
	pkgs := slices.Clone(pass.Pkg.Imports())
	slices.SortFunc(pkgs, func(a, b *types.Package) int { return strings.Compare(a.Path(), b.Path()) })
	for _, p := range pkgs {
		var f Fact
		if !pass.ImportPackageFact(p, &f) {
			continue
		}
		im.facts = true
		m, err := lockmodel.Decode(f.Model)
		if err != nil {
			im.any = true
			im.err = append(im.err, p.Path())
			continue
		}
		im.any = im.any || !m.Empty() || len(f.Inferred) > 0 // else it only takes what it is given
		im.model.Merge(m)
		for _, k := range f.Known {
			im.known[k] = true
		}
		for _, k := range f.Inferred {
			im.inferred[k] = true
		}
		for _, s := range f.Summaries {
			if _, ok := im.raw[s.Key]; !ok {
				im.raw[s.Key] = s
			}
		}
		im.duties = append(im.duties, f.Duties...)
		for _, o := range f.Offers {
			if _, known := im.offersBy[o]; !known {
				im.offers = append(im.offers, o)
				im.offersBy[o] = p.Path()
			}
		}
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
		for _, k := range f.Open {
			im.open[k] = true
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
	if f, ok := im.raw[key]; ok {
		r := &reader{b: f.Data, a: a}
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

// makeFact gathers what importers need.
func (a *unit) makeFact(own *Fact) *Fact {
	f := own
	f.Model = a.model.Encode()
	reach := surfaceOf(a.pkg, &a.keys)
	known := []string{a.pkg.Path()}
	for _, k := range sortedKeys(a.imports.known) {
		if reach.pkgs[k] && k != a.pkg.Path() {
			known = append(known, k)
		}
	}
	slices.Sort(known)
	f.Known = known
	if a.infer {
		if a.scope.module { // else all are
			a.imports.inferred[a.pkg.Path()] = true
		}
		f.Inferred = sortedKeys(a.imports.inferred)
		open := make(map[string]bool)
		for _, types := range []map[string]bool{a.imports.open, a.openTypes()} {
			for k := range types {
				open[k] = true
			}
		}
		f.Open = sortedKeys(open)
	}
	f.Duties = slices.DeleteFunc(f.Duties, func(d DutyFact) bool { return !reach.settles(d.Target) })
	out := make(map[string]FuncFact)
	for _, fn := range a.funcs {
		s := a.summaries[fn]
		if s == nil || s.silent() || fn.Parent() != nil {
			continue // a closure matters where it is a value
		}
		if obj := a.objectOf(fn); obj != nil && !obj.Exported() && !a.flow.taken[fn] {
			continue
		}
		a.export(out, fn, s)
	}
	for _, o := range f.Offers {
		a.handOn(out, o.Key)
	}
	for _, key := range sortedKeys(a.imports.raw) {
		if reach.methods[key] {
			a.handOn(out, key)
		}
	}
	for _, k := range sortedKeys(out) {
		f.Summaries = append(f.Summaries, out[k])
	}
	return f
}

// export adds the summary of fn, and those of the functions that it has as
// values: closures and method values that it returns, passes or leaves behind.
func (a *unit) export(out map[string]FuncFact, fn *ssa.Function, s *summary) {
	key := a.named(fn).key
	if _, ok := out[key]; ok {
		return
	}
	var w writer
	w.summary(s, a.modes)
	f := FuncFact{key, w.b, sortedKeys(w.refs)}
	out[key] = f
	a.handOnAll(out, f.Refs)
}

// handOn adds the summary with a key, of this package or of an import, and
// those that it mentions.
func (a *unit) handOn(out map[string]FuncFact, key string) {
	if _, ok := out[key]; ok {
		return
	}
	if typ, ok := strings.CutPrefix(key, typeRef); ok && a.handOnType(out, key, typ) {
		return
	}
	if fn := a.local[key]; fn != nil {
		if s := a.summaryOf(fn); s != nil && !s.silent() {
			a.export(out, fn, s)
		}
		return
	}
	if f, ok := a.imports.raw[key]; ok {
		out[key] = f
		a.handOnAll(out, f.Refs)
	}
}

func (a *unit) handOnAll(out map[string]FuncFact, keys []string) {
	for _, k := range keys {
		a.handOn(out, k)
	}
}
