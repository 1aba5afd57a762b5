package lockmodel

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// Categories are the categories that an ignore may name, by the pass that
// reports them: inversion, nsorder, nsheld, lockleak, directive.
var Categories = []string{
	"ns-under-mailbox", "ns-under-mboxname", "order", "retired", "cycle",
	"users-unordered", "sort-key", "loop-unsorted", "unordered",
	"not-held", "shared-not-exclusive", "released-early", "mode-change", "relock",
	"leak",
	BadDirective, OrderCycle, NoReason, StaleIgnore,
}

// The categories of the directives themselves. Collect finds the first three;
// what is stale only the other passes can tell.
const (
	BadDirective = "bad-directive"
	OrderCycle   = "order-cycle"
	NoReason     = "no-reason"
	StaleIgnore  = "stale-ignore"
)

// A Package is what the directives of one package say.
type Package struct {
	Own      *Model    // what this package declares, externs included
	Merged   *Model    // Own merged with what its imports declare
	Ignores  []Ignore  // sorted by position
	Problems []Problem // sorted by position
}

// An Ignore is a well-formed ignore directive. File and all lines are those of
// the file that was read, whatever a //line comment says.
type Ignore struct {
	Pos, End   token.Pos
	File       string
	Line       int      // of the comment
	Covers     []int    // the lines it silences, ascending
	Categories []string // as written, without unknown ones
	Reason     string
}

// Silences reports whether g covers a diagnostic of category at pos.
func (g *Ignore) Silences(fset *token.FileSet, pos token.Pos, category string) bool {
	at := fset.PositionFor(pos, false)
	return at.Filename == g.File && slices.Contains(g.Covers, at.Line) && slices.Contains(g.Categories, category)
}

// A Problem is something wrong with a directive: a diagnostic to be.
type Problem struct {
	Pos, End token.Pos
	Category string // BadDirective, OrderCycle or NoReason
	Message  string
}

// Collect reads the directives of one package and binds them to its
// declarations. imported is the merged model of its imports; nil stands for an
// empty one. Collect does not change it, but the result may share its parts;
// Merged is imported itself if the package has no directives.
//
// A directive with a problem has no effect on the model.
func Collect(fset *token.FileSet, files []*ast.File, pkg *types.Package, info *types.Info, imported *Model) *Package {
	if imported == nil {
		imported = New()
	}
	// Most packages, and all of the standard library, end here.
	if !slices.ContainsFunc(files, hasDirective) {
		return &Package{Own: New(), Merged: imported}
	}
	c := &collector{
		fset: fset, pkg: pkg, info: info, imported: imported,
		own: New(), known: map[string]bool{}, keys: &Keys{}, locks: map[types.Object]string{},
		named: map[string]string{},
	}
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b *ast.File) int {
		return cmp.Compare(c.position(a.Package).Filename, c.position(b.Package).Filename)
	})
	for _, f := range files {
		if hasDirective(f) {
			c.read(f)
		}
	}
	c.learnClasses()
	for _, it := range c.items {
		c.bind(it)
	}
	c.setPositions()
	c.setGuards()
	c.findCycles()
	return c.finish()
}

// hasDirective reports whether a comment of f may be a directive.
func hasDirective(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, Prefix) {
				return true
			}
		}
	}
	return false
}

// A collector is the state of one Collect.
type collector struct {
	fset     *token.FileSet
	pkg      *types.Package
	info     *types.Info
	imported *Model

	items    []item // in the order of file names and lines
	known    map[string]bool
	keys     *Keys
	byPath   map[string]*types.Package
	edges    []ownEdge
	acquires []acquire
	locks    map[types.Object]string // the class that an object has so far
	named    map[string]string       // where a class is named first

	own      *Model
	ignores  []Ignore
	problems []Problem
}

// An item is a well-formed directive and the place where it stands.
type item struct {
	Directive
	site site
}

func (c *collector) position(pos token.Pos) token.Position { return c.fset.PositionFor(pos, false) }

// where returns a position for the model: "file.go:12".
func (c *collector) where(pos token.Pos) string {
	p := c.fset.Position(pos)
	return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)
}

func (c *collector) problem(category string, err *Error) {
	c.problems = append(c.problems, Problem{err.Pos, err.End, category, err.Message})
}

func (c *collector) bad(err *Error) { c.problem(BadDirective, err) }

// read parses the directives of a file and finds their places.
func (c *collector) read(f *ast.File) {
	sites := c.findSites(f)
	var lines *codeLines
	for _, group := range f.Comments {
		for _, comment := range group.List {
			d, err, ok := Parse(comment.Text, comment.Pos())
			switch {
			case !ok:
			case err != nil:
				c.bad(err)
				for _, class := range d.Classes { // known all the same: one mistake, one report
					if d.Verb.Text == verbClass || d.Verb.Text == verbOrder {
						c.known[class.Text] = true
					}
				}
			case d.Verb.Text == verbIgnore:
				if lines == nil {
					lines = c.findLines(f)
				}
				c.ignore(&d, lines)
			default:
				c.items = append(c.items, item{d, sites.of(comment)})
			}
		}
	}
}

// learnClasses notes every class that is declared anywhere, since a directive
// may name a class that stands further down or in another file.
func (c *collector) learnClasses() {
	for name := range c.imported.Classes {
		c.known[name] = true
	}
	for _, it := range c.items {
		if it.Verb.Text == verbClass || it.Verb.Text == verbOrder {
			for _, class := range it.Classes {
				c.known[class.Text] = true
			}
		}
	}
}

// ignore keeps an ignore, or says what it lacks.
func (c *collector) ignore(d *Directive, lines *codeLines) {
	var categories []string
	for _, w := range d.Categories {
		if !slices.Contains(Categories, w.Text) {
			c.bad(fail(w, "unknown category ", quote(w.Text), "; ",
				remedy(w.Text[strings.LastIndexByte(w.Text, '/')+1:], Categories, "the categories are", "")))
			continue
		}
		categories = append(categories, w.Text)
	}
	if d.Reason == "" {
		c.problem(NoReason, newError(d.Pos, d.End, "ignore ", joined(d.Categories),
			" gives no reason and silences nothing; write -- and why it is safe after the category"))
		return
	}
	if len(categories) == 0 {
		return
	}
	at := c.position(d.Pos)
	c.ignores = append(c.ignores, Ignore{
		Pos: d.Pos, End: d.End, File: at.Filename, Line: at.Line,
		Covers: lines.covers(at.Line), Categories: categories, Reason: d.Reason,
	})
}

// finish puts the result in order.
func (c *collector) finish() *Package {
	before := func(a, b token.Pos) int {
		p, q := c.position(a), c.position(b)
		return cmp.Or(cmp.Compare(p.Filename, q.Filename), cmp.Compare(p.Offset, q.Offset))
	}
	slices.SortStableFunc(c.ignores, func(a, b Ignore) int { return before(a.Pos, b.Pos) })
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(before(a.Pos, b.Pos), cmp.Compare(a.Message, b.Message))
	})
	merged := New()
	merged.Merge(c.imported)
	merged.Merge(c.own)
	return &Package{Own: c.own, Merged: merged, Ignores: c.ignores, Problems: c.problems}
}
