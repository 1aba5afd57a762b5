// Package diag holds what the checks share: how a report is worded, where its
// categories are documented, which ignore silences it, and which pair of locks
// of a call is the one to name. It decides no rule but the order of classes,
// which two checks have to agree on, and it reads no source.
package diag

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
)

// Page is the page on which every category and every check has a section.
const Page = "https://github.com/lockvet/lockvet/blob/main/docs/rules.md"

// URL returns the address of the section of a category, or of a check.
func URL(section string) string { return Page + "#" + section }

// Doc returns the Doc of an analyzer from the text of its doc.go: the package
// comment from below the heading "# Analyzer NAME". It panics if there is no
// such heading.
func Doc(source string) string {
	var out []string
	found := false
	for line := range strings.Lines(source) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "package ") {
			break
		}
		line = strings.TrimPrefix(strings.TrimPrefix(line, "//"), " ")
		if found {
			out = append(out, line)
		}
		found = found || strings.HasPrefix(line, "# Analyzer ")
	}
	if !found {
		panic("internal error: doc.go has no heading \"# Analyzer\"")
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// A Result is what a check hands to the check of the directives.
type Result struct {
	Reported   int
	Suppressed int        // diagnostics that an ignore kept from being reported
	Silenced   []Silenced // the ignores that did, at least one for each of these
}

// Add adds the counts and ignores of other to r.
func (r *Result) Add(other *Result) {
	r.Reported += other.Reported
	r.Suppressed += other.Suppressed
	r.Silenced = append(r.Silenced, other.Silenced...)
}

// A Silenced is a use of an ignore. Ignore is its index in the list of the
// package's ignores.
type Silenced struct {
	Ignore   int
	Category string
}

// A Reporter collects the diagnostics of one check of one package. It is used
// by one goroutine.
type Reporter struct {
	pass *analysis.Pass
	res  *analyzer.Result
	list []analysis.Diagnostic

	files map[string]*token.File // by "dir/file.go"; nil until needed
}

// NewReporter returns a reporter that will report to pass.
func NewReporter(pass *analysis.Pass, res *analyzer.Result) *Reporter {
	return &Reporter{pass: pass, res: res}
}

// Add notes a diagnostic, for Flush. It sets the URL and makes the message
// ASCII. A diagnostic without a position, which drivers would print as "-",
// goes to the package clause.
func (r *Reporter) Add(d analysis.Diagnostic) {
	if !d.Pos.IsValid() {
		clause := Clause(r.pass)
		d.Pos, d.End = clause.Pos, clause.End
	}
	d.URL = URL(d.Category)
	d.Message = ascii(d.Message)
	if !d.End.IsValid() {
		d.End = d.Pos
	}
	d.Related = slices.DeleteFunc(d.Related, func(i analysis.RelatedInformation) bool { return !i.Pos.IsValid() })
	for i := range d.Related {
		d.Related[i].Message = ascii(d.Related[i].Message)
	}
	r.list = append(r.list, d)
}

// Clause returns the package clause of the file whose name sorts first. The
// pass must have a file.
func Clause(pass *analysis.Pass) analyzer.Range {
	f := slices.MinFunc(pass.Files, func(a, b *ast.File) int {
		return cmp.Compare(pass.Fset.File(a.Package).Name(), pass.Fset.File(b.Package).Name())
	})
	return analyzer.Range{Pos: f.Package, End: f.Name.End()}
}

// Flush reports what was added: sorted by position, one diagnostic for a
// position and a category, without those that an ignore silences. Of several
// for one position and category the first added is kept.
func (r *Reporter) Flush() *Result {
	where := func(pos token.Pos) token.Position { return r.pass.Fset.PositionFor(pos, false) }
	slices.SortStableFunc(r.list, func(a, b analysis.Diagnostic) int {
		p, q := where(a.Pos), where(b.Pos)
		return cmp.Or(cmp.Compare(p.Filename, q.Filename), cmp.Compare(p.Offset, q.Offset), cmp.Compare(a.Category, b.Category))
	})
	list := slices.CompactFunc(r.list, func(a, b analysis.Diagnostic) bool {
		return a.Pos == b.Pos && a.Category == b.Category
	})
	out := &Result{}
	for _, d := range list {
		if by := r.ignores(d); by != nil {
			out.Suppressed++
			out.Silenced = append(out.Silenced, by...)
			continue
		}
		r.pass.Report(d)
		out.Reported++
	}
	r.list = nil
	return out
}

// ignores returns the ignores that cover d. All count as used: which of two is
// the one too many is not for a check to say.
func (r *Reporter) ignores(d analysis.Diagnostic) []Silenced {
	if r.res.Directives == nil {
		return nil
	}
	var out []Silenced
	for i := range r.res.Directives.Ignores {
		if r.res.Directives.Ignores[i].Silences(r.pass.Fset, d.Pos, d.Category) {
			out = append(out, Silenced{i, d.Category})
		}
	}
	return out
}
