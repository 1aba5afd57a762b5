package analyzer

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// modelOf returns a model that declares the classes.
func modelOf(classes ...string) *lockmodel.Model {
	m := lockmodel.New()
	for _, c := range classes {
		m.Classes[c] = &lockmodel.Class{Name: c, Pos: c + "/doc.go:1"}
	}
	return m
}

// importing returns a pass of a package whose imports, in the given order,
// have the facts of the map.
func importing(facts map[string]*Fact, imports ...string) *analysis.Pass {
	pkg := types.NewPackage("example.com/main", "main")
	var list []*types.Package
	for _, path := range imports {
		list = append(list, types.NewPackage(path, "p"))
	}
	pkg.SetImports(list)
	return &analysis.Pass{Pkg: pkg, ImportPackageFact: func(p *types.Package, into analysis.Fact) bool {
		f := facts[p.Path()]
		if f == nil {
			return false
		}
		*into.(*Fact) = *f
		return true
	}}
}

// sampleFacts are of two imports that know a third and of one that is no use.
func sampleFacts() map[string]*Fact {
	g := newSampler(1)
	data := encodeSummary(g.summary(2, 1), g.a)
	return map[string]*Fact{
		"example.com/a": {
			Model: modelOf("mailbox", "namespace").Encode(), Known: []string{"example.com/a", "example.com/c"},
			Inferred: []string{"example.com/c"}, Settled: []string{"iface:c.T.M"}, Broken: []string{"x|y"}, Written: []string{"x"},
			Summaries: []FuncFact{{Key: "(example.com/c.S).M", Data: data, Refs: []string{"example.com/c.S.M$1"}}, {Key: "example.com/a.F", Data: data},
				{Key: "example.com/c.G", Data: data}, {Key: "example.com/c.S.M$1", Data: data}},
			Duties: []DutyFact{{Target: "iface:example.com/c.T.N", Caller: "a.F", Call: Hop{"N", "a/a.go:3"}}},
			Edges:  []EdgeFact{{Outer: "x", Inner: "y", Func: "a.F", OuterPos: "a/a.go:1", InnerPos: "a/a.go:2"}},
		},
		"example.com/b": {
			Model: modelOf("mailbox").Encode(), Known: []string{"example.com/b", "example.com/c"},
			Summaries: []FuncFact{{Key: "example.com/b.F", Data: data}, {Key: "example.com/c.G", Data: data}},
			Duties:    []DutyFact{{Target: "iface:example.com/c.T.N", Caller: "a.F", Call: Hop{"N", "a/a.go:3"}}},
			Edges:     []EdgeFact{{Outer: "y", Inner: "x", Func: "b.F", OuterPos: "b/b.go:1", InnerPos: "b/b.go:2"}},
		},
		"example.com/corrupt": {Model: []byte("no model"), Known: []string{"example.com/corrupt"}},
	}
}

// factOf returns what a package that has nothing of its own hands on, if its
// declarations are those of pkg.
func factOf(pkg *types.Package, facts map[string]*Fact, imports ...string) *Fact {
	im := readImports(importing(facts, imports...))
	a := &unit{vet: &vet{}, pkg: pkg, model: im.model, imports: im}
	return a.makeFact(&Fact{Duties: im.duties})
}

// mainPackage returns a package with the exported declarations in source, which
// may speak of the types T, an interface, and S, a struct with a method M, of
// the package example.com/c.
func mainPackage(t *testing.T, source string) *types.Package {
	t.Helper()
	c := checked(t, "example.com/c", "package c; type T interface { N() }; type S struct{}; func (S) M() {}", nil)
	return checked(t, "example.com/main", "package main; import \"example.com/c\"; var _ c.S; "+source, c)
}

// checked type-checks a package of one file that imports at most one other.
func checked(t *testing.T, path, source string, imported *types.Package) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, 0)
	require.NoError(t, err)
	config := types.Config{Importer: importerFunc(func(string) (*types.Package, error) { return imported, nil })}
	pkg, err := config.Check(path, fset, []*ast.File{file}, nil)
	require.NoError(t, err)
	return pkg
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

func encodeFact(t *testing.T, f *Fact) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, gob.NewEncoder(&b).Encode(f))
	return b.Bytes()
}

// The go command runs importers again only if the bytes of a fact have changed.
func TestFactHasOneEncoding(t *testing.T) {
	orders := [][]string{{"example.com/a", "example.com/b"}, {"example.com/b", "example.com/a"}}
	want := encodeFact(t, factOf(types.NewPackage("example.com/main", "main"), sampleFacts(), orders[0]...))
	for i := range 10 {
		require.Equal(t, want, encodeFact(t, factOf(types.NewPackage("example.com/main", "main"), sampleFacts(), orders[i%2]...)), "the order of imports does not count")
	}
	var back Fact
	require.NoError(t, gob.NewDecoder(bytes.NewReader(want)).Decode(&back))
	require.Equal(t, want, encodeFact(t, &back))
}

// A driver may show the facts of direct imports only: each fact hands on what
// can be got at by way of its package, as it is, and nothing else.
func TestFactHandsOnWhatThePackageLeadsTo(t *testing.T) {
	for _, c := range []struct {
		source          string
		known           bool // c's types lie in what importers get
		methods, duties bool
	}{
		{source: "func F() {}"},
		{source: "func f() c.S { return c.S{} }"},
		{source: "type P struct { s c.S }", known: true},
		{source: "type P struct { c.S }", known: true, methods: true},
		{source: "type P struct { S []map[int]*c.S }", known: true, methods: true},
		{source: "func F(func(c.S)) {}", known: true, methods: true},
		{source: "func F[E c.T](E) {}", known: true, duties: true},
		{source: "type p struct { T c.T }; func (p) M(chan c.S) {}; var V p", known: true, methods: true, duties: true},
		{source: "type I interface { m(c.T) (int, *c.S) }; var V I", known: true, methods: true, duties: true},
		{source: "type L[E any] struct { all []E }; type P = L[c.S]", known: true, methods: true},
	} {
		facts := sampleFacts()
		f := factOf(mainPackage(t, c.source), facts, "example.com/a", "example.com/b")
		want := []string{"example.com/main"}
		if c.known {
			want = []string{"example.com/c", "example.com/main"}
		}
		require.Equal(t, want, f.Known, c.source)
		var keys []string
		for _, s := range f.Summaries {
			keys = append(keys, s.Key)
			require.Equal(t, facts["example.com/a"].Summaries[0].Data, s.Data, "the very bytes")
		}
		want = nil
		if c.methods {
			want = []string{"(example.com/c.S).M", "example.com/c.S.M$1"}
		}
		require.Equal(t, want, keys, c.source)
		require.Equal(t, c.duties, len(f.Duties) > 0, c.source)
		m, err := lockmodel.Decode(f.Model)
		require.NoError(t, err)
		require.Equal(t, []string{"mailbox", "namespace"}, m.ClassNames(), "the order of locks is everybody's")
		require.Empty(t, f.Inferred, "nothing was inferred here")
	}
}

// Each step of a chain of packages knows the functions of the one below only:
// no fact is larger than the first.
func TestFactDoesNotGrowWithDepth(t *testing.T) {
	g := newSampler(1)
	data := encodeSummary(g.summary(2, 1), g.a)
	below := &Fact{Model: modelOf("namespace").Encode()}
	var sizes []int
	for i := range 30 {
		path := fmt.Sprintf("example.com/p%02d", i)
		below.Summaries = append(below.Summaries, FuncFact{Key: path + ".F", Data: data}, FuncFact{Key: "(" + path + ".T).M", Data: data})
		below.Known = append(below.Known, path)
		sizes = append(sizes, len(encodeFact(t, below)))
		next := fmt.Sprintf("example.com/p%02d", i+1)
		im := readImports(importing(map[string]*Fact{path: below}, path))
		pkg := checked(t, next, "package p; type T struct{}; func (T) M() {}; func F() {}", nil)
		below = (&unit{vet: &vet{}, pkg: pkg, model: im.model, imports: im}).makeFact(&Fact{Duties: im.duties})
	}
	require.LessOrEqual(t, slices.Max(sizes), sizes[0]+len("example.com/p00")+2)
}

func TestImportsAreMergedOnce(t *testing.T) {
	im := readImports(importing(sampleFacts(), "example.com/b", "fmt", "example.com/a"))
	require.True(t, im.any)
	require.Empty(t, im.err)
	require.Len(t, im.duties, 1, "both imports know the one obligation")
	require.Len(t, im.edges, 2)
	require.Equal(t, []string{"example.com/a", "example.com/b"}, im.edgesFrom, "by path")
	require.True(t, im.settled["iface:c.T.M"])
	require.True(t, im.inferred["example.com/c"])
	require.True(t, im.broken["x|y"])
	require.True(t, im.written["x"])
	none := readImports(importing(sampleFacts(), "fmt", "os"))
	require.False(t, none.any, "a package that can reach no lock")
}

// A fact that cannot be read is told, and takes no other with it.
func TestCorruptFact(t *testing.T) {
	im := readImports(importing(sampleFacts(), "example.com/corrupt", "example.com/a"))
	require.Equal(t, []string{"example.com/corrupt"}, im.err)
	require.False(t, im.known["example.com/corrupt"])
	require.True(t, im.known["example.com/a"])
}

func TestLoadReadsASummaryOnce(t *testing.T) {
	facts := sampleFacts()
	facts["example.com/a"].Summaries[2].Data = []byte{0xff}
	im := readImports(importing(facts, "example.com/a"))
	a := decoding()
	s := im.load(a, "example.com/a.F")
	require.NotNil(t, s)
	require.Len(t, s.events, 2)
	require.Same(t, s, im.load(a, "example.com/a.F"))
	require.Nil(t, im.load(a, "example.com/none"))
	require.Empty(t, im.err)
	for range 2 {
		require.Nil(t, im.load(a, "example.com/c.G"), "half a summary is none")
		require.Equal(t, []string{"example.com/c.G"}, im.err, "told once")
	}
}

// gob writes a map in random order, so a fact has none, at any depth.
func TestFactHasNoMap(t *testing.T) {
	var visit func(reflect.Type, string)
	visit = func(typ reflect.Type, path string) {
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				visit(typ.Field(i).Type, path+"."+typ.Field(i).Name)
			}
		case reflect.Slice:
			visit(typ.Elem(), path+"[]")
		case reflect.String, reflect.Bool, reflect.Int, reflect.Uint8:
		default:
			require.Fail(t, "no plain data", "%s is %s", path, typ)
		}
	}
	visit(reflect.TypeFor[Fact](), "Fact")
}

// maxEmpty is the ceiling for the fact of a package with nothing to tell: gob
// names the fields of its types, and nothing else is paid. Every package that
// reaches a lock pays it once.
const maxEmpty = 900

func TestFactOfNothingIsSmall(t *testing.T) {
	require.Less(t, len(encodeFact(t, &Fact{})), maxEmpty)
	require.Equal(t, "lockstate", (&Fact{}).String(), "the facts of fixtures are not spelled out")
}
