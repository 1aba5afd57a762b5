package diag_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/internal/diag"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
)

// reporting returns a check that adds the given diagnostics in their order.
func reporting(list ...analysis.Diagnostic) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "reporting", Requires: []*analysis.Analyzer{analyzer.Analyzer},
		Run: func(pass *analysis.Pass) (any, error) {
			r := diag.NewReporter(pass, pass.ResultOf[analyzer.Analyzer].(*analyzer.Result))
			for _, d := range list {
				r.Add(d)
			}
			return r.Flush(), nil
		},
	}
}

func at(r analyzer.Range, category, message string) analysis.Diagnostic {
	return analysis.Diagnostic{Pos: r.Pos, End: r.End, Category: category, Message: message}
}

// Files are sorted by name, not by the order in which they were read.
func TestSorted(t *testing.T) {
	p := diagtest.New(t)
	p.AddFile("append.go", "package imap\nvar _ = 0\nvar _ = 0\n")
	check := reporting(
		at(p.In("select.go", 3), "order", "fifth"),
		at(p.At(30), "order", "fourth"),
		at(p.At(20), "retired", "third"),
		at(p.At(20), "order", "second"),
		at(p.In("append.go", 2), "order", "first"),
	)
	assert.Equal(t, []string{
		"append.go:2: order: first", "copy.go:20: order: second", "copy.go:20: retired: third", "copy.go:30: order: fourth", "select.go:3: order: fifth",
	}, p.Reports(check, diagtest.Mail()))
}

func TestOneForAPositionAndCategory(t *testing.T) {
	p := diagtest.New(t)
	check := reporting(at(p.At(20), "order", "the first"), at(p.At(20), "order", "another"), at(p.At(20), "leak", "a third"))
	list, result := p.Run(check, diagtest.Mail(), nil)
	assert.Equal(t, []string{"copy.go:20: leak: a third", "copy.go:20: order: the first"}, p.Lines(list))
	assert.Equal(t, 2, result.Reported)
}

func TestIgnores(t *testing.T) {
	p := diagtest.New(t)
	check := reporting(at(p.At(20), "order", "silenced"), at(p.At(20), "leak", "another category"), at(p.At(21), "order", "another line"),
		at(p.In("select.go", 20), "order", "another file"))
	res := diagtest.Mail()
	res.Directives.Ignores = []lockmodel.Ignore{p.Ignore(5, "order"), p.Ignore(20, "order", "retired"), p.Ignore(20, "order")}
	list, result := p.Run(check, res, nil)
	assert.Equal(t, []string{
		"copy.go:20: leak: another category", "copy.go:21: order: another line", "select.go:20: order: another file",
	}, p.Lines(list))
	assert.Equal(t, &diag.Result{
		Reported: 3, Suppressed: 1, Silenced: []diag.Silenced{{Ignore: 1, Category: "order"}, {Ignore: 2, Category: "order"}},
	}, result)
}

// A report needs an end, and one line of ASCII.
func TestForm(t *testing.T) {
	p := diagtest.New(t)
	d := at(p.At(20), "order", "key \"\u00e9\"\n\tof `a\\b`")
	d.Related = []analysis.RelatedInformation{{Pos: d.Pos, Message: "caf\u00e9"}}
	list, _ := p.Run(reporting(d), diagtest.Mail(), nil)
	require.Len(t, list, 1)
	assert.Equal(t, "key \"\\u00e9\"\\n\\tof `a\\b`", list[0].Message)
	assert.Equal(t, `caf\u00e9`, list[0].Related[0].Message)
	assert.Equal(t, "https://github.com/lockvet/lockvet/blob/main/docs/rules.md#order", list[0].URL)
}

// What has no place goes to the package clause of the first file.
func TestNoPosition(t *testing.T) {
	p := diagtest.New(t)
	p.AddFile("append.go", "// Package imap\npackage imap\n")
	d := analysis.Diagnostic{Category: "order", Message: "nowhere", Related: []analysis.RelatedInformation{{Message: "nowhere too"}}}
	list, _ := p.Run(reporting(d), diagtest.Mail(), nil)
	assert.Equal(t, []string{"append.go:2: order: nowhere"}, p.Lines(list))
	assert.Empty(t, p.Related(list[0]))
}

func TestDoc(t *testing.T) {
	assert.Equal(t, "x: y\n\n\tcode // z\n\n# Category c\n\nText.",
		diag.Doc("// Package x does.\n//\n// # Analyzer x\n//\n// x: y\n//\n//\tcode // z\n//\n// # Category c\n//\n// Text.\npackage x\n\nvar y = 0\n"))
	assert.Panics(t, func() { diag.Doc("// Package x does.\npackage x\n") })
}

func TestOrderedCall(t *testing.T) {
	m := diagtest.Mail().Model
	assert.Equal(t, "LockUsers", diag.OrderedCall(m, "namespace"), "the one that is told its keys, though its name is longer")
	assert.Empty(t, diag.OrderedCall(m, "mailbox"))
	m.Funcs["mail/x.TryBoth"] = &lockmodel.Func{
		Key: "mail/x.TryBoth", Effects: []lockmodel.Effect{{Kind: lockmodel.Acquire, Class: "mailbox", Ordered: true, Try: true}},
	}
	assert.Empty(t, diag.OrderedCall(m, "mailbox"), "an attempt is no remedy")
	m.Funcs["mail/x.Both"] = &lockmodel.Func{
		Key: "mail/x.Both", Effects: []lockmodel.Effect{{Kind: lockmodel.Acquire, Class: "mailbox", Ordered: true}},
	}
	assert.Equal(t, "Both", diag.OrderedCall(m, "mailbox"))
}

func TestCallee(t *testing.T) {
	for name, want := range map[string]string{"Len": "store.Table.Len", "t.Len": "t.Len", "Table.Len": "Table.Len", "en": "en"} {
		assert.Equal(t, want, diag.Callee(name, diagtest.Hops("store.Table.Len", "Lock")))
	}
	assert.Equal(t, "Len", diag.Callee("Len", nil))
}

func TestChain(t *testing.T) {
	cases := []struct {
		name  string
		chain []analyzer.Hop
		want  string
	}{
		{"f", diagtest.Hops("f at a/a.go:1", "g at a/a.go:2", "Lock at b/b.go:3"), "f calls g calls Lock (b/b.go:3)"},
		{"f", diagtest.Hops("Lock at b/b.go:3"), "f calls Lock (b/b.go:3)"},
		{"Lock", diagtest.Hops("Lock at b/b.go:3"), "Lock (b/b.go:3)"},
		{"function value", diagtest.Hops("func literal in f at a/a.go:1", "Lock at b/b.go:3"), "func literal in f calls Lock (b/b.go:3)"},
		{"ranging over all", diagtest.Hops("Lock"), "Lock"},
	}
	for _, c := range cases {
		assert.Equal(t, c.want, diag.Chain(c.name, c.chain))
	}
	assert.Empty(t, diag.Steps("f", nil))
}
