package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/lockvet/lockvet/internal/lab"
)

// A mutation is one thing that can be done to the source.
type mutation struct {
	id       int
	file     string // absolute
	place    string // for people
	function string
	what     string
	edits    []lab.Edit // whose texts hold the number as "#"
}

func (m mutation) String() string {
	return fmt.Sprintf("%s: %s: %s", m.place, m.function, m.what)
}

// A finder gathers the mutations of one file.
type finder struct {
	fset     *token.FileSet
	info     *types.Info
	file     string
	source   []byte
	function string
	last     map[ast.Stmt]bool // statements that a function with results ends with
	found    []mutation
}

// find returns the mutations of the files of a folder, tests aside, by file
// and position.
func find(dir, only string) ([]mutation, error) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax}, "./"+dir)
	if err != nil {
		return nil, err
	}
	var out []mutation
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, p.Errors[0]
		}
		for _, f := range p.Syntax {
			name := p.Fset.File(f.FileStart).Name()
			if only != "" && filepath.Base(name) != only {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			x := finder{fset: p.Fset, info: p.TypesInfo, file: name, source: source, last: map[ast.Stmt]bool{}}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
					x.function = fn.Name.Name
					x.endsWith(fn.Type, fn.Body)
					ast.Inspect(fn.Body, x.visit)
				}
			}
			out = append(out, x.found...)
		}
	}
	return out, nil
}

// endsWith notes the last statement of a function with results: it must not
// come to fall through.
func (x *finder) endsWith(typ *ast.FuncType, body *ast.BlockStmt) {
	if typ.Results != nil {
		x.ends(body.List)
	}
}

func (x *finder) ends(list []ast.Stmt) {
	if len(list) == 0 {
		return
	}
	s := list[len(list)-1]
	x.last[s] = true
	switch s := s.(type) {
	case *ast.BlockStmt:
		x.ends(s.List)
	case *ast.IfStmt:
		x.ends(s.Body.List)
		x.ends([]ast.Stmt{s.Else})
	case *ast.SwitchStmt:
		x.endCases(s.Body)
	case *ast.TypeSwitchStmt:
		x.endCases(s.Body)
	}
}

func (x *finder) endCases(body *ast.BlockStmt) {
	for _, c := range body.List {
		x.ends(c.(*ast.CaseClause).Body)
	}
}

func (x *finder) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		x.endsWith(n.Type, n.Body)
	case *ast.IfStmt:
		x.wrap(n.Cond, "negated", "mutant.Not(#, ", ")")
	case *ast.BinaryExpr:
		x.binary(n)
	case *ast.BlockStmt:
		x.statements(n.List)
	case *ast.SwitchStmt:
		x.cases(n, n.Body)
	case *ast.TypeSwitchStmt:
		x.cases(n, n.Body)
	case *ast.CaseClause:
		x.statements(n.Body)
	case *ast.ReturnStmt:
		x.results(n)
	case *ast.CallExpr:
		x.call(n)
	}
	return true
}

// binary spoils parts of conditions, comparisons and sums.
func (x *finder) binary(n *ast.BinaryExpr) {
	switch n.Op {
	case token.LAND:
		x.wrap(n.Y, "taken to hold", "(mutant.Is(#) || (", "))")
		x.wrap(n.X, "taken to hold", "(mutant.Is(#) || (", "))")
	case token.LOR:
		x.wrap(n.Y, "taken not to hold", "(!mutant.Is(#) && (", "))")
		x.wrap(n.X, "taken not to hold", "(!mutant.Is(#) && (", "))")
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		x.comparison(n)
	case token.ADD, token.SUB:
		if lit, ok := n.Y.(*ast.BasicLit); ok && x.isInt(n.X) && lit.Kind == token.INT {
			x.wrap(lit, "one less", "mutant.Off(#, ", ")")
		}
	}
}

// comparison is off by one: a < b becomes a <= b.
func (x *finder) comparison(n *ast.BinaryExpr) {
	if tv := x.info.Types[n]; tv.Value != nil || !x.isInt(n.X) || !x.isInt(n.Y) {
		return
	}
	name := map[token.Token]string{token.LSS: "Less(#, ", token.LEQ: "LessEqual(#, ", token.GTR: "LessEqual(#, ", token.GEQ: "Less(#, "}[n.Op]
	not := ""
	if n.Op == token.GTR || n.Op == token.GEQ {
		not = "!"
	}
	m := x.mutation(n, "off by one")
	at := x.offset(n.OpPos)
	m.edits = append(lab.Surround(x.offset(n.Pos()), x.offset(n.End()), not+"mutant."+name, ")"),
		lab.Edit{From: at, To: at + len(n.Op.String()), Text: ","})
	x.found = append(x.found, m)
}

// statements leaves out calls and assignments.
func (x *finder) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok {
				if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" {
					continue
				}
			}
			x.wrap(s, "left out", "if !mutant.Is(#) { ", " }")
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				x.wrap(s, "left out", "if !mutant.Is(#) { ", " }")
			}
		case *ast.IncDecStmt:
			x.wrap(s, "left out", "if !mutant.Is(#) { ", " }")
		case *ast.BranchStmt:
			if s.Tok == token.CONTINUE && s.Label == nil {
				x.wrap(s, "left out", "if !mutant.Is(#) { ", " }")
			}
		}
	}
}

// cases makes each case of a switch do nothing, where the function goes on
// behind the switch.
func (x *finder) cases(s ast.Stmt, body *ast.BlockStmt) {
	if x.last[s] {
		return
	}
	for _, c := range body.List {
		c := c.(*ast.CaseClause)
		if len(c.Body) == 0 {
			continue
		}
		m := x.mutation(c, "the case does nothing")
		behind := x.offset(c.Colon) + 1
		m.edits = []lab.Edit{{From: behind, To: behind, Text: " if mutant.Is(#) { break };"}}
		x.found = append(x.found, m)
	}
}

// results negates what a function says.
func (x *finder) results(n *ast.ReturnStmt) {
	for _, r := range n.Results {
		if id, ok := r.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") {
			x.wrap(r, "negated", "mutant.Not(#, ", ")")
		}
	}
}

// others are functions that take each other's place.
var others = map[string]string{"merge": "join", "join": "merge", "min": "max", "max": "min"}

func (x *finder) call(n *ast.CallExpr) {
	switch fun := n.Fun.(type) {
	case *ast.Ident:
		if _, ok := x.info.Uses[fun].(*types.Builtin); ok && others[fun.Name] != "" && len(n.Args) == 2 && x.isInt(n) {
			m := x.mutation(n, others[fun.Name]+" instead")
			text := string(x.source[x.offset(n.Lparen):x.offset(n.End())])
			m.edits = lab.Surround(x.offset(n.Pos()), x.offset(n.End()), "mutant.Pick(#, ", ", "+others[fun.Name]+text+")")
			x.found = append(x.found, m)
		}
	case *ast.SelectorExpr:
		sel := x.info.Selections[fun]
		if sel == nil || others[fun.Sel.Name] == "" {
			return
		}
		other, _, _ := types.LookupFieldOrMethod(sel.Recv(), true, sel.Obj().Pkg(), others[fun.Sel.Name])
		if other == nil || !types.Identical(other.Type(), sel.Obj().Type()) {
			return
		}
		of := string(x.source[x.offset(fun.X.Pos()):x.offset(fun.X.End())])
		x.wrap(fun, other.Name()+" instead", "mutant.Pick(#, ", ", "+of+"."+other.Name()+")")
	}
}

// wrap is the mutation that surrounds n.
func (x *finder) wrap(n ast.Node, what, before, after string) {
	m := x.mutation(n, what)
	m.edits = lab.Surround(x.offset(n.Pos()), x.offset(n.End()), before, after)
	x.found = append(x.found, m)
}

func (x *finder) mutation(n ast.Node, what string) mutation {
	at := x.fset.Position(n.Pos())
	text, _, more := strings.Cut(string(x.source[at.Offset:x.offset(n.End())]), "\n")
	if more {
		text += " ..."
	}
	return mutation{
		file: x.file, function: x.function, what: strings.TrimSpace(text) + " " + what,
		place: filepath.Base(filepath.Dir(x.file)) + "/" + filepath.Base(x.file) + ":" + strconv.Itoa(at.Line),
	}
}

func (x *finder) offset(pos token.Pos) int { return x.fset.Position(pos).Offset }

func (x *finder) isInt(e ast.Expr) bool {
	t := x.info.TypeOf(e)
	return t != nil && (t == types.Typ[types.Int] || t == types.Typ[types.UntypedInt])
}

// spoil returns the files with their mutations in place.
func spoil(picked []mutation) map[string][]byte {
	edits := map[string][]lab.Edit{}
	for _, m := range picked {
		for _, e := range m.edits {
			e.Text = strings.ReplaceAll(e.Text, "#", strconv.Itoa(m.id))
			edits[m.file] = append(edits[m.file], e)
		}
	}
	out := map[string][]byte{}
	for file, list := range edits {
		source, err := os.ReadFile(file)
		if err != nil {
			panic("internal error: a file that was read a moment ago: " + err.Error())
		}
		out[file] = importing(lab.Apply(source, list))
	}
	return out
}

// importing returns the source with the import that mutations need behind its
// package clause.
func importing(source []byte) []byte {
	from := packageClause(source)
	clause := from + bytes.IndexByte(source[from:], '\n')
	return slices.Concat(source[:clause], []byte("; import \"github.com/lockvet/lockvet/internal/mutate/mutant\""), source[clause:])
}

// packageClause returns where the package clause starts.
func packageClause(source []byte) int {
	if strings.HasPrefix(string(source), "package ") {
		return 0
	}
	return strings.Index(string(source), "\npackage ") + 1
}
