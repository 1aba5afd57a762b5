package nsheld

import (
	"fmt"
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/internal/diag"
)

// The words that choose a phrase: a mailbox is opened, and an index is given
// up by parking.
const (
	mailbox = "mailbox"
	index   = "index"
)

// missing reports a call whose lock is not held.
func (c *check) missing(q analyzer.Require) analysis.Diagnostic {
	state := "none is held"
	if q.Freed > c.pass.Fset.PositionFor(q.Pos, false).Line && !q.Some {
		q.Freed = 0 // given up on another path, further down
	}
	switch {
	case q.Other != "" && q.Other == q.Want.Key:
		state = "only another lock of the class is held" + c.At(q.OtherAt, q.Pos, "")
	case q.Other != "":
		state = "only the lock of " + q.Other + " is held" + c.At(q.OtherAt, q.Pos, "")
	case q.Freed > 0 && q.Some:
		state = fmt.Sprintf("released on line %d on some path", q.Freed)
	case q.Freed > 0:
		state = fmt.Sprintf("released on line %d", q.Freed)
	case q.Some:
		state = "not held on every path" + when(q)
	}
	d := c.required(q, notHeld, state)
	if q.OtherAt.Pos.IsValid() {
		other := analyzer.Lock{Class: q.Want.Class, Key: q.Other}
		d.Related = append([]analysis.RelatedInformation{c.Held(other, q.OtherAt, q.Range)}, d.Related...)
	}
	// Who holds another lock, or held this one, seems not to count on callers.
	if q.Other == "" && q.Freed == 0 && !q.Some && q.Directive != "" && q.Insert.IsValid() {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   "declare that callers of " + q.Func + " hold it",
			TextEdits: []analysis.TextEdit{{Pos: q.Insert, End: q.Insert, NewText: []byte(c.lead(q.Insert) + q.Directive + "\n")}},
		}}
	}
	return d
}

// when says on which branch of a condition the lock is missing.
func when(q analyzer.Require) string {
	if q.MissAt == 0 {
		return ""
	}
	return fmt.Sprintf(" (missing when line %d is %t)", q.MissAt, q.MissIf)
}

// weaker reports a call whose lock is held shared where it must be exclusive.
func (c *check) weaker(q analyzer.Require) analysis.Diagnostic {
	d := c.required(q, sharedNotExclusive, "held shared"+c.At(q.At, q.Pos, ""))
	held := analyzer.Lock{Class: q.Want.Class, Key: q.Want.Key, Mode: lockmodel.Shared}
	d.Related = append([]analysis.RelatedInformation{c.Held(held, q.At, q.Range)}, d.Related...)
	return d
}

func (c *check) required(q analyzer.Require, category, state string) analysis.Diagnostic {
	how := ""
	if q.Want.Mode == lockmodel.Exclusive {
		how = diag.How(q.Want.Mode)
	}
	return analysis.Diagnostic{
		Pos: q.Pos, End: q.End,
		Category: category,
		Message: fmt.Sprintf("%s requires holding %s%s%s; %s",
			c.doing(q), diag.Lock(q.Want), how, diag.Steps(q.Name, q.Chain), state),
		Related: c.Needed(q.Name, q.Want, q.Range, q.Chain),
	}
}

// doing says what a call does that needs a lock. A call that itself takes a
// lock is named by that; any other, and an attempt, by the function.
func (c *check) doing(q analyzer.Require) string {
	if len(q.Chain) > 0 {
		return diag.Calling(diag.Callee(q.Name, q.Chain))
	}
	var takes *analyzer.Acquire
	for i := range c.res.Acquires {
		a := &c.res.Acquires[i]
		if a.Pos != q.Pos || a.Try || len(a.Chain) > 0 || a.Want.Class == q.Want.Class {
			continue
		}
		if takes == nil || a.Want.Class == mailbox {
			takes = a
		}
	}
	switch {
	case takes == nil:
		return diag.Calling(q.Name)
	case takes.Want.Class == mailbox && q.Want.Mode == lockmodel.Exclusive:
		return "opening mailbox for writing"
	case takes.Want.Class == mailbox:
		return "opening mailbox"
	}
	return "acquiring " + diag.Class(takes.Want.Class)
}

// lead returns what has to stand before a directive at pos: the empty comment
// line that gofmt puts between the text of a doc comment and its directives.
func (c *check) lead(pos token.Pos) string {
	for _, f := range c.pass.Files {
		if pos < f.FileStart || pos > f.FileEnd {
			continue
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Doc == nil || fn.Doc.End() > pos || pos > fn.Type.Func {
				continue
			}
			last := fn.Doc.List[len(fn.Doc.List)-1].Text
			if _, _, directive := lockmodel.Parse(last, fn.Doc.Pos()); !directive {
				return "//\n"
			}
		}
	}
	return ""
}

// early reports a lock that is given up before one that lies within it.
func (c *check) early(rel analyzer.Release) analysis.Diagnostic {
	act := "releasing " + diag.Lock(rel.Outer)
	if len(rel.Chain) > 0 {
		act = diag.Calling(diag.Callee(rel.Name, rel.Chain)) + " releases " + diag.Class(rel.Outer.Class)
	}
	steps := ""
	if len(rel.Chain) > 1 { // else it is known to give the lock up, and not where
		steps = diag.Steps(rel.Name, rel.Chain)
	}
	remedy := "release that first"
	if rel.Inner.Class == index {
		remedy = "park or close the mailbox first"
	}
	return analysis.Diagnostic{
		Pos: rel.Pos, End: rel.End,
		Category: releasedEarly,
		Message: fmt.Sprintf("%s while holding %s%s%s; %s",
			act, diag.Class(rel.Inner.Class), c.At(rel.InAt, rel.Pos, ""), steps, remedy),
		Related: []analysis.RelatedInformation{
			c.Held(rel.Inner, rel.InAt, rel.Range),
			c.Held(rel.Outer, rel.At, rel.Range),
		},
	}
}

// again reports a lock that its holder asks for once more.
func (c *check) again(a analyzer.Acquire, p analyzer.Pair, category string) analysis.Diagnostic {
	act := diag.Act(a.Name, p.Want, p.Chain)
	held, rule := "", "it would wait for itself"
	switch {
	case category == modeChange:
		act += diag.How(p.Want.Mode)
		held, rule = diag.How(p.Held.Mode), "its mode cannot change"
	case p.Want.Mode == lockmodel.Shared && p.Held.Mode == lockmodel.Shared:
		act += diag.How(p.Want.Mode)
		held, rule = diag.How(p.Held.Mode), "it would wait for a writer that waits for it"
	}
	return analysis.Diagnostic{
		Pos: a.Pos, End: a.End,
		Category: category,
		Message: fmt.Sprintf("%s while holding it%s%s%s; %s",
			act, held, c.At(p.At, a.Pos, ""), diag.Steps(a.Name, p.Chain), rule),
		Related: c.Related(a, p),
	}
}
