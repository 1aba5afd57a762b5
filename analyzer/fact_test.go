package analyzer

import (
	"bytes"
	"encoding/gob"
	"go/types"
	"reflect"
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
			Summaries: []FuncFact{{"example.com/a.F", data}, {"example.com/c.G", data}},
			Duties:    []DutyFact{{Target: "iface:c.T.N", Caller: "a.F", Call: Hop{"N", "a/a.go:3"}}},
			Edges:     []EdgeFact{{Outer: "x", Inner: "y", Func: "a.F", OuterPos: "a/a.go:1", InnerPos: "a/a.go:2"}},
		},
		"example.com/b": {
			Model: modelOf("mailbox").Encode(), Known: []string{"example.com/b", "example.com/c"},
			Summaries: []FuncFact{{"example.com/b.F", data}, {"example.com/c.G", data}},
			Duties:    []DutyFact{{Target: "iface:c.T.N", Caller: "a.F", Call: Hop{"N", "a/a.go:3"}}},
			Edges:     []EdgeFact{{Outer: "y", Inner: "x", Func: "b.F", OuterPos: "b/b.go:1", InnerPos: "b/b.go:2"}},
		},
		"example.com/corrupt": {Model: []byte("no model"), Known: []string{"example.com/corrupt"}},
	}
}

// factOf returns what a package that has nothing of its own hands on.
func factOf(facts map[string]*Fact, imports ...string) *Fact {
	im := readImports(importing(facts, imports...))
	a := &unit{vet: &vet{}, pass: &analysis.Pass{}, pkg: types.NewPackage("example.com/main", "main"), model: im.model, imports: im}
	f := &Fact{}
	a.makeFact(f)
	return f
}

func encodeFact(t *testing.T, f *Fact) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, gob.NewEncoder(&b).Encode(f))
	return b.Bytes()
}

// The go command runs importers again only if the bytes of a fact have changed.
func TestFactHasOneEncoding(t *testing.T) {
	orders := [][]string{{"example.com/a", "example.com/b"}, {"example.com/b", "example.com/a"}}
	want := encodeFact(t, factOf(sampleFacts(), orders[0]...))
	for i := range 10 {
		require.Equal(t, want, encodeFact(t, factOf(sampleFacts(), orders[i%2]...)), "the order of imports does not count")
	}
	var back Fact
	require.NoError(t, gob.NewDecoder(bytes.NewReader(want)).Decode(&back))
	require.Equal(t, want, encodeFact(t, &back))
}

// A driver may show the facts of direct imports only: each fact hands on what
// its package's imports know, as it is.
func TestFactHandsOnTheImports(t *testing.T) {
	facts := sampleFacts()
	f := factOf(facts, "example.com/a", "example.com/b")
	require.Equal(t, []string{"example.com/a", "example.com/b", "example.com/c", "example.com/main"}, f.Known)
	var keys []string
	for _, s := range f.Summaries {
		keys = append(keys, s.Key)
		require.Equal(t, facts["example.com/a"].Summaries[0].Data, s.Data, "the very bytes")
	}
	require.Equal(t, []string{"example.com/a.F", "example.com/b.F", "example.com/c.G"}, keys)
	m, err := lockmodel.Decode(f.Model)
	require.NoError(t, err)
	require.Equal(t, []string{"mailbox", "namespace"}, m.ClassNames())
	require.Empty(t, f.Inferred, "nothing was inferred here")

	// A second step adds nothing but the name of the package.
	again := factOf(map[string]*Fact{"example.com/d": f}, "example.com/d")
	require.Equal(t, f.Summaries, again.Summaries)
	require.Equal(t, f.Model, again.Model)
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
	facts["example.com/a"].Summaries[1].Data = []byte{0xff}
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
const maxEmpty = 800

func TestFactOfNothingIsSmall(t *testing.T) {
	require.Less(t, len(encodeFact(t, &Fact{})), maxEmpty)
	require.Equal(t, "lockstate", (&Fact{}).String(), "the facts of fixtures are not spelled out")
}
