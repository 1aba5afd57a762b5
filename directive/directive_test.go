package directive_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/directive"
	"github.com/lockvet/lockvet/internal/diag"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/inversion"
	"github.com/lockvet/lockvet/nsorder"
)

func TestNothing(t *testing.T) {
	p := diagtest.New(t)
	assert.Empty(t, p.Reports(directive.Analyzer, &analyzer.Result{}), "a package that was left at once")
}

func TestProblems(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	bad := p.At(5)
	res.Directives.Problems = []lockmodel.Problem{{Pos: bad.Pos, End: bad.End, Category: lockmodel.BadDirective, Message: "unknown verb \"aquire\""}}
	assert.Equal(t, []string{`copy.go:5: bad-directive: unknown verb "aquire"`}, p.Reports(directive.Analyzer, res))

	res.Directives.Ignores = []lockmodel.Ignore{p.Ignore(5, lockmodel.BadDirective)}
	list, result := p.Run(directive.Analyzer, res, nil)
	assert.Empty(t, list)
	assert.Equal(t, 1, result.Suppressed)
}

// What the other checks did not need is stale, each category on its own.
func TestStale(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Directives.Ignores = []lockmodel.Ignore{
		p.Ignore(10, "order"),
		p.Ignore(20, "order", "leak"),
		p.Ignore(30, "order", "users-unordered"),
		p.Ignore(40, "order", "leak"),
	}
	others := map[*analysis.Analyzer]*diag.Result{
		inversion.Analyzer: {Suppressed: 2, Silenced: []diag.Silenced{{Ignore: 0, Category: "order"}, {Ignore: 1, Category: "order"}, {Ignore: 2, Category: "order"}}},
		nsorder.Analyzer:   {Suppressed: 1, Silenced: []diag.Silenced{{Ignore: 2, Category: "users-unordered"}}},
	}
	list, result := p.Run(directive.Analyzer, res, others)
	assert.Equal(t, []string{
		"copy.go:20: stale-ignore: ignoring leak silences nothing; take that out of the list",
		"copy.go:40: stale-ignore: ignoring order and leak silences nothing; remove it",
	}, p.Lines(list))
	assert.Equal(t, &diag.Result{Reported: 2}, result)
}

func TestStaleOfInferred(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Directives.Ignores = []lockmodel.Ignore{p.Ignore(10, "cycle"), p.Ignore(20, "relock"), p.Ignore(30, "unordered")}
	assert.Empty(t, p.Reports(directive.Analyzer, res), "a run with -infer may need them")
	res.Infer = true
	assert.Len(t, p.Reports(directive.Analyzer, res), 3)
}

// An ignore may keep another one, or itself, from being called stale, and is
// then in use.
func TestStaleIgnored(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Directives.Ignores = []lockmodel.Ignore{p.Ignore(10, "order", "stale-ignore"), p.Ignore(20, "stale-ignore")}
	list, result := p.Run(directive.Analyzer, res, nil)
	assert.Empty(t, list, "the second covers its own line")
	assert.Equal(t, 2, result.Suppressed)

	elsewhere := p.Ignore(20, "stale-ignore")
	elsewhere.Covers = []int{21}
	res.Directives.Ignores = []lockmodel.Ignore{elsewhere}
	assert.Equal(t, []string{"copy.go:20: stale-ignore: ignoring stale-ignore silences nothing; remove it"}, p.Reports(directive.Analyzer, res))
}

func TestIncomplete(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Directives.Ignores = []lockmodel.Ignore{p.Ignore(10, "order")}
	res.Incomplete = []analyzer.Incomplete{{Range: p.At(50), Func: "Copy", Why: "it is too large"}, {Func: "init", Why: "no place"}}
	assert.Equal(t, []string{
		"copy.go:1: incomplete: analysing init failed: no place; its locks are not judged",
		"copy.go:50: incomplete: analysing Copy failed: it is too large; its locks are not judged",
	}, p.Reports(directive.Analyzer, res), "nothing is stale where something was not seen")

	res.Directives = nil
	assert.Len(t, p.Reports(directive.Analyzer, res), 2)
}

func TestStats(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Directives.Ignores = []lockmodel.Ignore{p.Ignore(10, "order")}
	others := map[*analysis.Analyzer]*diag.Result{
		inversion.Analyzer: {Suppressed: 3, Silenced: []diag.Silenced{{Ignore: 0, Category: "order"}}},
	}
	list, _ := p.Run(directive.Analyzer, res, others)
	assert.Empty(t, list)

	require.NoError(t, directive.Analyzer.Flags.Set("stats", "true"))
	defer func() { require.NoError(t, directive.Analyzer.Flags.Set("stats", "false")) }()
	list, _ = p.Run(directive.Analyzer, res, others)
	require.Len(t, list, 1)
	assert.Equal(t, "stats", list[0].Category)
	assert.JSONEq(t, `{"acquisitions":0,"calls":0,"unresolved":0,"suppressed":3,"bounded":0}`, list[0].Message)
}
