package lockmodel

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// siteKind says what a directive stands on.
type siteKind uint8

const (
	siteNone   siteKind = iota // no declaration
	siteBody                   // inside a function
	siteHeader                 // the package clause
	siteFunc                   // a function, a method or an interface method
	siteField                  // the fields of one line of a struct
	siteVar                    // variables of one line
	siteType                   // a named type
	siteOther                  // a declaration that no directive is about
)

func (k siteKind) String() string {
	return [...]string{
		"on no declaration", "inside a function", "before the package clause",
		"on a function", "on a struct field", "on a variable", "on a type",
		"on a declaration of another kind",
	}[k]
}

// A site is the place of a directive, with the objects declared there.
type site struct {
	kind   siteKind
	objs   []types.Object
	holder types.Type // siteField: the struct
}

// sites finds the places of the comments of one file.
type sites struct {
	c       *collector
	file    *ast.File
	groups  map[*ast.CommentGroup]site
	trails  map[int]site // by the line on which a function ends
	bodies  []*ast.BlockStmt
	parents map[*ast.Comment]*ast.CommentGroup
}

// findSites maps doc comments and line comments to what they document.
func (c *collector) findSites(f *ast.File) *sites {
	s := &sites{
		c: c, file: f,
		groups: map[*ast.CommentGroup]site{}, trails: map[int]site{}, parents: map[*ast.Comment]*ast.CommentGroup{},
	}
	for _, group := range f.Comments {
		for _, comment := range group.List {
			s.parents[comment] = group
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		s.visit(n)
		return true
	})
	return s
}

func (s *sites) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		at := s.declared(siteFunc, n.Name)
		s.add(at, n.Doc)
		s.trails[s.c.position(n.End()).Line] = at
		if n.Body != nil {
			s.bodies = append(s.bodies, n.Body)
		}
	case *ast.FuncLit:
		s.bodies = append(s.bodies, n.Body)
	case *ast.GenDecl:
		for _, spec := range n.Specs {
			var at site
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				kind := siteVar
				if n.Tok == token.CONST {
					kind = siteOther
				}
				at = s.declared(kind, spec.Names...)
				s.add(at, spec.Doc, spec.Comment)
			case *ast.TypeSpec:
				at = s.declared(siteType, spec.Name)
				s.add(at, spec.Doc, spec.Comment)
			default:
				at.kind = siteOther
			}
			if len(n.Specs) == 1 {
				s.add(at, n.Doc)
			}
		}
	case *ast.StructType:
		for _, field := range n.Fields.List {
			names := field.Names
			if names == nil {
				names = []*ast.Ident{embedded(field.Type)}
			}
			at := s.declared(siteField, names...)
			at.holder = s.c.info.TypeOf(n)
			s.add(at, field.Doc, field.Comment)
		}
	case *ast.InterfaceType:
		for _, field := range n.Methods.List {
			at := site{kind: siteOther}
			if len(field.Names) > 0 {
				at = s.declared(siteFunc, field.Names...)
			}
			s.add(at, field.Doc, field.Comment)
		}
	}
}

// embedded returns the identifier that names an embedded field.
func embedded(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.StarExpr:
		return embedded(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return embedded(e.X)
	case *ast.IndexListExpr:
		return embedded(e.X)
	}
	return nil
}

func (s *sites) declared(kind siteKind, names ...*ast.Ident) site {
	at := site{kind: kind}
	for _, name := range names {
		if name == nil {
			continue
		}
		if obj := s.c.info.Defs[name]; obj != nil {
			at.objs = append(at.objs, obj)
		}
	}
	return at
}

func (s *sites) add(at site, groups ...*ast.CommentGroup) {
	for _, group := range groups {
		if group != nil {
			s.groups[group] = at
		}
	}
}

// of returns the place of a comment.
func (s *sites) of(comment *ast.Comment) site {
	line := s.c.position(comment.Pos()).Line
	if comment.Pos() < s.file.Package || line == s.c.position(s.file.Name.End()).Line {
		return site{kind: siteHeader}
	}
	if at, ok := s.groups[s.parents[comment]]; ok {
		return at
	}
	if at, ok := s.trails[line]; ok && !s.inBody(comment.Pos()) {
		return at
	}
	if s.inBody(comment.Pos()) {
		return site{kind: siteBody}
	}
	return site{kind: siteNone}
}

func (s *sites) inBody(pos token.Pos) bool {
	return slices.ContainsFunc(s.bodies, func(b *ast.BlockStmt) bool { return b.Pos() < pos && pos < b.End() })
}

// codeLines knows what stands on the lines of one file.
type codeLines struct {
	code    []int        // lines that hold code, sorted
	ignores map[int]bool // lines on which an ignore stands
	others  map[int]bool // lines on which another directive stands
	prose   map[int]bool // lines on which another comment stands
}

// findLines finds the lines of f that hold code, that is, begin or end a piece
// of syntax, and those that hold directives.
func (c *collector) findLines(f *ast.File) *codeLines {
	l := &codeLines{ignores: map[int]bool{}, others: map[int]bool{}, prose: map[int]bool{}}
	line := func(pos token.Pos) int { return c.position(pos).Line }
	l.code = append(l.code, line(f.Package))
	ast.Inspect(f, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Comment, *ast.CommentGroup:
			return false
		case nil, *ast.File:
			return true
		}
		l.code = append(l.code, line(n.Pos()))
		if n.End() > n.Pos() {
			l.code = append(l.code, line(n.End()-1))
		}
		return true
	})
	slices.Sort(l.code)
	l.code = slices.Compact(l.code)
	for _, group := range f.Comments {
		for _, comment := range group.List {
			if rest, ok := strings.CutPrefix(comment.Text, Prefix); !ok {
				for n := line(comment.Pos()); n <= line(comment.End()); n++ {
					l.prose[n] = true
				}
			} else if strings.HasPrefix(rest, verbIgnore) {
				l.ignores[line(comment.Pos())] = true
			} else {
				l.others[line(comment.Pos())] = true
			}
		}
	}
	return l
}

// covers returns the lines that an ignore on the given line silences: its own,
// and if it stands alone there, what it stands above. Ignores that stand above
// one another all speak of the code below the last. Other comments may stand in
// between, and an empty line may not.
func (l *codeLines) covers(line int) []int {
	out := []int{line}
	if _, ok := slices.BinarySearch(l.code, line); ok || len(l.code) == 0 {
		return out
	}
	for next := line + 1; next <= l.code[len(l.code)-1]; next++ {
		_, code := slices.BinarySearch(l.code, next)
		if code || l.others[next] {
			return append(out, next)
		}
		switch {
		case l.ignores[next]:
			out = append(out, next)
		case !l.prose[next]:
			return out
		}
	}
	return out
}
