package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// Identify gives each finding its key: a name that is the same in the next run
// if the same bug is still there, though lines have moved, files were renamed
// or the checkout lies elsewhere. It is made of the category, the package, the
// enclosing function, the message without its line numbers, and a count, in
// source order, among findings that are equal in all of these.
//
// The findings must be sorted. A file that cannot be read or parsed gives
// findings without a function.
func Identify(findings []report.Finding) {
	files := enclosing{}
	seen := map[string]int{}
	for i := range findings {
		f := &findings[i]
		name := strings.Join([]string{f.Category, f.Package, files.function(f.Place), timeless(f.Message)}, "\n")
		seen[name]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", name, seen[name]))
		f.Key = hex.EncodeToString(sum[:12])
	}
}

// The ways in which a message names a place: "(line 41)", "quota.go:31".
var (
	inLine = regexp.MustCompile(`\bline \d+`)
	inFile = regexp.MustCompile(`([\w./@~+-]*[\w@~+-]\.go):\d+(?::\d+)?`)
)

// timeless takes the line numbers and the directories of files out of a
// message. Those change with no change to the bug.
func timeless(message string) string {
	message = inLine.ReplaceAllString(message, "line")
	return inFile.ReplaceAllStringFunc(message, func(s string) string {
		s, _, _ = strings.Cut(s, ":")
		return s[strings.LastIndexByte(s, '/')+1:]
	})
}

// enclosing finds the function around a place. It parses each file once.
type enclosing map[string][]span

// A span is the lines of one function declaration.
type span struct {
	first, last int
	name        string
}

func (e enclosing) function(p report.Place) string {
	spans, ok := e[p.File]
	if !ok {
		spans = functions(p.File)
		e[p.File] = spans
	}
	for _, s := range spans {
		if s.first <= p.Line && p.Line <= s.last {
			return s.name
		}
	}
	return ""
}

func functions(name string) []span {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
	if file == nil || err != nil && len(file.Decls) == 0 {
		return nil
	}
	var out []span
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			out = append(out, span{fset.Position(fn.Pos()).Line, fset.Position(fn.End()).Line, functionName(fn)})
		}
	}
	return out
}

// functionName returns "F", or "T.M" for a method, with or without a pointer.
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + fn.Name.Name
		default:
			return fn.Name.Name
		}
	}
}
