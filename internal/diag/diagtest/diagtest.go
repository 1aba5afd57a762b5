// Package diagtest runs a check on results that a test makes up, without the
// analysis that would find them. It loads no code.
package diagtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/internal/diag"
)

// A Package is a made-up package of two files, mail/imap/copy.go and
// mail/imap/select.go, of 99 lines each, in which every line begins with a
// declaration. To look-ups it declares the functions enter and visit and the
// type Ledger.
type Package struct {
	t     *testing.T
	fset  *token.FileSet
	files []*ast.File
	pkg   *types.Package
}

// New returns the package.
func New(t *testing.T) *Package {
	t.Helper()
	p := &Package{t: t, fset: token.NewFileSet(), pkg: types.NewPackage("mail/imap", "imap")}
	nothing := types.NewSignatureType(nil, nil, nil, nil, nil, false)
	for _, name := range []string{"enter", "visit"} {
		p.pkg.Scope().Insert(types.NewFunc(token.NoPos, p.pkg, name, nothing))
	}
	p.pkg.Scope().Insert(types.NewTypeName(token.NoPos, p.pkg, "Ledger", types.Typ[types.Int]))
	for _, name := range []string{"copy.go", "select.go"} {
		p.AddFile(name, "package imap\n"+strings.Repeat("var _ = 0\n", 98))
	}
	return p
}

// AddFile adds a file of the given text.
func (p *Package) AddFile(name, text string) *ast.File {
	p.t.Helper()
	f, err := parser.ParseFile(p.fset, filepath.Join("mail", "imap", name), text, parser.ParseComments)
	require.NoError(p.t, err)
	p.files = append(p.files, f)
	return f
}

// At returns a range of four bytes in column 5 of a line of copy.go.
func (p *Package) At(line int) analyzer.Range { return p.In("copy.go", line) }

// In is At for any file.
func (p *Package) In(name string, line int) analyzer.Range {
	p.t.Helper()
	for _, f := range p.files {
		if tf := p.fset.File(f.FileStart); filepath.Base(tf.Name()) == name {
			pos := tf.LineStart(line) + 4
			return analyzer.Range{Pos: pos, End: pos + 4}
		}
	}
	require.Fail(p.t, "no file", name)
	return analyzer.Range{}
}

// Site returns a site in copy.go, at which a call itself took a lock.
func (p *Package) Site(line int) analyzer.Site { return p.SiteIn("copy.go", line) }

// SiteIn is Site for any file.
func (p *Package) SiteIn(name string, line int) analyzer.Site {
	p.t.Helper()
	return analyzer.Site{Range: p.In(name, line), Line: line, File: name}
}

// Ignore returns a directive that stands on a line of copy.go and silences it.
func (p *Package) Ignore(line int, categories ...string) lockmodel.Ignore {
	p.t.Helper()
	at := p.At(line)
	return lockmodel.Ignore{
		Pos: at.Pos, End: at.End, File: p.fset.Position(at.Pos).Filename,
		Line: line, Covers: []int{line}, Categories: categories, Reason: "a reason",
	}
}

// Run runs a check on res and returns what it reports, and what it hands to
// the check of the directives. Results of the other checks it needs are taken
// from others.
func (p *Package) Run(a *analysis.Analyzer, res *analyzer.Result, others map[*analysis.Analyzer]*diag.Result) ([]analysis.Diagnostic, *diag.Result) {
	p.t.Helper()
	var out []analysis.Diagnostic
	pass := &analysis.Pass{
		Analyzer: a, Fset: p.fset, Files: p.files, Pkg: p.pkg,
		ResultOf: map[*analysis.Analyzer]any{analyzer.Analyzer: res},
		Report:   func(d analysis.Diagnostic) { out = append(out, d) },
	}
	for _, need := range a.Requires {
		if need == analyzer.Analyzer {
			continue
		}
		pass.ResultOf[need] = &diag.Result{}
		if r := others[need]; r != nil {
			pass.ResultOf[need] = r
		}
	}
	result, err := a.Run(pass)
	require.NoError(p.t, err)
	require.IsType(p.t, &diag.Result{}, result)
	return out, result.(*diag.Result)
}

// Reports runs a check on res and returns a line for each report,
// "copy.go:41: category: message". It fails the test if a report lacks what
// every report has: a URL to its category, an end, places of its own package.
func (p *Package) Reports(a *analysis.Analyzer, res *analyzer.Result) []string {
	p.t.Helper()
	list, _ := p.Run(a, res, nil)
	return p.Lines(list)
}

// Lines returns diagnostics as Reports does.
func (p *Package) Lines(list []analysis.Diagnostic) []string {
	p.t.Helper()
	var out []string
	for _, d := range list {
		require.Equal(p.t, diag.URL(d.Category), d.URL)
		require.Greater(p.t, d.End, d.Pos, "no end: %s", d.Message)
		for _, r := range d.Related {
			require.NotNil(p.t, p.fset.File(r.Pos), "no place: %s", r.Message)
		}
		out = append(out, p.place(d.Pos)+": "+d.Category+": "+d.Message)
	}
	return out
}

// Related returns the related lines of a diagnostic, "copy.go:41: message".
func (p *Package) Related(d analysis.Diagnostic) []string {
	p.t.Helper()
	var out []string
	for _, r := range d.Related {
		out = append(out, p.place(r.Pos)+": "+r.Message)
	}
	return out
}

func (p *Package) place(pos token.Pos) string {
	at := p.fset.Position(pos)
	return fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)
}

// Hops makes a chain: each step is "name" or "name at dir/file.go:31".
func Hops(steps ...string) []analyzer.Hop {
	var out []analyzer.Hop
	for _, s := range steps {
		name, pos, _ := strings.Cut(s, " at ")
		out = append(out, analyzer.Hop{Name: name, Pos: pos})
	}
	return out
}

// Mail returns a result with the classes of a mail store and no events:
// namespace, which is ordered, before mailbox, mboxname and index.
func Mail() *analyzer.Result {
	m := lockmodel.New()
	for _, name := range []string{"namespace", "mailbox", "mboxname", "index"} {
		m.Classes[name] = &lockmodel.Class{Name: name, Ordered: name == "namespace"}
	}
	for _, inner := range []string{"index", "mailbox", "mboxname"} {
		m.Edges = append(m.Edges, lockmodel.Edge{Outer: "namespace", Inner: inner, Pos: "api.go:1"})
	}
	m.Funcs["(*mail/nslock.Owner).LockUsers"] = &lockmodel.Func{
		Key: "(*mail/nslock.Owner).LockUsers",
		Effects: []lockmodel.Effect{{
			Kind: lockmodel.Acquire, Class: "namespace", Ordered: true, Keys: []lockmodel.Path{{Root: 2}},
		}},
	}
	m.Funcs["(*mail/nslock.Owner).LockAll"] = &lockmodel.Func{
		Key:     "(*mail/nslock.Owner).LockAll",
		Effects: []lockmodel.Effect{{Kind: lockmodel.Acquire, Class: "namespace", Ordered: true}},
	}
	return &analyzer.Result{Model: m, Order: m.Order(), Directives: &lockmodel.Package{Own: m, Merged: m}}
}
