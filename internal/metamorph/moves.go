package metamorph

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lockvet/lockvet/internal/lab"
)

// extract makes of each function two: one with the body, and one with the name,
// which calls it.
func (w *work) extract() {
	w.functions(func(_ *ast.File, fn *ast.FuncDecl) {
		if fn.Name.Name == "init" || fn.Name.Name == "_" || len(fn.Body.List) == 0 {
			return
		}
		typeParams, ok := w.typeArguments(fn)
		if !ok {
			return
		}
		args, ok := arguments(fn.Type.Params)
		if !ok {
			return
		}
		name := prefix + fn.Name.Name + Suffix
		call := name + typeParams + "(" + args + ")"
		head := "func "
		if fn.Recv != nil {
			recv := fn.Recv.List[0]
			if len(recv.Names) == 0 || recv.Names[0].Name == "_" {
				return
			}
			head += w.code(fn.Recv) + " "
			call = recv.Names[0].Name + "." + name + "(" + args + ")"
		}
		if fn.Type.Results != nil {
			call = "return " + call
		}
		var declared string
		if fn.Type.TypeParams != nil {
			declared = w.code(fn.Type.TypeParams)
		}
		signature := strings.TrimSpace(w.code(fn.Type.Params))
		if fn.Type.Results != nil {
			signature += " " + w.code(fn.Type.Results)
		}
		// The first keeps the directives, the second the body with its comments.
		w.replace(fn.Body.Lbrace, fn.Body.Lbrace+1, "{ "+call+" }\n\n"+head+name+declared+signature+" {")
		w.places++
	})
}

// typeArguments returns what passes the type parameters of fn on.
func (w *work) typeArguments(fn *ast.FuncDecl) (text string, ok bool) {
	if fn.Type.TypeParams == nil {
		return "", true
	}
	var names []string
	for _, field := range fn.Type.TypeParams.List {
		for _, name := range field.Names {
			if name.Name == "_" {
				return "", false
			}
			names = append(names, name.Name)
		}
	}
	return "[" + strings.Join(names, ", ") + "]", true
}

// arguments returns what passes parameters on.
func arguments(params *ast.FieldList) (text string, ok bool) {
	var names []string
	for _, field := range params.List {
		if len(field.Names) == 0 {
			return "", false
		}
		for _, name := range field.Names {
			if name.Name == "_" {
				return "", false
			}
			text := name.Name
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				text += "..."
			}
			names = append(names, text)
		}
	}
	return strings.Join(names, ", "), true
}

// inline puts the body of each function that is called from one place, and
// used nowhere else, into that place, as a literal that is called.
func (w *work) inline() {
	uses := map[types.Object][]*ast.Ident{}
	for id, obj := range w.Info.Uses {
		uses[obj] = append(uses[obj], id)
	}
	calls := map[*ast.Ident]*ast.FuncDecl{} // the name of what is called, and where
	w.functions(func(_ *ast.File, fn *ast.FuncDecl) {
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if id, ok := call.Fun.(*ast.Ident); ok {
					calls[id] = fn
				}
			}
			return true
		})
	})
	gone := map[*ast.FuncDecl]bool{}
	w.functions(func(f *ast.File, fn *ast.FuncDecl) {
		obj := w.Info.Defs[fn.Name]
		if fn.Recv != nil || fn.Type.TypeParams != nil || fn.Doc != nil && strings.Contains(w.code(fn.Doc), "//lockvet:") ||
			fn.Name.IsExported() || len(uses[obj]) != 1 {
			return
		}
		at := uses[obj][0]
		caller := calls[at]
		if caller == nil || gone[caller] || gone[fn] || w.fileOf(caller) != w.fileOf(fn) || caller == fn || w.holds(gone, fn) || w.clash(caller, fn) {
			return
		}
		w.replace(at.Pos(), at.End(), "func"+string(w.text[w.fileOf(fn)][w.offset(fn.Type.Params.Pos()):w.offset(fn.End())]))
		from := fn.Pos()
		if fn.Doc != nil {
			from = fn.Doc.Pos()
		}
		w.replace(from, fn.End(), "")
		gone[fn], gone[caller] = true, true // neither is touched again
		w.places++
	})
}

// holds reports whether a function of the set lies in fn or calls into it: one
// change at a time.
func (w *work) holds(gone map[*ast.FuncDecl]bool, fn *ast.FuncDecl) bool {
	for other := range gone {
		if other.Pos() >= fn.Pos() && other.End() <= fn.End() {
			return true
		}
	}
	return false
}

// clash reports whether a name that the body of fn takes from the package means
// something else in caller.
func (w *work) clash(caller, fn *ast.FuncDecl) bool {
	local := map[string]bool{}
	ast.Inspect(caller, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id != caller.Name && w.Info.Defs[id] != nil && !isField(w.Info.Defs[id]) {
			local[id.Name] = true
		}
		return true
	})
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && local[id.Name] {
			obj := w.Info.Uses[id]
			_, isPackage := obj.(*types.PkgName)
			found = found || isPackage || obj != nil && (obj.Parent() == w.Types.Scope() || obj.Parent() == types.Universe)
		}
		return true
	})
	return found
}

// move takes the functions that need nothing of their package to a new one,
// exported, and lets the old one import it.
func (w *work) move() {
	var moved []*ast.FuncDecl
	home := map[string]*ast.File{} // a file for each file: its imports come along
	w.functions(func(f *ast.File, fn *ast.FuncDecl) {
		if w.movable(fn) {
			moved = append(moved, fn)
			home[w.fileOf(fn)] = f
		}
	})
	if len(moved) == 0 || w.Types.Name() == "main" && len(moved) == 0 {
		return
	}
	folder := "moved" + strings.ToLower(Suffix)
	names := map[types.Object]string{}
	for _, fn := range moved {
		names[w.Info.Defs[fn.Name]] = exported(fn.Name.Name)
	}
	bodies := map[string]string{}
	for _, fn := range moved {
		from := fn.Pos()
		if fn.Doc != nil {
			from = fn.Doc.Pos()
		}
		start, end := w.offset(from), w.offset(fn.End())
		rename := lab.Edit{From: w.offset(fn.Name.Pos()) - start, To: w.offset(fn.Name.End()) - start, Text: exported(fn.Name.Name)}
		bodies[w.fileOf(fn)] += string(lab.Apply(w.text[w.fileOf(fn)][start:end], []lab.Edit{rename})) + "\n\n"
		w.replace(from, fn.End(), "")
		w.places++
	}
	changed := map[string]bool{}
	for id, obj := range w.Info.Uses {
		if name, ok := names[obj]; ok {
			w.replace(id.Pos(), id.End(), folder+"."+name)
			changed[w.fileOf(id)] = true
		}
	}
	dir := filepath.Dir(w.Names()[0])
	for _, name := range w.Names() {
		text := ""
		if changed[name] {
			text = fmt.Sprintf("; import %q", path.Join(w.Path, folder))
		}
		w.replace(w.Files[name].Name.End(), w.Files[name].Name.End(), text+w.keepImports(name, w.remaining(name, moved)))
		if bodies[name] != "" {
			w.sources[filepath.Join(dir, folder, filepath.Base(name))] = []byte("package " + folder + "\n\n" + w.importsFor(name, moved) + bodies[name])
		}
	}
}

// exported returns the name under which a function can be called from outside.
func exported(name string) string { return "X" + name + Suffix }

// movable reports whether fn can stand in any package.
func (w *work) movable(fn *ast.FuncDecl) bool {
	if fn.Recv != nil || fn.Name.Name == "main" || fn.Name.Name == "init" || fn.Name.IsExported() ||
		fn.Doc != nil && strings.Contains(w.code(fn.Doc), "//lockvet:") {
		return false
	}
	free := true
	ast.Inspect(fn, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := w.Info.Uses[id]
		if obj == nil || obj == w.Info.Defs[fn.Name] {
			free = free && obj == nil
			return true
		}
		// What is local has a scope within the function; what is of the package,
		// its types' fields and methods included, is not for others.
		if obj.Pkg() == w.Types && (obj.Pos() < fn.Pos() || obj.Pos() > fn.End()) {
			free = false
		}
		if _, isPackage := obj.(*types.PkgName); isPackage {
			free = free && obj.Name() != "."
		}
		return true
	})
	return free
}

// remaining returns the imports of a file that are used outside what is moved.
func (w *work) remaining(name string, moved []*ast.FuncDecl) []types.Object {
	return w.imported(name, func(pos token.Pos) bool {
		return !slices.ContainsFunc(moved, func(fn *ast.FuncDecl) bool { return fn.Pos() <= pos && pos < fn.End() })
	})
}

func (w *work) imported(name string, counts func(token.Pos) bool) []types.Object {
	var out []types.Object
	ast.Inspect(w.Files[name], func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && counts(id.Pos()) {
			if p, ok := w.Info.Uses[id].(*types.PkgName); ok && !slices.Contains(out, types.Object(p)) {
				out = append(out, p)
			}
		}
		return true
	})
	return out
}

// keepImports returns declarations that use the imports of a file that would be
// used no more. Comments in import declarations, which hold directives, stay.
func (w *work) keepImports(name string, used []types.Object) string {
	for _, spec := range w.Files[name].Imports {
		obj := w.Info.Implicits[spec]
		if spec.Name != nil {
			obj = w.Info.Defs[spec.Name]
		}
		if obj == nil || slices.Contains(used, obj) {
			continue
		}
		w.replace(spec.Path.Pos(), spec.Path.Pos(), "_ ")
		if spec.Name != nil {
			w.replace(spec.Name.Pos(), spec.Name.End(), "")
		}
	}
	return ""
}

// importsFor returns the imports of what is moved out of a file.
func (w *work) importsFor(name string, moved []*ast.FuncDecl) string {
	var out strings.Builder
	for _, obj := range w.imported(name, func(pos token.Pos) bool {
		return slices.ContainsFunc(moved, func(fn *ast.FuncDecl) bool { return fn.Pos() <= pos && pos < fn.End() })
	}) {
		fmt.Fprintf(&out, "import %s %q\n", obj.Name(), obj.(*types.PkgName).Imported().Path())
	}
	return out.String()
}
