package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/internal/proof/judge"
)

// A difference is where the linter and the runtime do not agree on a program.
type difference struct {
	kind    kind
	program program
	fault   judge.Fault // for a miss
	report  report      // for a false alarm
}

// A kind is a kind of difference.
type kind string

const (
	miss       kind = "miss"        // a rule was broken, and nothing was reported there
	falseAlarm kind = "false alarm" // a report on a program that broke no rule on any of its ways
	unfounded  kind = "unfounded"   // a report on a program that broke a rule, but not there
)

// what names the difference in a word, the same for two that are alike.
func (d difference) what() string {
	if d.kind == miss {
		return string(d.kind) + " " + d.fault.Category
	}
	return string(d.kind) + " " + d.report.Category
}

// compare returns the differences on one program.
func compare(p program, v judge.Verdict, reports []report) []difference {
	c := comparison{reports, make(map[string]outline)}
	for part, text := range p.parts {
		if text != "" {
			c.outlines[filepath.Base(p.file(part))] = newOutline(p.text(part))
		}
	}
	var list []difference
	for _, f := range v.Faults {
		if !c.told(f) && !c.follows(f, v.Faults) {
			list = append(list, difference{kind: miss, program: p, fault: f})
		}
	}
	if !v.Complete {
		return list
	}
	for _, r := range reports {
		if !slices.ContainsFunc(v.Lines, func(line string) bool { return c.same(r.place(), line) }) {
			continue // no run comes there, which the linter need not know
		}
		if slices.ContainsFunc(v.Faults, func(f judge.Fault) bool { return c.grounded(r, f) }) {
			continue
		}
		k := falseAlarm
		if len(v.Faults) > 0 {
			k = unfounded
		}
		if slices.ContainsFunc(v.Faults, func(f judge.Fault) bool { return f.Category == "leak" && c.told(f) }) {
			continue // the linter lets go of what it has said to be lost
		}
		if (r.Category == "mode-change" || r.Category == "shared-not-exclusive" || r.Category == "released-early") && slices.ContainsFunc(v.Faults, func(f judge.Fault) bool {
			return f.Category == "mode-change" && c.told(f)
		}) {
			continue // which mode a lock has that was asked for in both is not said
		}
		if slices.ContainsFunc(v.Faults, func(f judge.Fault) bool { return r.against(f.Stack[0]) && c.told(f) }) {
			continue // the linter has said that the lock which stands against this one must not be taken
		}
		list = append(list, difference{kind: k, program: p, report: r})
	}
	return list
}

// A comparison is of one program.
type comparison struct {
	reports  []report
	outlines map[string]outline // by file
}

// answers lists the categories in which a fault of the runtime may be
// reported. What the runtime sees on one way with certain keys, the linter
// says of all keys, and of one call it says the gravest thing only.
var answers = map[string][]string{
	"ns-under-mailbox":     {"ns-under-mailbox", "ns-under-mboxname"},
	"ns-under-mboxname":    {"ns-under-mboxname", "ns-under-mailbox"},
	"users-unordered":      {"users-unordered", "sort-key", "loop-unsorted", "ns-under-mailbox", "ns-under-mboxname"},
	"mode-change":          {"mode-change", "users-unordered", "sort-key", "loop-unsorted", "ns-under-mailbox", "ns-under-mboxname"},
	"not-held":             {"not-held"},
	"shared-not-exclusive": {"shared-not-exclusive", "not-held"},
	"released-early":       {"released-early"},
	"leak":                 {"leak"},
}

// hidden lists what else may be wrong with a call that the runtime refuses for
// one reason: it looks no further.
var hidden = map[string][]string{
	"ns-under-mailbox":  {"users-unordered", "sort-key", "loop-unsorted"},
	"ns-under-mboxname": {"users-unordered", "sort-key", "loop-unsorted"},
}

// wants are the categories of locks that are missing.
var wants = map[string]bool{"not-held": true, "shared-not-exclusive": true, "released-early": true}

// against reports whether r names a place as that of the lock which is held.
func (r report) against(place string) bool {
	file, line, _ := strings.Cut(place, ":")
	return strings.Contains(r.Message, "/"+place+")") ||
		filepath.Base(r.File) == file && strings.Contains(r.Message, "(line "+line+")")
}

// told reports whether f was reported.
func (c comparison) told(f judge.Fault) bool {
	return slices.ContainsFunc(c.reports, func(r report) bool { return c.covers(r, f) })
}

// follows reports whether f is only there because of another fault that was
// reported: the lock that stands against it was left behind by mistake, or was
// taken where it must not be, or kept the mode that it should not have had. One
// that was left behind, and was held at f whenever f was met, may also be the one
// that is needed.
func (c comparison) follows(f judge.Fault, faults []judge.Fault) bool {
	if slices.ContainsFunc(faults, func(g judge.Fault) bool {
		return g.Category == "leak" && g.Class == "namespace" && wants[f.Category] && slices.Contains(f.Beside, g.Stack[0]) && c.told(g)
	}) {
		return true
	}
	if c.waits(f, faults) {
		return true
	}
	if f.Held == "" {
		return false
	}
	if slices.ContainsFunc(c.reports, func(r report) bool { return r.Category == "leak" && r.place() == f.Held }) {
		return true
	}
	return slices.ContainsFunc(faults, func(g judge.Fault) bool {
		switch {
		case g.Category == "leak" && g.Key == f.HeldKey: // by one of several guards of one lock
			return c.told(g)
		case g.Category == "not-held" && strings.Contains(g.Text, "namespace lock of "+strconv.Quote(f.Key)) && f.Class == "namespace":
			return c.told(g) // from there on the linter takes it to be held
		case (g.Category == "leak" || g.Category == "not-held" || g.Category == "shared-not-exclusive") && g.Stack[0] == f.Held:
			return c.told(g)
		case f.Category == "released-early" && g.Category == "not-held" && g.Key == f.HeldKey:
			return c.told(g) // of a mailbox that must not be open there
		case f.Category == "released-early" && g.Category == f.Category && g.Held == f.Held:
			return c.told(g) // of two that may cover it, the last one to be given up is told
		case g.Category == f.Category: // asked for once more, after the linter took it to be granted
			return g.Held == f.Held && g.Key == f.Key && c.told(g)
		case g.Category == "mode-change" && f.Category == "shared-not-exclusive":
			return g.Held == f.Held && c.told(g)
		}
		return false
	})
}

// waits reports whether f is the need of a goroutine of which another need was
// told where it is waited for, which counts as a call of it: of one call, the
// linter tells one thing that is missing.
func (c comparison) waits(f judge.Fault, faults []judge.Fault) bool {
	begun := c.literal(f.Stack[len(f.Stack)-1])
	return begun != place{} && slices.ContainsFunc(c.reports, func(r report) bool {
		return strings.HasPrefix(r.Message, "waiting for a goroutine requires ") && slices.Contains(answers[f.Category], r.Category) &&
			slices.ContainsFunc(faults, func(g judge.Fault) bool {
				return c.literal(g.Stack[len(g.Stack)-1]) == begun && strings.Contains(r.Message, "/"+g.Stack[0]+")")
			})
	})
}

// A place is a function, by its file and the lines that it begins and ends in.
type place struct {
	file string
	span [2]int
}

// literal returns the innermost function literal that a line lies in, or no place.
func (c comparison) literal(line string) place {
	file, at, _ := strings.Cut(line, ":")
	n, err := strconv.Atoi(at)
	if err != nil {
		return place{}
	}
	var found place
	for _, f := range c.outlines[file].literals { // the outer ones come first
		if f[0] <= n && n <= f[1] {
			found = place{file, f}
		}
	}
	return found
}

// covers reports whether r tells of f: it is of the right kind, and stands at a
// call that was being made, or names the innermost one.
func (c comparison) covers(r report, f judge.Fault) bool {
	return slices.Contains(answers[f.Category], r.Category) && c.meets(r, f)
}

// grounded reports whether f is a reason for r.
func (c comparison) grounded(r report, f judge.Fault) bool {
	return c.covers(r, f) || slices.Contains(hidden[f.Category], r.Category) && c.meets(r, f)
}

// meets reports whether r is about the calls that were being made at f.
func (c comparison) meets(r report, f judge.Fault) bool {
	if f.Category == "leak" { // the runtime names the first of several that took the lock
		return strings.Contains(r.Message, f.Class+" lock")
	}
	return strings.Contains(r.Message, "/"+f.Stack[0]+")") ||
		slices.ContainsFunc(f.Stack, func(line string) bool { return c.same(r.place(), line) })
}

// An outline tells where statements end, since a call that goes over several
// lines is at its last one while it runs, and which function defers what.
type outline struct {
	ends   map[int]int    // of the longest simple statement that begins in a line
	defers map[int][2]int // the function around the defer statement in a line

	literals [][2]int // the first and the last line of each function literal
}

func newOutline(source string) outline {
	o := outline{ends: make(map[int]int), defers: make(map[int][2]int)}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		return o
	}
	var functions [][2]int
	var within []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			if is := within[len(within)-1]; isFunction(is) {
				functions = functions[:len(functions)-1]
			}
			within = within[:len(within)-1]
			return true
		}
		within = append(within, n)
		from, to := fset.Position(n.Pos()).Line, fset.Position(n.End()).Line
		if isFunction(n) {
			functions = append(functions, [2]int{from, to})
		}
		switch n.(type) {
		case *ast.FuncLit:
			o.literals = append(o.literals, [2]int{from, to})
		case *ast.DeferStmt:
			o.defers[from] = functions[len(functions)-1]
		case *ast.ExprStmt, *ast.AssignStmt, *ast.ReturnStmt, *ast.GoStmt, *ast.DeclStmt:
			o.ends[from] = max(o.ends[from], to)
		}
		return true
	})
	return o
}

func isFunction(n ast.Node) bool {
	switch n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		return true
	}
	return false
}

// same reports whether a report at a place is about what runs at another.
func (c comparison) same(at, running string) bool {
	file, line, _ := strings.Cut(at, ":")
	o := c.outlines[file]
	other, now, _ := strings.Cut(running, ":")
	if file != other {
		return false
	}
	from, err := strconv.Atoi(line)
	if err != nil {
		return false
	}
	to, err := strconv.Atoi(now)
	if err != nil {
		return false
	}
	if f, ok := o.defers[from]; ok && f[0] <= to && to <= f[1] {
		return true
	}
	return from == to || o.ends[from] == to
}
