package main

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A shrinker makes the programs of differences smaller, as long as they differ
// in the same way. It works on source text, so whatever the generator comes to
// write can be shrunk.
type shrinker struct {
	m     *module
	limit int // runs of a program
	world map[string]*types.Package
}

func newShrinker(m *module, limit int) (*shrinker, error) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedTypes | packages.NeedName, Dir: m.dir}, importable...)
	if err != nil {
		return nil, err
	}
	s := &shrinker{m: m, limit: limit, world: make(map[string]*types.Package)}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, p.Errors[0]
		}
		s.world[p.PkgPath] = p.Types
	}
	return s, nil
}

// Import makes a shrinker a types.Importer.
func (s *shrinker) Import(path string) (*types.Package, error) {
	if p, ok := s.world[path]; ok {
		return p, nil
	}
	return nil, fmt.Errorf("unexpected import %q", path)
}

// rounds bounds the shrinking: each round costs two builds and two runs of the
// linter.
const rounds = 12

// A try is a smaller program, and the difference of which it is one.
type try struct {
	of      int
	part    int // of the program, to which the edit was done
	edit    edit
	program program
}

// shrink returns differences of the same kinds with smaller programs. All are
// worked on at once, so that a round costs the same however many they are.
func (s *shrinker) shrink(ctx context.Context, list []difference) ([]difference, error) {
	list = slices.Clone(list)
	active := make(map[int]bool)
	for i := range list {
		active[i] = true
	}
	for range rounds {
		var tries []try
		for i, d := range list {
			if active[i] {
				for part, text := range d.program.parts {
					tries = append(tries, s.tries(i, d.program, part, edits(text))...)
				}
			}
		}
		if len(tries) == 0 {
			break
		}
		kept, err := s.run(ctx, list, tries)
		if err != nil {
			return nil, err
		}
		// What can be left out by itself can often be left out together.
		var together []try
		for i, d := range list {
			if active[i] {
				for part := range d.program.parts {
					together = append(together, s.tries(i, d.program, part, unions(kept[i], part))...)
				}
			}
		}
		more, err := s.run(ctx, list, together)
		if err != nil {
			return nil, err
		}
		for i := range list {
			all := slices.Concat(kept[i], more[i])
			active[i] = active[i] && len(all) > 0
			if len(all) > 0 {
				list[i] = slices.MinFunc(all, bySize).difference
			}
		}
	}
	return list, nil
}

// A success is a try that still has the difference.
type success struct {
	try
	difference difference
}

func bySize(a, b success) int { return cmp.Compare(a.program.size(), b.program.size()) }

// unions returns edits that do several of what has succeeded.
func unions(kept []success, part int) (list []edit) {
	kept = slices.DeleteFunc(slices.Clone(kept), func(k success) bool { return k.part != part })
	slices.SortStableFunc(kept, bySize)
	for n := len(kept); n > 1; n /= 2 {
		var all edit
		for _, k := range kept[:n] {
			all = append(all, k.edit...)
		}
		list = append(list, all)
	}
	return list
}

// run returns, for each difference, the tries that still have it.
func (s *shrinker) run(ctx context.Context, list []difference, tries []try) (map[int][]success, error) {
	if len(tries) == 0 {
		return nil, nil
	}
	programs := make([]program, len(tries))
	for i, t := range tries {
		programs[i] = renamed(t.program, fmt.Sprintf("t%dx%d", t.of, i))
	}
	if err := s.m.write(programs); err != nil {
		return nil, err
	}
	verdicts, err := s.m.judge(ctx, s.limit, wide)
	if err != nil {
		return nil, err
	}
	reports, err := s.m.lint(ctx)
	if err != nil {
		return nil, err
	}
	kept := make(map[int][]success)
	for i, p := range programs {
		if verdicts[i].Trouble != "" {
			continue
		}
		for _, d := range compare(p, verdicts[i], reports[p.name]) {
			if d.what() == list[tries[i].of].what() {
				tries[i].program = p
				kept[tries[i].of] = append(kept[tries[i].of], success{tries[i], d})
				break
			}
		}
	}
	return kept, nil
}

// size is what shrinking makes less: words, not bytes, since names vary.
func (p program) size() int { return len(strings.Fields(p.parts[0])) + len(strings.Fields(p.parts[1])) }

// renamed returns p by another name, which all its global names end in.
func renamed(p program, name string) program {
	old := regexp.MustCompile(p.name + `\b`)
	for i, text := range p.parts {
		p.parts[i] = old.ReplaceAllString(text, name)
	}
	p.name = name
	return p
}

// An edit replaces some pieces of a text, which do not overlap.
type edit []piece

type piece struct {
	from, to int
	text     string
}

func (e edit) apply(text string) string {
	e = slices.Clone(e)
	slices.SortFunc(e, func(a, b piece) int { return cmp.Compare(a.from, b.from) })
	var out strings.Builder
	at := 0
	for _, p := range e {
		if p.from < at {
			continue // inside of one that goes already
		}
		out.WriteString(text[at:p.from])
		out.WriteString(p.text)
		at = p.to
	}
	out.WriteString(text[at:])
	return out.String()
}

// tries returns the programs that edits make of p, as far as they are smaller
// and compile.
func (s *shrinker) tries(of int, p program, part int, edits []edit) []try {
	var list []try
	seen := make(map[[2]string]bool)
	for _, e := range edits {
		q := p
		q.parts[part] = e.apply(p.parts[part])
		if s.tidy(&q) && q.size() < p.size() && !seen[q.parts] {
			seen[q.parts] = true
			list = append(list, try{of, part, e, q})
		}
	}
	const most = 60 // in a round
	if len(list) > most {
		slices.SortStableFunc(list, func(a, b try) int { return cmp.Compare(a.program.size(), b.program.size()) })
		list = list[:most]
	}
	return list
}

// clause stands before the text of a program, to make it a file.
const clause = "package p\n"

// edits returns ways to make a text smaller: statements left out, with those
// that need them, and blocks put in place of what they are the body of.
func edits(text string) []edit {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", clause+text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil
	}
	span := func(n ast.Node, with string) piece {
		return piece{fset.Position(n.Pos()).Offset - len(clause), fset.Position(n.End()).Offset - len(clause), with}
	}
	source := func(n ast.Node) string { s := span(n, ""); return text[s.from:s.to] }
	var list []edit
	drop := func(block []ast.Stmt, from, to int) {
		var e edit
		names := make(map[string]bool)
		for _, stmt := range block[from:to] {
			if signals(stmt) {
				continue
			}
			e = append(e, span(stmt, ""))
			for _, name := range defined(stmt) {
				names[name] = true
			}
		}
		for _, stmt := range users(file, names) {
			e = append(e, span(stmt, ""))
		}
		list = append(list, e)
	}
	body := func(n ast.Node, b *ast.BlockStmt) {
		inside := source(b)
		list = append(list, edit{span(n, inside[1:len(inside)-1])})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return n.Doc == nil // what a directive asks for is asked for by its body
		case *ast.BlockStmt:
			for width := len(n.List); width > 0; width /= 2 {
				for from := 0; from+width <= len(n.List); from += max(1, width/2) {
					drop(n.List, from, from+width)
				}
			}
		case *ast.IfStmt:
			if strings.HasPrefix(source(n.Cond), "n > 0") {
				break // what ends a recursion stays
			}
			if n.Init == nil {
				body(n, n.Body)
				if b, ok := n.Else.(*ast.BlockStmt); ok {
					body(n, b)
					list = append(list, edit{span(n, "if "+source(n.Cond)+source(n.Body))})
				}
			} else if call, ok := n.Init.(*ast.AssignStmt); ok && len(call.Lhs) == 1 {
				list = append(list, edit{span(n, "_ = "+source(call.Rhs[0]))})
			} else if ok {
				inside := source(n.Body)
				list = append(list, edit{span(n, source(n.Init)+"\n_ = err\n"+inside[1:len(inside)-1])})
			}
		case *ast.ForStmt:
			body(n, n.Body)
		case *ast.RangeStmt:
			body(n, n.Body)
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.FuncLit); ok {
					body(n, f.Body)
				}
			}
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Key" || sel.Sel.Name == "Err") {
				with := map[string]string{"Key": `"a"`, "Err": "nil"}[sel.Sel.Name]
				list = append(list, edit{span(n, with)})
			}
		}
		return true
	})
	return list
}

// signals reports whether a statement belongs to the joining of a goroutine:
// that it is begun, that it has ended, or that somebody waits for it. Left out
// by itself the program would wait for ever, or run on beside the next one.
// What recovers from a panic counts as well, and so does what makes an attempt fail.
func signals(stmt ast.Stmt) bool {
	var call ast.Expr
	switch stmt := stmt.(type) {
	case *ast.GoStmt:
		return true
	case *ast.DeferStmt:
		if catches(stmt) {
			return true
		}
		call = stmt.Call
	case *ast.ExprStmt:
		call = stmt.X
	case *ast.AssignStmt:
		call = stmt.Rhs[0]
	}
	switch e := call.(type) {
	case *ast.UnaryExpr:
		return e.Op == token.ARROW
	case *ast.CallExpr:
		switch f := e.Fun.(type) {
		case *ast.Ident:
			return f.Name == "close" || f.Name == "recover"
		case *ast.SelectorExpr:
			return slices.Contains([]string{"Add", "Begin", "Busy", "Done", "End", "Go", "Wait"}, f.Sel.Name)
		}
	}
	return false
}

// catches reports whether a deferred function does nothing but recover.
func catches(stmt *ast.DeferStmt) bool {
	f, ok := stmt.Call.Fun.(*ast.FuncLit)
	if !ok || len(f.Body.List) != 1 {
		return false
	}
	assign, ok := f.Body.List[0].(*ast.AssignStmt)
	if !ok {
		return false
	}
	call, ok := assign.Rhs[0].(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "recover"
}

// defined returns the names that a statement declares for those after it.
func defined(stmt ast.Stmt) (names []string) {
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		if stmt.Tok == token.DEFINE {
			for _, l := range stmt.Lhs {
				if id, ok := l.(*ast.Ident); ok && id.Name != "_" && id.Name != "err" {
					names = append(names, id.Name)
				}
			}
		}
	case *ast.DeclStmt:
		if d, ok := stmt.Decl.(*ast.GenDecl); ok {
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					for _, id := range v.Names {
						names = append(names, id.Name)
					}
				}
			}
		}
	}
	return names
}

// users returns the smallest statements that mention one of names, and for a
// goroutine that ends with one of them the statement that begins it.
func users(file *ast.File, names map[string]bool) (list []ast.Stmt) {
	if len(names) == 0 {
		return nil
	}
	var inside []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			inside = inside[:len(inside)-1]
			return true
		}
		inside = append(inside, n)
		if id, ok := n.(*ast.Ident); ok && names[id.Name] {
			var user ast.Stmt
			for _, in := range slices.Backward(inside) {
				stmt, ok := in.(ast.Stmt)
				if _, begins := in.(*ast.GoStmt); ok && user == nil || begins && signals(user) {
					user = stmt
				}
			}
			if user != nil {
				list = append(list, user)
			}
		}
		return true
	})
	return list
}

// tidy puts a program right that does not compile for names that are not used
// any more, and reports whether it compiles then.
func (s *shrinker) tidy(p *program) bool {
	const passes = 12
	for range passes {
		dead := unused(p.parts)
		p.parts = [2]string{dead[0].apply(p.parts[0]), dead[1].apply(p.parts[1])}
		if len(dead[0])+len(dead[1]) > 0 {
			continue
		}
		clean := true
		for part := len(p.parts) - 1; part >= 0; part-- {
			faults, ok := s.check(*p, part)
			if !ok {
				return false
			}
			p.parts[part] = blank.ReplaceAllString(faults.apply(p.parts[part]), "\n")
			clean = clean && len(faults) == 0
		}
		if clean {
			return true
		}
	}
	return false
}

// check compiles a part of p, and returns the edit that it needs, if there is one.
func (s *shrinker) check(p program, part int) (faults edit, ok bool) {
	source := p.source(part, "p")
	before := len(source) - len(p.parts[part])
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, false
	}
	ok = true
	config := types.Config{Importer: s, Error: func(err error) {
		e, is := err.(types.Error) //nolint:errorlint // that is what go/types calls Error with
		if !is {
			ok = false
			return
		}
		at := fset.Position(e.Pos).Offset - before
		name, unused := strings.CutPrefix(e.Msg, "declared and not used: ")
		switch {
		case unused:
			faults = append(faults, piece{at, at + len(name), "_"})
		case strings.HasPrefix(e.Msg, "no new variables"):
			faults = append(faults, piece{at, at + len(":="), "="})
		default:
			ok = false
		}
	}}
	checked, _ := config.Check(lib("p"), fset, []*ast.File{file}, nil) // the errors went to Error
	if part == 1 {
		s.world[lib("p")] = checked
	}
	return faults, ok
}

// blank are the lines that are left where statements were.
var blank = regexp.MustCompile(`\n\s*\n+`)

// unused returns the edits that leave out the functions and types that are not
// mentioned, but by themselves.
func unused(parts [2]string) (edits [2]edit) {
	type decl struct {
		part     int
		from, to int
	}
	of := make(map[string][]decl) // the declarations that belong to a name
	mentioned := make(map[string]bool)
	for part, text := range parts {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "", clause+text, parser.SkipObjectResolution)
		if err != nil {
			return edits
		}
		for _, d := range file.Decls {
			name := owner(d)
			of[name] = append(of[name], decl{part, fset.Position(d.Pos()).Offset - len(clause), fset.Position(d.End()).Offset - len(clause)})
			ast.Inspect(d, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && id.Name != name {
					mentioned[id.Name] = true
				}
				return true
			})
		}
	}
	for name, decls := range of {
		if mentioned[name] || strings.HasPrefix(name, "Run") {
			continue
		}
		for _, d := range decls {
			edits[d.part] = append(edits[d.part], piece{d.from, d.to, ""})
		}
	}
	return edits
}

// owner returns the name that d declares; for a method, that of its type.
func owner(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				return s.Name.Name
			case *ast.ValueSpec:
				return s.Names[0].Name
			}
		}
	case *ast.FuncDecl:
		if d.Recv == nil {
			return d.Name.Name
		}
		t := d.Recv.List[0].Type
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		if id, ok := t.(*ast.Ident); ok {
			return id.Name
		}
	}
	return ""
}
