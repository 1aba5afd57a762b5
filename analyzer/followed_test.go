package analyzer

import (
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// TestFollowed compares the summaries that docs/how-it-works.md shows of the
// lock that it follows with those in the facts.
func TestFollowed(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join("..", "testdata", "src"))
	require.NoError(t, err)
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: dir}, "./mailserver_bugs/message")
	require.NoError(t, err)
	require.Zero(t, packages.PrintErrors(pkgs))
	graph, err := checker.Analyze([]*analysis.Analyzer{Analyzer}, pkgs, nil)
	require.NoError(t, err)

	text := map[string]string{}
	for action := range graph.All() {
		require.NoError(t, action.Err)
		for _, f := range ownSummaries(action.Package.Types, action) {
			text[f.Key[strings.LastIndexByte(f.Key, '/')+1:]] = showSummary(t, f)
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "docs", "how-it-works.md"))
	require.NoError(t, err)
	for _, name := range []string{"target.Open", "message.CopyTo"} {
		want := "```text\n" + name + "\n" + text[name] + "```\n"
		assert.Contains(t, string(page), want, "docs/how-it-works.md shows another summary than\n%s", want)
	}
}

// ownSummaries returns the summaries of functions of pkg in its fact.
func ownSummaries(pkg *types.Package, action *checker.Action) []FuncFact {
	var fact Fact
	if !action.PackageFact(pkg, &fact) {
		return nil
	}
	var own []FuncFact
	for _, f := range fact.Summaries {
		if strings.HasPrefix(f.Key, pkg.Path()+".") {
			own = append(own, f)
		}
	}
	return own
}

// showSummary writes a summary for a reader, of the memory that was written the
// fields only.
func showSummary(t *testing.T, f FuncFact) string {
	t.Helper()
	r := &reader{b: f.Data, a: &unit{t: lockset.NewTable(), modes: map[*lockset.Value]map[string]lockmodel.Mode{}}}
	s := r.summary()
	require.NoError(t, r.err)
	var b strings.Builder
	for _, e := range s.events {
		fmt.Fprintf(&b, "  %s %s, %s, key %s%s\n", [...]string{"acquire", "require", "release", "call", "order", "join"}[e.kind], e.class, e.mode, e.key, conditions(e.guard))
		for h := e.chain; h != nil; h = h.next {
			fmt.Fprintf(&b, "    by %s at %s\n", h.name, h.pos)
		}
	}
	for _, x := range s.exits {
		fmt.Fprintf(&b, "  exit %s%s\n", x.results, conditions(x.guard))
		for _, l := range x.held {
			fmt.Fprintf(&b, "    held %s, %s, key %s, by %s\n", l.Class, l.Mode, l.Key, l.Guard)
		}
		var fields []string
		for _, w := range x.writes {
			if w.place.Op == lockset.OpField {
				fields = append(fields, fmt.Sprintf("    with %s = %s\n", w.place, w.val))
			}
		}
		slices.Sort(fields)
		b.WriteString(strings.Join(fields, ""))
	}
	return b.String()
}

func conditions(facts lockset.Facts) string {
	var b strings.Builder
	for _, f := range facts {
		fmt.Fprintf(&b, ", if %s is %t", f.Cond, f.True)
	}
	return b.String()
}
