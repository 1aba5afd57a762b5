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
	results map[string]*lockmodel.Package
	order   []string // packages as they were finished
}

func newWorld(t *testing.T, src string) *world {
	w := &world{
		t: t, fset: token.NewFileSet(), sources: map[string]map[string]string{}, files: map[string][]*ast.File{},
		pkgs: map[string]*types.Package{}, results: map[string]*lockmodel.Package{},
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
	w.pkgs[p], w.files[p] = pkg, files
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
		return strings.Join(append([]string{fmt.Sprint(p.Root)}, p.Fields...), ".")
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
		parts = append(parts, fmt.Sprint(p))
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
			assert.Equal(t, w.wants(), w.problems())

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
