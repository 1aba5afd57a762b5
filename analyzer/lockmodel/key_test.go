package lockmodel_test

import (
	"bytes"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/gcexportdata"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// keySource declares every kind of object that has a key; each name occurs
// once, if it is not in the list of a test on purpose.
const keySource = `
-- ex.org/lib/lib.go --
package lib

type T struct {
	field  int
	nested struct{ deep struct{ deeper int } }
	list   []*struct{ inList int }
	dict   map[string]struct{ inMap int }
	Embedded
	ifield interface{ Unnamed() }
}

type Embedded struct{}

type (
	Alias  = struct{ aliased int }
	ofAlias struct{ a Alias }
	Copy   T
	Owner  struct{ shared int }
	After  Owner
)

type AAA Owner

type Gen[K comparable] struct{ generic K }

func (g *Gen[K]) GenMethod() {}

func (t T) Value()    {}
func (t *T) Pointer() {}

type Iface interface {
	Method()
	interface{ Inner() }
}

var (
	pkgVar   int
	anonymous struct{ varField int }
	aliasVar Alias
)

func Func() {
	local := 1
	{
		local := 2
		_ = local
	}
	type localType struct{ ltField int }
	var localAnon struct{ laField int }
	_ = func() {
		inLit := 1
		_ = inLit
	}
	_, _ = local, localAnon
}

func (t *T) WithLocal(param int) {
	inMethod := param
	_ = inMethod
}

var _ = func() { outside := 1; _ = outside }

func init() { inInit := 1; _ = inInit }
`

var wantKeys = map[string]string{
	"field":     "ex.org/lib.T.field",
	"nested":    "ex.org/lib.T.nested",
	"deep":      "ex.org/lib.T.nested.deep",
	"deeper":    "ex.org/lib.T.nested.deep.deeper",
	"inList":    "ex.org/lib.T.list.inList",
	"inMap":     "ex.org/lib.T.dict.inMap",
	"Unnamed":   "ex.org/lib.T.ifield.Unnamed",
	"aliased":   "ex.org/lib.Alias.aliased",
	"shared":    "ex.org/lib.Owner.shared",
	"generic":   "ex.org/lib.Gen.generic",
	"GenMethod": "(*ex.org/lib.Gen).GenMethod",
	"Value":     "(ex.org/lib.T).Value",
	"Pointer":   "(*ex.org/lib.T).Pointer",
	"Method":    "(ex.org/lib.Iface).Method",
	"Inner":     "ex.org/lib.Iface.Inner",
	"pkgVar":    "ex.org/lib.pkgVar",
	"varField":  "ex.org/lib.anonymous.varField",
	"aliasVar":  "ex.org/lib.aliasVar",
	"T":         "ex.org/lib.T",
	"Alias":     "ex.org/lib.Alias",
	"Func":      "ex.org/lib.Func",
	"localType": "ex.org/lib.Func.localType",
	"ltField":   "ex.org/lib.Func.localType.ltField",
	"laField":   "ex.org/lib.Func.localAnon.laField",
	"inLit":     "ex.org/lib.Func.inLit",
	"inMethod":  "ex.org/lib.T.WithLocal.inMethod",
	"param":     "ex.org/lib.T.WithLocal.param",
	"outside":   "ex.org/lib._.outside",
	"inInit":    "ex.org/lib._.inInit",
}

// isLocal tells the keys that export data does not know.
func isLocal(key string) bool {
	return strings.Contains(key, "lib.Func.") || strings.Contains(key, "WithLocal.") || strings.Contains(key, "._.")
}

func TestKeys(t *testing.T) {
	w := newWorld(t, keySource)
	byName := map[string]types.Object{}
	keys := &lockmodel.Keys{}
	var locals []string
	for _, obj := range w.infos["ex.org/lib"].Defs {
		if obj == nil {
			continue
		}
		byName[obj.Name()] = obj
		assert.Equal(t, lockmodel.Key(obj), keys.Key(obj), "with and without memory")
		if obj.Name() == "local" {
			locals = append(locals, keys.Key(obj))
		}
	}
	for name, want := range wantKeys {
		require.Contains(t, byName, name)
		assert.Equal(t, want, keys.Key(byName[name]), name)
	}
	slices.Sort(locals)
	assert.Equal(t, []string{"ex.org/lib.Func.local", "ex.org/lib.Func.local.2"}, locals)
	assert.Equal(t, "(error).Error", lockmodel.Key(types.Universe.Lookup("error").Type().Underlying().(*types.Interface).Method(0)))
	assert.Equal(t, "error", lockmodel.Key(types.Universe.Lookup("error")))
}

// A package that was read from export data gives its members the same keys as
// the package that was checked from source.
func TestKeysOfImported(t *testing.T) {
	w := newWorld(t, keySource)
	var buf bytes.Buffer
	require.NoError(t, gcexportdata.Write(&buf, w.fset, w.pkgs["ex.org/lib"]))
	pkg, err := gcexportdata.Read(&buf, token.NewFileSet(), map[string]*types.Package{}, "ex.org/lib")
	require.NoError(t, err)
	fields := map[string]string{}
	for v, key := range lockmodel.FieldKeys(w.pkgs["ex.org/lib"]) {
		fields[v.Name()] = key
	}
	n := 0
	for v, key := range lockmodel.FieldKeys(pkg) {
		assert.Equal(t, fields[v.Name()], key)
		n++
	}
	// Export data leaves out what no exported declaration leads to: ofAlias and
	// the variable.
	assert.Equal(t, len(fields)-2, n)
	for name, want := range wantKeys {
		if obj := pkg.Scope().Lookup(name); obj != nil && !isLocal(want) {
			assert.Equal(t, want, lockmodel.Key(obj), name)
		}
	}
}

// An instance of a generic type has the keys of the type, as a method and as a
// field, in another package too.
func TestKeysOfInstances(t *testing.T) {
	w := newWorld(t, keySource+`
-- use/use.go --
package use

import "ex.org/lib"

var V lib.Gen[string]
`)
	named := w.pkgs["use"].Scope().Lookup("V").Type().(*types.Named)
	method, _, _ := types.LookupFieldOrMethod(named, true, nil, "GenMethod")
	assert.Equal(t, "(*ex.org/lib.Gen).GenMethod", lockmodel.Key(method))
	assert.Equal(t, "ex.org/lib.Gen.generic", lockmodel.Key(named.Underlying().(*types.Struct).Field(0)))
	m := lockmodel.New()
	f := &lockmodel.Func{Key: "(*ex.org/lib.Gen).GenMethod"}
	assert.Nil(t, m.FuncOf(method.(*types.Func)))
	m.Funcs[f.Key] = f
	assert.Same(t, f, m.FuncOf(method.(*types.Func)))
}

// Under go vet a package with tests has a path that says so.
func TestKeysOfTestVariant(t *testing.T) {
	src := strings.ReplaceAll(keySource, "ex.org/lib/lib.go", "ex.org/lib [ex.org/lib.test]/lib.go")
	pkg := newWorld(t, src).pkgs["ex.org/lib [ex.org/lib.test]"]
	require.NotNil(t, pkg)
	assert.Equal(t, "ex.org/lib", lockmodel.PkgPath(pkg))
	scope := pkg.Scope()
	assert.Equal(t, "ex.org/lib.Func", lockmodel.Key(scope.Lookup("Func")))
	assert.Equal(t, "ex.org/lib.T.field", lockmodel.Key(scope.Lookup("T").Type().Underlying().(*types.Struct).Field(0)))
	method, _, _ := types.LookupFieldOrMethod(scope.Lookup("T").Type(), true, pkg, "Pointer")
	assert.Equal(t, "(*ex.org/lib.T).Pointer", lockmodel.Key(method))
}
