package metamorph

import (
	"go/ast"
	"go/types"
	"strings"
)

// wrap puts every call that is a statement of its own into a closure that is
// called at once.
func (w *work) wrap() {
	w.functions(func(_ *ast.File, fn *ast.FuncDecl) {
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			stmt, ok := n.(*ast.ExprStmt)
			if !ok {
				return true
			}
			call, ok := stmt.X.(*ast.CallExpr)
			if !ok || w.isBuiltin(call.Fun) || w.neverReturns(call) {
				return true
			}
			w.surround(stmt, "func() { ", " }()")
			return true
		})
	})
}

func (w *work) isBuiltin(fun ast.Expr) bool {
	id, ok := ast.Unparen(fun).(*ast.Ident)
	if !ok {
		return false
	}
	_, ok = w.Info.Uses[id].(*types.Builtin)
	return ok
}

// neverReturns reports whether a call ends the function or the program: the
// compiler sees that a function ends there, but not behind a closure.
func (w *work) neverReturns(call *ast.CallExpr) bool {
	name := w.code(call.Fun)
	return strings.HasPrefix(name, "os.Exit") || strings.HasPrefix(name, "log.Fatal") || strings.HasPrefix(name, "runtime.Goexit") ||
		strings.HasSuffix(name, ".Fatal") || strings.HasSuffix(name, ".FailNow")
}

// viaInterface converts what a method is called on to an interface with that
// method alone.
func (w *work) viaInterface() {
	w.functions(func(f *ast.File, fn *ast.FuncDecl) {
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			sel := w.Info.Selections[fun]
			if sel == nil || sel.Kind() != types.MethodVal || !convertible(sel) {
				return true
			}
			missing := false
			sig := types.TypeString(sel.Type(), w.qualifier(f, &missing))
			if missing || sel.Obj().Pkg() != w.Types && !sel.Obj().Exported() || w.shadowed(fn, sig) {
				return true
			}
			w.surround(fun.X, "interface{ "+fun.Sel.Name+strings.TrimPrefix(sig, "func")+" }(", ")")
			return true
		})
	})
}

// convertible reports whether what the method is selected from has it in its
// method set, so that no address has to be taken, and is no interface itself.
func convertible(sel *types.Selection) bool {
	recv := sel.Recv()
	if types.IsInterface(recv) {
		return false
	}
	if named, ok := types.Unalias(recv).(*types.Pointer); ok && types.IsInterface(named.Elem()) {
		return false
	}
	return types.NewMethodSet(recv).Lookup(sel.Obj().Pkg(), sel.Obj().Name()) != nil
}

// shadowed reports whether a name in text may mean something else in fn than
// at the top of the file.
func (w *work) shadowed(fn *ast.FuncDecl, text string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" .,()*[]{}", r) })
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && w.Info.Defs[id] != nil && id != fn.Name {
			for _, word := range words {
				found = found || word == id.Name && w.Info.Defs[id].Parent() != nil && !isField(w.Info.Defs[id])
			}
		}
		return !found
	})
	return found
}

func isField(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.IsField()
}
