package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// The one change to the order of locks that is always right: two calls that
// stand one after the other, each with its test of the error and its deferred
// release and nothing besides, become one call that takes both keys in order.
//
//	a, err := o.Lock(ctx, src)     a, err := o.LockAll(ctx, src, dst)
//	if err != nil { … }            if err != nil { … }
//	defer a.Release()              defer a.Release()
//	b, err := o.Lock(ctx, dst)
//	if err != nil { … }
//	defer b.Release()
//
// Both locks are then held from the same line to the same line as before. What
// deviates from the form gets no fix: other arguments than the keys that differ,
// an error that is handled otherwise the second time, a guard that is used
// again, an argument that is a call and might not like to be made earlier.

// takes is a lock that is taken in that form.
type takes struct {
	call  *ast.CallExpr
	stmts []ast.Stmt // the call, the test of its error, the deferred release
	guard types.Object
	err   types.Object // nil: the function returns no error
	check string       // the test of the error, as text
	undo  string       // what is called on the guard: "Release"; "" if it is called itself
}

// fix returns the fix for an acquire that is judged against one lock only.
func (x *exec) fix(r *acquireRec) Fix {
	if len(r.pairs) != 1 || r.want.chain != nil {
		return Fix{}
	}
	for _, p := range r.pairs {
		acq := x.acqs[p.lock.Site]
		if acq.chain == nil && acq.site.common != nil && !acq.inCallee && p.lock.Class == r.want.class {
			return x.a.orderedFix(acq.site, r.cs, r.want.class)
		}
	}
	return Fix{}
}

// orderedFix returns the fix for two locks of one class, if they are taken in
// the form above and a function is declared that takes both.
func (a *unit) orderedFix(held, want callSite, class string) Fix {
	first, second := a.callExpr(held), a.callExpr(want)
	if first == nil || second == nil || first == second {
		return Fix{}
	}
	file := a.fileOf(first.Pos())
	if file == nil || second.Pos() < file.FileStart || second.Pos() > file.FileEnd {
		return Fix{}
	}
	block, at := statementsAt(file, first)
	if at < 0 {
		return Fix{}
	}
	one := a.takesAt(block[at:])
	if one == nil || one.call != first {
		return Fix{}
	}
	two := a.takesAt(block[at+len(one.stmts):])
	if two == nil || two.call != second || one.check != two.check || one.undo != two.undo || !a.usedOnlyHere(file, one, two) {
		return Fix{}
	}
	name, args := a.joinArgs(one.call, two.call, class)
	if name == "" {
		return Fix{}
	}
	lines, ok := a.linesOf(file, one, two, block[at+len(one.stmts)+len(two.stmts):])
	if !ok {
		return Fix{}
	}
	ident := calleeIdent(one.call)
	return Fix{Name: name, Edits: []Edit{
		{Range{ident.Pos(), one.call.End()}, name + "(" + strings.Join(args, ", ") + ")"},
		{lines, ""},
	}}
}

func (a *unit) fileOf(pos token.Pos) *ast.File {
	for _, f := range a.pass.Files {
		if f.FileStart <= pos && pos < f.FileEnd {
			return f
		}
	}
	return nil
}

// statementsAt returns the list of statements that has the one that call is
// part of, and its index; -1 if the call is deeper inside than an assignment.
func statementsAt(file *ast.File, call *ast.CallExpr) ([]ast.Stmt, int) {
	path, _ := astutil.PathEnclosingInterval(file, call.Pos(), call.End())
	for i, n := range path {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || i+1 >= len(path) {
			continue
		}
		var list []ast.Stmt
		switch p := path[i+1].(type) {
		case *ast.BlockStmt:
			list = p.List
		case *ast.CaseClause:
			list = p.Body
		case *ast.CommClause:
			list = p.Body
		}
		return list, slices.Index(list, ast.Stmt(assign))
	}
	return nil, -1
}

// takesAt reads one lock that is taken in the form at the start of list.
func (a *unit) takesAt(list []ast.Stmt) *takes {
	if len(list) < 2 {
		return nil
	}
	assign, ok := list[0].(*ast.AssignStmt)
	if !ok || assign.Tok != token.DEFINE || len(assign.Rhs) != 1 || len(assign.Lhs) > 2 {
		return nil
	}
	t := &takes{}
	if t.call, ok = assign.Rhs[0].(*ast.CallExpr); !ok || t.call.Ellipsis.IsValid() {
		return nil
	}
	if t.guard = a.defined(assign.Lhs[0]); t.guard == nil {
		return nil
	}
	n := 1
	if len(assign.Lhs) == 2 {
		id, ok := assign.Lhs[1].(*ast.Ident)
		test, isIf := list[1].(*ast.IfStmt)
		if !ok || !isIf || test.Init != nil || test.Else != nil || len(list) < 3 {
			return nil
		}
		t.err = a.pass.TypesInfo.ObjectOf(id)
		cond, ok := test.Cond.(*ast.BinaryExpr)
		if !ok || cond.Op != token.NEQ || t.err == nil || !a.isVar(cond.X, t.err) || !a.pass.TypesInfo.Types[cond.Y].IsNil() {
			return nil
		}
		if t.check, ok = a.errText(test.Body, t); !ok {
			return nil
		}
		n = 2
	}
	undo, ok := list[n].(*ast.DeferStmt)
	if !ok || len(undo.Call.Args) > 0 {
		return nil
	}
	switch f := undo.Call.Fun.(type) {
	case *ast.Ident:
		ok = a.isVar(f, t.guard)
	case *ast.SelectorExpr:
		ok, t.undo = a.isVar(f.X, t.guard), f.Sel.Name
	default:
		ok = false
	}
	if !ok {
		return nil
	}
	t.stmts = list[:n+1]
	return t
}

// defined returns the variable that e, on the left of :=, brings into being.
func (a *unit) defined(e ast.Expr) types.Object {
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	return a.pass.TypesInfo.Defs[id]
}

func (a *unit) isVar(e ast.Expr, v types.Object) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && a.pass.TypesInfo.Uses[id] == v
}

// errText is what is done about an error, with a neutral name for the error:
// a single return of simple values. Anything longer is not looked into.
func (a *unit) errText(body *ast.BlockStmt, t *takes) (string, bool) {
	if len(body.List) != 1 {
		return "", false
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok {
		return "", false
	}
	var text strings.Builder
	for _, e := range ret.Results {
		plain := true
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				plain = plain && a.pass.TypesInfo.Uses[n] != t.guard
			case *ast.FuncLit:
				plain = false
			}
			return plain
		})
		if !plain {
			return "", false
		}
		if a.isVar(e, t.err) {
			text.WriteString("the error")
		} else {
			text.WriteString(types.ExprString(e))
		}
		text.WriteByte(';')
	}
	return text.String(), true
}

// usedOnlyHere reports that nothing outside the statements of the form uses
// the guards, nor the second error if it is a variable of its own.
func (a *unit) usedOnlyHere(file *ast.File, one, two *takes) bool {
	fresh := two.err != nil && two.err != one.err
	here := true
	ast.Inspect(file, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch obj := a.pass.TypesInfo.Uses[id]; {
		case obj == nil:
		case obj == one.guard:
			here = here && within(id, one.stmts)
		case obj == two.guard, fresh && obj == two.err:
			here = here && within(id, two.stmts)
		}
		return true
	})
	return here
}

func within(n ast.Node, list []ast.Stmt) bool {
	return list[0].Pos() <= n.Pos() && n.End() <= list[len(list)-1].End()
}

// linesOf returns the whole lines of the second lock, false if they hold
// anything else.
func (a *unit) linesOf(file *ast.File, one, two *takes, rest []ast.Stmt) (Range, bool) {
	f := a.pass.Fset.File(file.FileStart)
	start, end := two.stmts[0], two.stmts[len(two.stmts)-1]
	from, to := f.Line(start.Pos()), f.Line(end.End())
	if f.Line(one.stmts[len(one.stmts)-1].End()) >= from || to >= f.LineCount() {
		return Range{}, false
	}
	if len(rest) > 0 && f.Line(rest[0].Pos()) <= to {
		return Range{}, false
	}
	r := Range{f.LineStart(from), f.LineStart(to + 1)}
	for _, group := range file.Comments {
		if group.Pos() < one.call.End() && group.End() > one.call.Pos() || group.Pos() < r.End && group.End() > r.End {
			return Range{}, false
		}
	}
	// The block's brace may stand on the last line.
	path, _ := astutil.PathEnclosingInterval(file, start.Pos(), end.End())
	for _, n := range path {
		if block, ok := n.(*ast.BlockStmt); ok {
			return r, f.Line(block.Rbrace) > to
		}
	}
	return Range{}, false
}

// joinArgs returns the name of the function that takes the keys of both calls,
// and its arguments; "" if there is none or something besides the keys differs.
func (a *unit) joinArgs(one, two *ast.CallExpr, class string) (string, []string) {
	fn := a.calledFunc(one)
	if fn == nil || fn != a.calledFunc(two) || !a.sameReceiver(one, two) {
		return "", nil
	}
	key := a.soleKey(fn, class, false)
	if key < 0 {
		return "", nil
	}
	for i := range one.Args {
		same := types.ExprString(one.Args[i]) == types.ExprString(two.Args[i])
		if i != key && !same || !a.still(one.Args[i]) || !a.still(two.Args[i]) {
			return "", nil
		}
	}
	var best *types.Func
	for _, g := range a.beside(fn) {
		if a.soleKey(g, class, true) >= 0 && sameButKeys(fn, g, key) && (best == nil || len(g.Name()) < len(best.Name())) {
			best = g
		}
	}
	if best == nil || !a.reaches(one, best) {
		return "", nil
	}
	var args []string
	params := best.Signature().Params()
	for i := range params.Len() - 1 {
		args = append(args, types.ExprString(one.Args[paramNamed(fn, params.At(i))]))
	}
	return best.Name(), append(args, types.ExprString(one.Args[key]), types.ExprString(two.Args[key]))
}

// reaches reports that g is what its name means where call has the name of its
// own function: no type between hides it, and no local name does.
func (a *unit) reaches(call *ast.CallExpr, g *types.Func) bool {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		if sel := a.pass.TypesInfo.Selections[f]; sel != nil {
			obj, _, _ := types.LookupFieldOrMethod(sel.Recv(), true, a.pkg, g.Name())
			return obj == types.Object(g)
		}
		return true
	case *ast.Ident:
		_, obj := a.pkg.Scope().Innermost(call.Pos()).LookupParent(g.Name(), call.Pos())
		return obj == types.Object(g)
	}
	return false
}

func (a *unit) calledFunc(call *ast.CallExpr) *types.Func {
	id := calleeIdent(call)
	if id == nil {
		return nil
	}
	fn, _ := a.pass.TypesInfo.Uses[id].(*types.Func)
	return fn
}

func calleeIdent(call *ast.CallExpr) *ast.Ident {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f
	case *ast.SelectorExpr:
		return f.Sel
	}
	return nil
}

// sameReceiver reports that both functions are called on the same thing: an
// owner, or a package.
func (a *unit) sameReceiver(one, two *ast.CallExpr) bool {
	p, ok := ast.Unparen(one.Fun).(*ast.SelectorExpr)
	q, too := ast.Unparen(two.Fun).(*ast.SelectorExpr)
	if !ok || !too {
		return ok == too
	}
	return a.still(p.X) && types.ExprString(p.X) == types.ExprString(q.X)
}

// soleKey returns the parameter that is the key, where a directive says that
// fn waits for one lock of the class, or for several in order; else -1.
func (a *unit) soleKey(fn *types.Func, class string, ordered bool) int {
	spec := a.model.Funcs[a.keys.Key(fn.Origin())]
	if spec == nil || len(spec.Effects) != 1 {
		return -1
	}
	e := spec.Effects[0]
	if e.Kind != lockmodel.Acquire || e.Class != class || e.Ordered != ordered || e.Try || e.During != nil ||
		len(e.Keys) != 1 || e.Keys[0].Root < 0 || len(e.Keys[0].Fields) > 0 {
		return -1
	}
	key, sig := e.Keys[0].Root, fn.Signature()
	if last := key == sig.Params().Len()-1; sig.Variadic() && last != ordered || ordered && !sig.Variadic() {
		return -1
	}
	return key
}

// beside lists the functions that can be called where fn is: the methods of
// its receiver, or the functions of its package.
func (a *unit) beside(fn *types.Func) []*types.Func {
	var out []*types.Func
	if recv := fn.Signature().Recv(); recv != nil {
		set := types.NewMethodSet(recv.Type())
		for i := range set.Len() {
			if g, ok := set.At(i).Obj().(*types.Func); ok && (g.Exported() || g.Pkg() == a.pkg) {
				out = append(out, g)
			}
		}
		return out
	}
	scope := fn.Pkg().Scope()
	for _, name := range scope.Names() {
		if g, ok := scope.Lookup(name).(*types.Func); ok && (g.Exported() || g.Pkg() == a.pkg) {
			out = append(out, g)
		}
	}
	return out
}

// sameButKeys reports that the variadic g takes what fn takes, by name and
// type, with the keys last, and returns the same.
func sameButKeys(fn, g *types.Func, key int) bool {
	p, q := fn.Signature(), g.Signature()
	if p.Params().Len() != q.Params().Len() || !types.Identical(p.Results(), q.Results()) || p.TypeParams().Len()+q.TypeParams().Len() > 0 {
		return false
	}
	last := q.Params().Len() - 1
	for i := range last {
		if j := paramNamed(fn, q.Params().At(i)); j < 0 || j == key {
			return false
		}
	}
	elem, ok := q.Params().At(last).Type().(*types.Slice)
	return ok && types.Identical(elem.Elem(), p.Params().At(key).Type())
}

// paramNamed finds the parameter of fn with the name and the type of v.
func paramNamed(fn *types.Func, v *types.Var) int {
	params := fn.Signature().Params()
	for i := range params.Len() {
		if p := params.At(i); p.Name() == v.Name() && p.Name() != "" && p.Name() != "_" && types.Identical(p.Type(), v.Type()) {
			return i
		}
	}
	return -1
}

// still reports that e has one value from the first call to the second: names,
// fields, and constants, no call and no dereference in the middle.
func (a *unit) still(e ast.Expr) bool {
	if a.pass.TypesInfo.Types[e].Value != nil {
		return true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return a.still(e.X)
	}
	return false
}
