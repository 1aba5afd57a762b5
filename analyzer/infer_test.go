package analyzer

import (
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
)

func TestInferScopeIsAFlag(t *testing.T) {
	var s inferScope
	assert.Equal(t, "all", s.String())
	require.NoError(t, s.Set("module"))
	assert.Equal(t, "module", s.String())
	require.NoError(t, s.Set("all"))
	assert.Equal(t, "all", s.String())
	require.EqualError(t, s.Set("main"), `"main" is neither all nor module`)
	assert.Equal(t, "all", s.String(), "a bad value changes nothing")
}

func TestInfers(t *testing.T) {
	main := &analysis.Module{Path: "example.com/app"}
	dependency := &analysis.Module{Path: "example.com/lib", Version: "v1.2.3"}
	for _, c := range []struct {
		name   string
		infer  bool
		scope  string
		path   string
		module *analysis.Module
		want   bool
	}{
		{"off", false, "all", "example.com/app", main, false},
		{"off in the module", false, "module", "example.com/app", main, false},
		{"all, main module", true, "all", "example.com/app", main, true},
		{"all, dependency", true, "all", "example.com/lib", dependency, true},
		{"all, standard library", true, "all", "net/http", nil, true},
		{"module, main module", true, "module", "example.com/app/store", main, true},
		{"module, dependency", true, "module", "example.com/lib", dependency, false},
		{"module, standard library without a module", true, "module", "net/http", nil, false},
		{"module, standard library with an empty one", true, "module", "net/http", &analysis.Module{}, false},
		{"module, standard library as a module", true, "module", "net/http", &analysis.Module{Path: "std"}, false},
		{"module, a build without modules", true, "module", "example.com/app", nil, true},
		{"module, files named one by one", true, "module", "command-line-arguments", nil, true},
	} {
		v := &vet{inferOn: c.infer}
		require.NoError(t, v.scope.Set(c.scope))
		assert.Equal(t, c.want, v.infers(&analysis.Pass{Pkg: types.NewPackage(c.path, "p"), Module: c.module}), c.name)
	}
}
