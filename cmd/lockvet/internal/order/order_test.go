package order

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// mail is the order of the lock model with one violation, one undeclared edge,
// one that is only declared, and two locks of one class.
func mail() []report.Edge {
	return []report.Edge{
		{Outer: "namespace", Inner: "mailbox", Count: 12, Witness: "imap/copy.go:31", Declared: true},
		{Outer: "namespace", Inner: "mboxname", Count: 4, Witness: "imap/list.go:9", Declared: true},
		{Outer: "namespace", Inner: "index", Count: 9, Witness: "imap/index.go:77", Declared: true},
		{Outer: "namespace", Inner: "namespace", Count: 2, Witness: "sync/apply.go:8"},
		{Outer: "mailbox", Inner: "namespace", Count: 1, Witness: "quota/quota.go:31"},
		{Outer: "mailbox", Inner: "index", Count: 7, Witness: "imap/index.go:80"},
		{Outer: "namespace", Inner: "journal", Declared: true},
		{Outer: "index", Inner: "cache.mu", Count: 3, Witness: "imap/cache.go:5"},
		{Outer: "namespace", Inner: "cache.mu", Count: 1, Witness: "imap/cache.go:9"},
	}
}

func TestEdgeKinds(t *testing.T) {
	kinds := map[string]Kind{}
	for _, e := range New(mail()).Edges {
		kinds[e.Outer+" "+e.Inner] = e.Kind
	}
	assert.Equal(t, map[string]Kind{
		"namespace mailbox": Kept, "namespace mboxname": Kept, "namespace index": Kept, "namespace namespace": Undeclared,
		"mailbox namespace": Violation, "mailbox index": Undeclared, "namespace journal": Unseen, "index cache.mu": Undeclared,
		"namespace cache.mu": Undeclared,
	}, kinds)
}

func TestAnOrderThatFollowsIsKept(t *testing.T) {
	g := New([]report.Edge{
		{Outer: "a", Inner: "b", Declared: true}, {Outer: "b", Inner: "c", Declared: true},
		{Outer: "a", Inner: "c", Count: 1}, {Outer: "d", Inner: "a", Count: 1},
	})
	assert.Equal(t, []Kind{Unseen, Kept, Unseen, Undeclared}, []Kind{g.Edges[0].Kind, g.Edges[1].Kind, g.Edges[2].Kind, g.Edges[3].Kind})
}

func TestDirectivesStateOnlyWhatIsKeptAndNew(t *testing.T) {
	written, unkept := New(mail()).Directives()
	assert.Equal(t, []string{"//lockvet:order mailbox index cache.mu"}, written)
	require.Len(t, unkept, 1)
	assert.Equal(t, "mailbox", unkept[0].Outer)
}

func TestDirectivesLeaveRingsOut(t *testing.T) {
	written, unkept := New([]report.Edge{
		{Outer: "a", Inner: "b", Count: 1}, {Outer: "b", Inner: "a", Count: 1}, {Outer: "b", Inner: "c", Count: 1},
		{Outer: "c", Inner: "d", Count: 1}, {Outer: "b", Inner: "d", Count: 1},
	}).Directives()
	assert.Equal(t, []string{"//lockvet:order b c d"}, written)
	assert.Len(t, unkept, 2)
}

func TestDeclaredRingEnds(t *testing.T) {
	g := New([]report.Edge{{Outer: "a", Inner: "b", Declared: true}, {Outer: "b", Inner: "a", Declared: true}})
	written, unkept := g.Directives()
	assert.Empty(t, written)
	assert.Empty(t, unkept)
	require.NoError(t, SVG(io.Discard, g))
}

func TestText(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, Text(&out, New(mail()[3:7])))
	assert.Equal(t, strings.TrimLeft(`
OUTER      INNER      TIMES  ORDER               FOR EXAMPLE
mailbox    index      7      undeclared          imap/index.go:80
mailbox    namespace  1      undeclared          quota/quota.go:31
namespace  journal    0      declared, not seen  
namespace  namespace  2      two of a class      sync/apply.go:8
`, "\n"), out.String())
}

func TestDOTMarksViolationsAndUndeclaredEdges(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, DOT(&out, New(mail())))
	assert.Contains(t, out.String(), `"mailbox" -> "namespace" [color="#c62828", label="1", penwidth=2, constraint=false, tooltip="quota/quota.go:31"];`)
	assert.Contains(t, out.String(), `"mailbox" -> "index" [color="#2b5f9e", label="7", style=dashed,`)
	assert.Equal(t, `"a\"b\\c"`, quote(`a"b\c`))
}

func TestSVGIsWellFormed(t *testing.T) {
	var out bytes.Buffer
	edges := append(mail(), report.Edge{Outer: "m[a<b>&c].mu", Inner: "index", Count: 1, Witness: `"x<y"`})
	require.NoError(t, SVG(&out, New(edges)))
	if file := os.Getenv("LOCKVET_SVG"); file != "" {
		require.NoError(t, os.WriteFile(file, out.Bytes(), 0o644))
	}
	for decoder := xml.NewDecoder(&out); ; {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
}

// TestLayout holds for any graph: boxes do not overlap, nothing is drawn outside
// of the picture or over the legend, and the order of the input does not show.
func TestLayout(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	names := strings.Fields("a b c d e f g h")
	for range 200 {
		var edges []report.Edge
		for _, outer := range names {
			for _, inner := range names {
				if random.IntN(6) == 0 {
					edges = append(edges, report.Edge{Outer: outer, Inner: inner, Count: random.IntN(3), Declared: random.IntN(2) == 0})
				}
			}
		}
		var first, second bytes.Buffer
		require.NoError(t, SVG(&first, New(edges)))
		random.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
		require.NoError(t, SVG(&second, New(edges)))
		require.Equal(t, first.String(), second.String())

		g := New(edges)
		l := newLayout(g)
		above, below := l.arcRoom()
		for _, r := range l.routes {
			_, label := edgePath(g, r)
			require.Greater(t, label.y, -above-1)
			require.Less(t, label.y, l.height+below+1)
		}
		for _, layer := range l.layers {
			for i := 1; i < len(layer); i++ {
				gap := (layer[i].x - layer[i].width/2) - (layer[i-1].x + layer[i-1].width/2)
				require.GreaterOrEqual(t, gap, nodeGap-0.01, "boxes overlap")
			}
		}
	}
}
