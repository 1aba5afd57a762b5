package lockmodel

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// A target is the function that an extern names, taken apart as far as its
// text allows.
type target struct {
	typ    string // "pkg/path.Type" if the type stands in parentheses
	method string // with typ
	plain  string // else "pkg/path.Func" or "pkg/path.Type.Method"
}

const targetForms = "write pkg/path.Func, (*pkg/path.Type).Method or (pkg/path.Iface).Method"

// parseTarget takes the name of an extern apart; the message, if any, says what
// is wrong with it.
func parseTarget(text string) (target, string) {
	bad := func(why string) (target, string) {
		return target{}, "extern names " + quote(text) + ", " + why + "; " + targetForms
	}
	if strings.ContainsAny(text, "[]") {
		return target{}, "extern names " + quote(text) + " with type parameters; write the name without them"
	}
	inner, paren := strings.CutPrefix(text, "(")
	if !paren {
		if _, names := splitPath(text); !identifiers(names, 1) {
			return bad("which is not a function of a package")
		}
		return target{plain: text}, ""
	}
	typ, method, ok := strings.Cut(inner, ").")
	if !ok || !token.IsIdentifier(method) {
		return bad("which names no method")
	}
	typ = strings.TrimPrefix(typ, "*")
	if _, names := splitPath(typ); !identifiers(names, 1) {
		return bad("which names no type of a package")
	}
	return target{typ: typ, method: method}, ""
}

// splitPath cuts a qualified name at the first dot after its last slash. The
// package may reach further, as in gopkg.in/yaml.v3.
func splitPath(s string) (path string, names []string) {
	slash := strings.LastIndexByte(s, '/') + 1
	parts := strings.Split(s[slash:], ".")
	return s[:slash] + parts[0], parts[1:]
}

// identifiers reports whether the last n names, at least, are there and can be
// declared; those before may belong to the path.
func identifiers(names []string, n int) bool {
	if len(names) < n {
		return false
	}
	for _, name := range names {
		if name == "" {
			return false
		}
	}
	return token.IsIdentifier(names[len(names)-1])
}

// resolve finds the function that an extern names, among the packages that
// this one imports, directly or not, and itself.
func (c *collector) resolve(d *Directive) (*types.Func, *Error) {
	t, _ := parseTarget(d.Target.Text)
	name := t.plain
	if t.typ != "" {
		name = t.typ
	}
	path, names := splitPath(name)
	pkgs := c.imports()
	pkg := pkgs[path]
	rest := names
	for i := range names[:len(names)-1] { // the longest path that exists
		longer := path + "." + strings.Join(names[:i+1], ".")
		if p := pkgs[longer]; p != nil {
			pkg, rest = p, names[i+1:]
		}
	}
	if pkg == nil {
		near := nearestPackage(path, slices.Sorted(maps.Keys(pkgs)))
		if near == "" {
			return nil, fail(d.Target, "extern names package ", quote(path), ", which is not imported; import it, with _ if need be")
		}
		return nil, fail(d.Target, "extern names package ", quote(path), ", which is not imported; the nearest is ", near)
	}
	if t.typ != "" {
		rest = append(slices.Clone(rest), t.method)
	}
	if len(rest) > 2 {
		return nil, fail(d.Target, "extern names ", quote(d.Target.Text), ", which reaches deeper than a method; ", targetForms)
	}
	return c.member(d.Target, pkg, rest, t.typ != "")
}

// nearestPackage is nearest for import paths, where the last part alone is the
// likeliest slip.
func nearestPackage(path string, known []string) string {
	for _, k := range known {
		if strings.HasSuffix(k, "/"+path) {
			return k
		}
	}
	return nearest(path, known)
}

// imports returns this package and all that it imports, by path.
func (c *collector) imports() map[string]*types.Package {
	if c.byPath != nil {
		return c.byPath
	}
	c.byPath = map[string]*types.Package{}
	var visit func(*types.Package)
	visit = func(p *types.Package) {
		path := PkgPath(p)
		if _, ok := c.byPath[path]; ok {
			return
		}
		c.byPath[path] = p
		for _, q := range p.Imports() {
			visit(q)
		}
	}
	visit(c.pkg)
	return c.byPath
}

// member finds the function F, or the method M of type T, that names holds in
// pkg; asType says that the text speaks of a type.
func (c *collector) member(w Word, pkg *types.Package, names []string, asType bool) (*types.Func, *Error) {
	scope := pkg.Scope()
	obj := scope.Lookup(names[0])
	if obj == nil {
		return nil, c.noMember(w, pkg, names, asType)
	}
	if len(names) == 1 {
		if fn, ok := obj.(*types.Func); ok {
			return fn, nil
		}
		return nil, fail(w, "extern names ", PkgPath(pkg), ".", names[0], ", which is ", kindOf(obj), "; name a function or a method")
	}
	if _, ok := obj.(*types.TypeName); !ok {
		return nil, fail(w, "extern names a method of ", PkgPath(pkg), ".", names[0], ", which is ", kindOf(obj), "; name a type")
	}
	t := obj.Type()
	if !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	found, _, _ := types.LookupFieldOrMethod(t, true, pkg, names[1])
	if fn, ok := found.(*types.Func); ok {
		return fn, nil
	}
	methods := methodNames(t)
	return nil, fail(w, fmt.Sprintf("type %s.%s has no method %s; ", PkgPath(pkg), names[0], quote(names[1])),
		remedy(names[1], methods, "it has", "it has no methods"))
}

// noMember says that pkg does not declare names[0].
func (c *collector) noMember(w Word, pkg *types.Package, names []string, asType bool) *Error {
	what := "function"
	if asType || len(names) > 1 {
		what = "type"
	}
	var known []string
	for _, name := range pkg.Scope().Names() {
		_, isFunc := pkg.Scope().Lookup(name).(*types.Func)
		_, isType := pkg.Scope().Lookup(name).(*types.TypeName)
		if isFunc && what == "function" || isType && what == "type" {
			known = append(known, name)
		}
	}
	instead := "import the package itself, with _ if need be, or correct the name"
	if slices.Contains(c.pkg.Imports(), pkg) || pkg == c.pkg {
		instead = "correct the name"
	}
	return fail(w, "package ", PkgPath(pkg), " has no ", what, " ", quote(names[0]), "; ", remedy(names[0], known, "", instead))
}

// methodNames returns the names of the methods of t, sorted.
func methodNames(t types.Type) []string {
	var names []string
	for sel := range types.NewMethodSet(t).Methods() {
		names = append(names, sel.Obj().Name())
	}
	return names
}

// kindOf says what an object is.
func kindOf(obj types.Object) string {
	switch obj.(type) {
	case *types.TypeName:
		return "a type"
	case *types.Const:
		return "a constant"
	case *types.Var:
		return "a variable"
	case *types.Func:
		return "a function"
	}
	return "no function"
}
