package analyzer

import (
	"bytes"
	"encoding/gob"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// TestSameBytes analyses the fixtures again and again: the same input has the
// same facts, byte for byte, whatever the order in which maps are walked.
func TestSameBytes(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join("..", "testdata", "src"))
	require.NoError(t, err)
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: dir}, "./inversion/...", "./infer/...", "./followed/...")
	require.NoError(t, err)
	facts := func() map[string]string {
		out := make(map[string]string)
		own := *Analyzer
		graph, err := checker.Analyze([]*analysis.Analyzer{{
			Name: "same", Doc: "same\n\nIt compares facts.", Requires: []*analysis.Analyzer{&own},
			Run: func(*analysis.Pass) (any, error) { return nil, nil },
		}}, pkgs, nil)
		require.NoError(t, err)
		for act := range graph.All() {
			fact := new(Fact)
			if act.Analyzer == &own && act.PackageFact(act.Package.Types, fact) {
				var b bytes.Buffer
				require.NoError(t, gob.NewEncoder(&b).Encode(fact))
				out[act.Package.PkgPath] = b.String()
			}
		}
		return out
	}
	first := facts()
	require.NotEmpty(t, first)
	for range 3 {
		for path, b := range facts() {
			if first[path] != b { // too long to be shown
				require.Fail(t, "another fact than the first time", path)
			}
		}
	}
}
