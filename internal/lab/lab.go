// Package lab runs the suite in this process, on packages whose files may be
// changed in memory. It serves the tests that ask what the analysis says of
// code before and after something was done to it, some hundred times over:
// what lies outside the module under study is loaded once, from export data.
//
// It is no driver for users: it knows no build flags, no cgo and no test
// files, and has no cache but the packages that did not change.
package lab

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
)

// A Lab holds the packages of one module and the types of all that they
// import. It is used by one goroutine: the flags of analyzers are shared by
// the process.
type Lab struct {
	Fset  *token.FileSet
	Suite []*analysis.Analyzer

	dir     string // of the module under study
	module  string // its path
	sizes   types.Sizes
	own     map[string]*Package // of the module, by import path
	others  map[string]*Package // loaded with their sources, but not of the module
	outside map[string]*types.Package
	order   []string // import paths of others, dependencies first
}

// A Package is one that was type-checked from source.
type Package struct {
	Path  string
	Files map[string]*ast.File // by absolute name
	Types *types.Package
	Info  *types.Info
	mod   *analysis.Module
}

// Names returns the names of the files, sorted.
func (p *Package) Names() []string { return slices.Sorted(maps.Keys(p.Files)) }

// Load loads the packages that the patterns name. Those of the module of dir
// can be changed later; the others that are named are analysed with them, and
// what is imported beyond is known by its types alone.
func Load(dir string, suite []*analysis.Analyzer, patterns ...string) (*Lab, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	l := &Lab{
		Fset: token.NewFileSet(), Suite: suite, dir: dir,
		own: map[string]*Package{}, others: map[string]*Package{}, outside: map[string]*types.Package{"unsafe": types.Unsafe},
	}
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: dir, Fset: l.Fset}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("loading packages: %w", err)
	}
	var errs []error
	packages.Visit(loaded, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			errs = append(errs, e)
		}
		l.add(p)
	})
	return l, errors.Join(errs...)
}

// add keeps a loaded package. It is called for dependencies first.
func (l *Lab) add(p *packages.Package) {
	if p.TypesInfo == nil || len(p.Syntax) == 0 {
		if p.Types != nil && p.PkgPath != "unsafe" {
			l.know(p.Types)
		}
		return
	}
	l.sizes = p.TypesSizes
	q := &Package{Path: p.PkgPath, Files: map[string]*ast.File{}, Types: p.Types, Info: p.TypesInfo}
	if p.Module != nil {
		q.mod = &analysis.Module{Path: p.Module.Path, Version: p.Module.Version, GoVersion: p.Module.GoVersion}
	}
	for _, f := range p.Syntax {
		q.Files[l.Fset.File(f.FileStart).Name()] = f
	}
	if p.Module != nil && p.Module.Main {
		l.module = p.Module.Path
		l.own[p.PkgPath] = q
		return
	}
	l.others[p.PkgPath] = q
	l.order = append(l.order, p.PkgPath)
}

// know notes the types of p and of what it imports.
func (l *Lab) know(p *types.Package) {
	if l.outside[p.Path()] != nil {
		return
	}
	l.outside[p.Path()] = p
	for _, imported := range p.Imports() {
		l.know(imported)
	}
}

// Packages returns the packages of the module, by import path.
func (l *Lab) Packages() []*Package {
	var out []*Package
	for _, p := range slices.Sorted(maps.Keys(l.own)) {
		out = append(out, l.own[p])
	}
	return out
}

// Only returns the lab with those packages of the module that keep names, and
// what they need of the others.
func (l *Lab) Only(keep func(path string) bool) *Lab {
	out := *l
	out.own = map[string]*Package{}
	var add func(string)
	add = func(path string) {
		if l.own[path] == nil || out.own[path] != nil {
			return
		}
		out.own[path] = l.own[path]
		for _, i := range l.importsOf(path) {
			add(i)
		}
	}
	for path := range l.own {
		if keep(path) {
			add(path)
		}
	}
	return &out
}

// PathOf returns the import path of the folder that a file of the module lies in.
func (l *Lab) PathOf(file string) string {
	rel, err := filepath.Rel(l.dir, filepath.Dir(file))
	if err != nil || rel == "." {
		return l.module
	}
	return path.Join(l.module, filepath.ToSlash(rel))
}

// Sources are contents of files, by absolute name. One without contents is
// taken away.
type Sources map[string][]byte

// With returns the packages of the module as they are with the sources in
// place: type-checked anew if a file of theirs, or of what they import, is
// among them. The lab itself stays as it is.
func (l *Lab) With(changed Sources) (*Lab, error) {
	out := *l
	out.own = maps.Clone(l.own)
	stale := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		p := l.PathOf(name)
		q := &Package{Path: p, Files: map[string]*ast.File{}}
		if old := out.own[p]; old != nil {
			q.Files, q.mod = maps.Clone(old.Files), old.mod
		}
		if delete(q.Files, name); len(changed[name]) > 0 {
			f, err := parser.ParseFile(l.Fset, name, changed[name], parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			q.Files[name] = f
		}
		out.own[p], stale[p] = q, true
		if len(q.Files) == 0 {
			delete(out.own, p)
		}
	}
	order, err := out.sorted()
	if err != nil {
		return nil, err
	}
	for _, p := range order {
		if slices.ContainsFunc(out.importsOf(p), func(i string) bool { return stale[i] }) {
			stale[p] = true
		}
		if !stale[p] {
			continue
		}
		if out.own[p], err = out.check(out.own[p]); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// importsOf returns what a package of the module imports.
func (l *Lab) importsOf(pkg string) []string {
	var out []string
	for _, name := range l.own[pkg].Names() {
		for _, spec := range l.own[pkg].Files[name].Imports {
			out = append(out, strings.Trim(spec.Path.Value, "\"`"))
		}
	}
	return out
}

// sorted returns the packages of the module, dependencies first.
func (l *Lab) sorted() ([]string, error) {
	var order []string
	state := map[string]int{}
	var visit func(string) error
	visit = func(p string) error {
		if l.own[p] == nil || state[p] == 2 {
			return nil
		}
		if state[p] == 1 {
			return fmt.Errorf("%s imports itself", p)
		}
		state[p] = 1
		for _, i := range l.importsOf(p) {
			if err := visit(i); err != nil {
				return err
			}
		}
		state[p] = 2
		order = append(order, p)
		return nil
	}
	for _, p := range slices.Sorted(maps.Keys(l.own)) {
		if err := visit(p); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// Import returns the types of a package. It makes a Lab a types.Importer.
func (l *Lab) Import(path string) (*types.Package, error) {
	for _, known := range []map[string]*Package{l.own, l.others} {
		if p := known[path]; p != nil {
			return p.Types, nil
		}
	}
	if p := l.outside[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("package %s is not loaded", path)
}

// check type-checks p, whose imports are.
func (l *Lab) check(p *Package) (*Package, error) {
	q := *p
	q.Info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}
	var errs []error
	conf := types.Config{Importer: l, Sizes: l.sizes, Error: func(err error) { errs = append(errs, err) }}
	if q.mod != nil && q.mod.GoVersion != "" {
		conf.GoVersion = "go" + q.mod.GoVersion
	}
	q.Types, _ = conf.Check(q.Path, l.Fset, q.syntax(), q.Info) // errs has all that it would return
	return &q, errors.Join(errs...)
}

// syntax returns the files, by name.
func (p *Package) syntax() []*ast.File {
	var out []*ast.File
	for _, name := range p.Names() {
		out = append(out, p.Files[name])
	}
	return out
}
