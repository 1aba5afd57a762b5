package analyzer

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// buildSSA builds SSA for the package of pass. It is called only when the
// package can matter: x/tools' buildssa would build every dependency, because
// it needs a pass that has facts.
//
// Generic functions are analysed once, uninstantiated; their instances are
// thin wrappers that lead to the origin.
func buildSSA(pass *analysis.Pass) (*ssa.Package, []*ssa.Function) {
	prog := ssa.NewProgram(pass.Fset, ssa.BuilderMode(0))
	prog.SetNoReturn(func(fn *types.Func) bool { return noReturn[fn.FullName()] })
	for _, p := range pass.Pkg.Imports() {
		prog.CreatePackage(p, nil, nil, true)
	}
	pkg := prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false)
	pkg.Build()

	var fns []*ssa.Function
	var add func(*ssa.Function)
	add = func(f *ssa.Function) {
		fns = append(fns, f)
		for _, anon := range f.AnonFuncs {
			add(anon)
		}
	}
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok {
				if fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					if f := prog.FuncValue(fn); f != nil {
						add(f)
					}
				}
			}
		}
	}
	if init := pkg.Func("init"); init != nil {
		add(init)
	}
	return pkg, fns
}

// funcKey names f across packages: the key of its declaration, and for a
// closure the key of the function it stands in with its number there.
func funcKey(f *ssa.Function) string {
	if o := f.Origin(); o != nil {
		f = o
	}
	if p := f.Parent(); p != nil {
		for i, anon := range p.AnonFuncs {
			if anon == f {
				return funcKey(p) + "$" + strconv.Itoa(i+1)
			}
		}
		return funcKey(p) + "$" + f.Name()
	}
	if obj, ok := f.Object().(*types.Func); ok && obj != nil {
		key := lockmodel.Key(obj)
		switch {
		case f.Synthetic == "":
			return key
		case strings.HasSuffix(f.Name(), "$bound"):
			return key + "$bound"
		case strings.HasSuffix(f.Name(), "$thunk"):
			return key + "$thunk"
		case strings.HasPrefix(f.Synthetic, "wrapper"):
			return key + "$wrapper:" + f.String()
		}
		return key
	}
	return f.String()
}

// displayName is how a person would name f from inside package from: bare in
// its own package, else qualified by the package's name.
func displayName(f *ssa.Function, from *types.Package) string {
	if f == nil {
		return "function value"
	}
	if o := f.Origin(); o != nil {
		f = o
	}
	if p := f.Parent(); p != nil {
		return "func literal in " + displayName(p, from)
	}
	if obj, ok := f.Object().(*types.Func); ok && obj != nil {
		return objectName(obj, from)
	}
	return f.Name()
}

// objectName is displayName for a declared function.
func objectName(obj *types.Func, from *types.Package) string {
	name := obj.Name()
	if recv := obj.Signature().Recv(); recv != nil {
		if t := typeName(recv.Type()); t != "" {
			name = t + "." + name
		}
	}
	if obj.Pkg() != nil && from != nil && obj.Pkg().Path() != from.Path() {
		return obj.Pkg().Name() + "." + name
	}
	return name
}

// typeName is the name of the named type behind t, or "".
func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return t.Obj().Name()
	case *types.TypeParam:
		return t.Obj().Name()
	}
	return ""
}
