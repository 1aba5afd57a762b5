// Package metamorph does things to Go programs that do not change what they do:
// it renames, moves, splits and joins. Whatever an analysis says of a program,
// it has to say of the outcome.
//
// Each change is made wherever it can be made in a package, with the help of
// its types, and leaves alone what it does not understand. It does not keep
// positions, but the comments of a function stay with it.
package metamorph

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/internal/lab"
)

// A Change is one kind of change.
type Change struct {
	Name string
	// Moves says that what is reported may be reported in another function.
	Moves bool
	apply func(*work)
}

// Changes lists all kinds.
func Changes() []Change {
	return []Change{
		{"rename what is not exported", false, (*work).rename},
		{"reverse the functions of a file", false, (*work).reverse},
		{"reverse the files of a package", false, (*work).reverseFiles},
		{"extract the body of a function", false, (*work).extract},
		{"inline a function that is called once", true, (*work).inline},
		{"wrap calls in closures", false, (*work).wrap},
		{"move functions to another package", true, (*work).move},
		{"call methods by way of an interface", false, (*work).viaInterface},
	}
}

// Do makes the change in a package, and returns the files that differ and in
// how many places.
func (c Change) Do(l *lab.Lab, p *lab.Package) (lab.Sources, int, error) {
	w := &work{Lab: l, Package: p, sources: lab.Sources{}, edits: map[string][]lab.Edit{}, text: map[string][]byte{}}
	for _, name := range p.Names() {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, 0, err
		}
		w.text[name] = text
	}
	c.apply(w)
	for name, edits := range w.edits {
		w.sources[name] = lab.Apply(w.text[name], edits)
	}
	return w.sources, w.places, nil
}

// Suffix ends every name that a change makes up.
const Suffix = "Zq"

// prefix begins the names of functions that a change makes of others, so that
// they are not exported.
const prefix = "zq"

// Original returns the name that a name was made of.
func Original(name string) string {
	name, made := strings.CutSuffix(name, Suffix)
	if made {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

// A work is one change of one package.
type work struct {
	*lab.Lab
	*lab.Package
	text    map[string][]byte
	edits   map[string][]lab.Edit
	sources lab.Sources // files that are not just edited
	places  int
}

func (w *work) offset(pos token.Pos) int { return w.Fset.PositionFor(pos, false).Offset }

func (w *work) fileOf(n ast.Node) string { return w.Fset.PositionFor(n.Pos(), false).Filename }

// code returns the source of a node.
func (w *work) code(n ast.Node) string {
	return string(w.text[w.fileOf(n)][w.offset(n.Pos()):w.offset(n.End())])
}

func (w *work) surround(n ast.Node, before, behind string) {
	name := w.fileOf(n)
	w.edits[name] = append(w.edits[name], lab.Surround(w.offset(n.Pos()), w.offset(n.End()), before, behind)...)
	w.places++
}

func (w *work) replace(from, to token.Pos, text string) {
	name := w.Fset.PositionFor(from, false).Filename
	w.edits[name] = append(w.edits[name], lab.Edit{From: w.offset(from), To: w.offset(to), Text: text})
}

// functions calls do with each function that has a body.
func (w *work) functions(do func(*ast.File, *ast.FuncDecl)) {
	for _, name := range w.Names() {
		for _, d := range w.Files[name].Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				do(w.Files[name], fn)
			}
		}
	}
}

// directives returns the words of all directives of the module: names that
// only a person could rename there.
func (w *work) directives() []string {
	var words []string
	for _, p := range w.Packages() {
		for _, f := range p.Files {
			words = append(words, directivesIn(f)...)
		}
	}
	return words
}

func directivesIn(f *ast.File) []string {
	var words []string
	for _, group := range f.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//lockvet:") {
				words = append(words, strings.FieldsFunc(c.Text, func(r rune) bool { return strings.ContainsRune(" =.,()*:/", r) })...)
			}
		}
	}
	return words
}

// rename gives every name of the package that is not exported a suffix.
func (w *work) rename() {
	keep := append(w.directives(), "main", "init", "_")
	own := func(id *ast.Ident) bool {
		obj := w.Info.ObjectOf(id)
		if _, isPackage := obj.(*types.PkgName); isPackage || obj != nil && obj.Pkg() != w.Types {
			return false
		}
		return !ast.IsExported(id.Name) && !slices.Contains(keep, id.Name)
	}
	for _, name := range w.Names() {
		symbolic := map[*ast.Ident]bool{}
		ast.Inspect(w.Files[name], func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSwitchStmt:
				if assign, ok := n.Assign.(*ast.AssignStmt); ok {
					symbolic[assign.Lhs[0].(*ast.Ident)] = true
				}
			case *ast.Ident:
				known := w.Info.ObjectOf(n) != nil || symbolic[n]
				if n != w.Files[name].Name && known && own(n) {
					w.replace(n.End(), n.End(), Suffix)
					w.places++
				}
			}
			return true
		})
	}
}

// reverse puts the functions of each file in the opposite order.
func (w *work) reverse() {
	for _, name := range w.Names() {
		type part struct{ from, to int }
		var parts []part
		inits := 0
		w.functions(func(f *ast.File, fn *ast.FuncDecl) {
			if f != w.Files[name] {
				return
			}
			if fn.Name.Name == "init" {
				inits++
			}
			from, to := w.offset(fn.Pos()), w.offset(fn.End())
			if fn.Doc != nil {
				from = w.offset(fn.Doc.Pos())
			}
			if i := slices.Index(w.text[name][to:], '\n'); i >= 0 {
				to += i // a comment behind it comes along
			}
			parts = append(parts, part{from, to})
		})
		if len(parts) < 2 || inits > 1 {
			continue
		}
		for i, p := range parts {
			other := parts[len(parts)-1-i]
			w.edits[name] = append(w.edits[name], lab.Edit{From: p.from, To: p.to, Text: string(w.text[name][other.from:other.to])})
		}
		w.places++
	}
}

// reverseFiles renames the files so that they are read in the opposite order.
func (w *work) reverseFiles() {
	names := w.Names()
	if len(names) < 2 {
		return
	}
	for i, name := range names {
		dir, base := name[:strings.LastIndexByte(name, '/')+1], name[strings.LastIndexByte(name, '/')+1:]
		w.sources[name] = nil
		w.sources[dir+fmt.Sprintf("f%02d_", len(names)-i)+base] = w.text[name]
	}
	w.places++
}

// qualifier writes types as f can: by the names under which it imports their
// packages. It sets missing if one is not imported.
func (w *work) qualifier(f *ast.File, missing *bool) types.Qualifier {
	return func(p *types.Package) string {
		if p == w.Types {
			return ""
		}
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil || path != p.Path() {
				continue
			}
			if spec.Name == nil {
				return p.Name()
			}
			if spec.Name.Name != "." && spec.Name.Name != "_" {
				return spec.Name.Name
			}
		}
		*missing = true
		return ""
	}
}
