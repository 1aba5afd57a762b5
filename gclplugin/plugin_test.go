package gclplugin

import (
	"go/parser"
	"go/token"
	"reflect"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet"
)

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		conf any
		want Infer
	}{
		{nil, ""},
		{map[string]any{}, ""},
		{map[string]any{"infer": false}, ""},
		{map[string]any{"infer": true}, "all"},
		{map[string]any{"infer": "all"}, "all"},
		{map[string]any{"infer": "module"}, "module"},
	} {
		p, err := New(c.conf)
		require.NoError(t, err)
		assert.Equal(t, plugin{Settings{c.want}}, p)
	}
	for conf, message := range map[any]string{"some": `infer: "some": use true, false, all or module`, 3: "infer: 3: use"} {
		_, err := New(map[string]any{"infer": conf})
		require.ErrorContains(t, err, message)
	}
	_, err := New(map[string]any{"infre": true})
	require.ErrorContains(t, err, `unknown field "infre"`)
}

func TestIsRegistered(t *testing.T) {
	construct, err := register.GetPlugin("lockvet")
	require.NoError(t, err)
	p, err := construct(nil)
	require.NoError(t, err)
	assert.Equal(t, register.LoadModeTypesInfo, p.GetLoadMode())
}

func TestAnalyzersAreCopiesOfTheWholeSuite(t *testing.T) {
	p, err := New(nil)
	require.NoError(t, err)
	analyzers, err := p.BuildAnalyzers()
	require.NoError(t, err)
	require.NoError(t, analysis.Validate(analyzers))
	suite := lockvet.Suite()
	require.Len(t, analyzers, len(suite))
	for i, a := range analyzers {
		assert.Equal(t, suite[i].Name, a.Name)
		for _, r := range a.Requires {
			assert.NotContains(t, suite, r, "%s requires the model of a copy", a.Name)
		}
	}
}

// TestFold runs a folded analyzer that requires another, and sees the result
// of the one and the diagnostic of the other.
func TestFold(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "/src/copy.go", "package p\n\nvar a,\n\tb int\n", 0)
	require.NoError(t, err)
	line := func(n int) token.Pos { return fset.File(file.Pos()).LineStart(n) }

	core := &analysis.Analyzer{Name: "core", ResultType: reflect.TypeFor[string](), Run: func(*analysis.Pass) (any, error) { return "seen", nil }}
	check := &analysis.Analyzer{Name: "check", Requires: []*analysis.Analyzer{core}, Run: func(pass *analysis.Pass) (any, error) {
		pass.Report(analysis.Diagnostic{Pos: line(4), Category: "order", Message: pass.ResultOf[core].(string),
			Related: []analysis.RelatedInformation{{Pos: line(3), Message: "taken here"}, {Pos: line(4), Message: "wanted here"}}})
		pass.Report(analysis.Diagnostic{Pos: line(4), Category: "leak", Message: "alone"})
		return nil, nil
	}}
	copies := fold([]*analysis.Analyzer{core, check})
	var got []analysis.Diagnostic
	_, err = copies[1].Run(&analysis.Pass{
		Analyzer: copies[1], Fset: fset, ResultOf: map[*analysis.Analyzer]any{copies[0]: "seen"},
		Report: func(d analysis.Diagnostic) { got = append(got, d) },
	})
	require.NoError(t, err)
	assert.Equal(t, []analysis.Diagnostic{
		{Pos: line(4), Category: "order", Message: "seen [order] (copy.go:3: taken here; copy.go:4: wanted here)"},
		{Pos: line(4), Category: "leak", Message: "alone [leak]"},
	}, got)
}
