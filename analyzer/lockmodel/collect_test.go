package lockmodel_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

var update = flag.Bool("update", false, "rewrite the models in testdata")

// std is as much of the standard library as the tests need.
const std = `
-- sync/sync.go --
package sync
type Mutex struct{ state int }
func (m *Mutex) Lock() {}
func (m *Mutex) Unlock() {}
type RWMutex struct{ w Mutex }
func (m *RWMutex) Lock() {}
func (m *RWMutex) Unlock() {}
func (m *RWMutex) RLock() {}
func (m *RWMutex) RUnlock() {}
type Locker interface { Lock(); Unlock() }
`

// A world type-checks the packages of an archive, each in the folder of its
// import path, and collects their directives, imports first.
type world struct {
	t       *testing.T
	fset    *token.FileSet
	sources map[string]map[string]string // by package and file
	files   map[string][]*ast.File
	pkgs    map[string]*types.Package
	infos   map[string]*types.Info
	results map[string]*lockmodel.Package
	order   []string // packages as they were finished
}

func newWorld(t *testing.T, src string) *world {
	t.Helper()
	w := &world{
		t: t, fset: token.NewFileSet(), sources: map[string]map[string]string{}, files: map[string][]*ast.File{},
		pkgs: map[string]*types.Package{}, results: map[string]*lockmodel.Package{},
		infos: map[string]*types.Info{},
	}
	for _, f := range append(txtar.Parse([]byte(std)).Files, txtar.Parse([]byte(src)).Files...) {
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		dir := path.Dir(f.Name)
		if w.sources[dir] == nil {
			w.sources[dir] = map[string]string{}
		}
		w.sources[dir][f.Name] = string(f.Data)
	}
	for _, p := range slices.Sorted(maps.Keys(w.sources)) {
		_, err := w.Import(p)
		require.NoError(t, err)
	}
	return w
}

// Import implements types.Importer.
func (w *world) Import(p string) (*types.Package, error) {
	if pkg := w.pkgs[p]; pkg != nil {
		return pkg, nil
	}
	var files []*ast.File
	for _, name := range slices.Sorted(maps.Keys(w.sources[p])) {
		f, err := parser.ParseFile(w.fset, name, w.sources[p][name], parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(w.t, err)
		files = append(files, f)
	}
	require.NotEmpty(w.t, files, "package %s", p)
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	cfg := types.Config{Importer: w}
	pkg, err := cfg.Check(p, w.fset, files, info)
	if err != nil {
		return nil, err
	}
	imported := lockmodel.New()
	for _, q := range pkg.Imports() {
		imported.Merge(w.results[q.Path()].Merged)
	}
	w.pkgs[p], w.files[p], w.infos[p] = pkg, files, info
	w.results[p] = lockmodel.Collect(w.fset, files, pkg, info, imported)
	w.order = append(w.order, p)
	return pkg, nil
}

// problems lists what was reported as "file:line:column category message".
func (w *world) problems() []string {
	var out []string
	for _, p := range w.order {
		for _, x := range w.results[p].Problems {
			at := w.fset.Position(x.Pos)
			assert.Less(w.t, x.Pos, x.End, "%s: empty range", at)
			out = append(out, fmt.Sprintf("%s:%d:%d %s %s", at.Filename, at.Line, at.Column, x.Category, x.Message))
		}
	}
	slices.Sort(out)
	return out
}

var wantRE = regexp.MustCompile(`// want (?:([a-z-]+) )?(\d+) (.*)$`)

// wants lists what the sources expect, in the same form: a comment
// "// want COLUMN MESSAGE" at the end of the line, after a category if it is
// not bad-directive.
func (w *world) wants() []string {
	var out []string
	for _, files := range w.sources {
		for name, src := range files {
			for i, line := range strings.Split(src, "\n") {
				if m := wantRE.FindStringSubmatch(line); m != nil {
					out = append(out, fmt.Sprintf("%s:%d:%s %s %s", name, i+1, m[2], cmp.Or(m[1], lockmodel.BadDirective), m[3]))
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// dump writes a model for people.
func dump(m *lockmodel.Model) string {
	var b strings.Builder
	for _, name := range m.ClassNames() {
		c := m.Classes[name]
		fmt.Fprintf(&b, "class %s", name)
		if c.Ordered {
			b.WriteString(" ordered")
		}
		if c.Within != "" {
			b.WriteString(" within " + c.Within)
		}
		if c.Retired {
			b.WriteString(" retired")
		}
		fmt.Fprintf(&b, " (%s)\n", c.Pos)
	}
	for _, e := range m.Edges {
		fmt.Fprintf(&b, "order %s %s (%s)\n", e.Outer, e.Inner, e.Pos)
	}
	for _, key := range slices.Sorted(maps.Keys(m.Funcs)) {
		for _, e := range m.Funcs[key].Effects {
			fmt.Fprintf(&b, "func %s: %s\n", key, dumpEffect(e))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.Locks)) {
		l := m.Locks[key]
		fmt.Fprintf(&b, "lock %s: %s %s\n", key, l.Class, strings.Join(l.Path, "."))
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

func dumpEffect(e lockmodel.Effect) string {
	dumpPath := func(p lockmodel.Path) string {
		return strings.Join(append([]string{strconv.Itoa(p.Root)}, p.Fields...), ".")
	}
	parts := []string{e.Kind.String()}
	if e.Kind != lockmodel.Async {
		parts = append(parts, e.Class, e.Mode.Fixed.String())
	}
	if e.Mode.From != nil {
		parts = append(parts, "mode="+dumpPath(*e.Mode.From))
		for _, v := range slices.Sorted(maps.Keys(e.Mode.Values)) {
			parts = append(parts, v+":"+e.Mode.Values[v].String())
		}
	}
	for _, k := range e.Keys {
		parts = append(parts, "key="+dumpPath(k))
	}
	if e.Ordered {
		parts = append(parts, "ordered")
	}
	if e.Try {
		parts = append(parts, "try")
	}
	if e.During != nil {
		parts = append(parts, "during="+dumpPath(*e.During))
	}
	for _, p := range e.Params {
		parts = append(parts, strconv.Itoa(p))
	}
	switch e.Guard.Kind {
	case lockmodel.GuardResult:
		parts = append(parts, fmt.Sprintf("in result %d", e.Guard.Result))
	case lockmodel.GuardReceiver:
		parts = append(parts, "in receiver")
	}
	return strings.Join(parts, " ")
}

// TestCollect runs the archives of testdata. The problems stand in the sources
// as "want" comments; the last file is the dump of what all packages declare.
func TestCollect(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			w := newWorld(t, string(data))
			assert.Equal(t, strings.Join(w.wants(), "\n"), strings.Join(w.problems(), "\n"))

			var got strings.Builder
			for _, p := range slices.Sorted(maps.Keys(w.results)) {
				r := w.results[p]
				if text := dump(r.Own); text != "" {
					fmt.Fprintf(&got, "# %s\n%s", p, text)
				}
				for _, g := range r.Ignores {
					fmt.Fprintf(&got, "ignore %s:%d covers %v: %s -- %s\n", g.File, g.Line, g.Covers, strings.Join(g.Categories, ","), g.Reason)
				}
				both := lockmodel.New()
				both.Merge(r.Own)
				for _, q := range w.pkgs[p].Imports() {
					both.Merge(w.results[q.Path()].Merged)
				}
				assert.Equal(t, dump(both), dump(r.Merged), "%s: merged", p)
			}
			archive := txtar.Parse(data)
			last := &archive.Files[len(archive.Files)-1]
			require.Equal(t, "model", last.Name)
			if *update {
				last.Data = []byte(got.String())
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				return
			}
			assert.Equal(t, string(last.Data), got.String())
		})
	}
}

// collect reads a package of w again, with its files in another order.
func (w *world) collect(p string, files []*ast.File) *lockmodel.Package {
	imported := lockmodel.New()
	for _, q := range w.pkgs[p].Imports() {
		imported.Merge(w.results[q.Path()].Merged)
	}
	return lockmodel.Collect(w.fset, files, w.pkgs[p], w.infos[p], imported)
}

// The drivers give the files of a package in different orders, and load
// packages side by side, so that the first file need not have the first
// position.
func TestCollectAnyFileOrder(t *testing.T) {
	for _, name := range []string{"place", "cycle", "bind"} {
		data, err := os.ReadFile("testdata/" + name + ".txtar")
		require.NoError(t, err)
		w := newWorld(t, string(data))
		for p, want := range w.results {
			files := slices.Clone(w.files[p])
			slices.Reverse(files)
			assert.Equal(t, want, w.collect(p, files), "%s %s", name, p)
		}
	}
}

// A package without directives costs a look at its comments, and hands on the
// model of its imports as it is.
func TestCollectNothing(t *testing.T) {
	w := newWorld(t, "-- p/p.go --\n// Package p mentions lockvet:order.\npackage p\n\nvar x int // a lockvet:class\n")
	imported := ordered([]string{"a", "b"})
	r := lockmodel.Collect(w.fset, w.files["p"], nil, nil, imported)
	assert.Same(t, imported, r.Merged)
	assert.True(t, r.Own.Empty())
	assert.Empty(t, r.Problems)
	assert.Empty(t, r.Ignores)
	r = lockmodel.Collect(w.fset, w.files["p"], nil, nil, nil)
	assert.True(t, r.Merged.Empty())
}

func TestSilences(t *testing.T) {
	w := newWorld(t, "-- p/p.go --\npackage p\n\n//lockvet:ignore leak,order -- why\nvar x int\n\nvar y int\n\n//line /other/file.y:4\nvar z int\n")
	g := w.results["p"].Ignores
	require.Len(t, g, 1)
	pos := func(name string) token.Pos { return w.pkgs["p"].Scope().Lookup(name).Pos() }
	assert.True(t, g[0].Silences(w.fset, pos("x"), "leak"))
	assert.True(t, g[0].Silences(w.fset, pos("x"), "order"))
	assert.True(t, g[0].Silences(w.fset, g[0].Pos, "leak"))
	assert.False(t, g[0].Silences(w.fset, pos("x"), "retired"))
	assert.False(t, g[0].Silences(w.fset, pos("y"), "leak"))
	assert.False(t, g[0].Silences(w.fset, pos("z"), "leak"), "a line of another file")
}

// Code that does not type-check still gets its directives read; nothing is
// known of its types then.
func TestCollectBrokenCode(t *testing.T) {
	const src = `//lockvet:class a
package p

type T struct {
	mu nowhere.Mutex //lockvet:class a key=id
	id missing
}

//lockvet:acquire a key=x.y mode=m during=f
func (t *Missing) F(x undefined, m int, f gone) (*lost, error) { return nil, nil }

//lockvet:acquire a key=x
func G(x undefined) *lost { return nil }

//lockvet:async
func H(f gone) {}
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments)
	require.NoError(t, err)
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	cfg := types.Config{Error: func(error) {}}
	pkg, err := cfg.Check("p", fset, []*ast.File{f}, info)
	require.Error(t, err)
	r := lockmodel.Collect(fset, []*ast.File{f}, pkg, info, nil)
	assert.Contains(t, r.Own.Classes, "a")
	for _, p := range r.Problems {
		assert.Equal(t, lockmodel.BadDirective, p.Category)
	}
}

// BenchmarkCollectNothing is what a dependency without directives costs.
func BenchmarkCollectNothing(b *testing.B) {
	var src strings.Builder
	src.WriteString("package p\n")
	for i := range 300 {
		fmt.Fprintf(&src, "\n// F%d does\n// nothing.\nfunc F%d() {} // really\n", i, i)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src.String(), parser.ParseComments)
	require.NoError(b, err)
	imported := lockmodel.New()
	for b.Loop() {
		lockmodel.Collect(fset, []*ast.File{f}, nil, nil, imported)
	}
}
