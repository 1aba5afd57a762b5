package lockmodel

import (
	"cmp"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// Key returns the name of a declaration that holds across packages and
// drivers:
//
//	pkg/path.Func             a function
//	(*pkg/path.Type).Method   a method
//	(pkg/path.Iface).Method   a method of an interface
//	pkg/path.name             a package variable
//	pkg/path.Type             a named type
//	pkg/path.Type.field       a field; of an anonymous struct, pkg/path.var.field
//	pkg/path.Func.name        a local variable; in a method, pkg/path.Type.Method.name
//
// An instance of a generic declaration has the key of its origin, without type
// parameters; a test variant of a package has the path of the package. Objects
// without a package (the method of error) have their bare name.
//
// For a field, or a method of an unnamed interface, Key walks the package
// anew; use a [Keys] to ask often.
func Key(obj types.Object) string { return new(Keys).Key(obj) }

// Keys computes keys and remembers the fields of the packages that it was asked
// about. The zero Keys is ready. It is not safe for concurrent use.
type Keys struct {
	fields map[*types.Package]map[types.Object]string
	funcs  map[*types.Package]map[*types.Scope]string
	locals map[*types.Scope]map[types.Object]string
}

// Key is like the function [Key].
func (k *Keys) Key(obj types.Object) string {
	switch o := obj.(type) {
	case *types.Func:
		return k.funcKey(o.Origin())
	case *types.Var:
		if o = o.Origin(); o.IsField() {
			return k.memberKey(o, o.Name())
		}
		obj = o
	}
	pkg := obj.Pkg()
	if pkg == nil {
		return obj.Name()
	}
	if obj.Parent() == pkg.Scope() {
		return PkgPath(pkg) + "." + obj.Name()
	}
	return k.localKey(obj)
}

// PkgPath returns the path of pkg without the mark of a test variant, as in
// "example.org/p [example.org/p.test]".
func PkgPath(pkg *types.Package) string {
	path, _, _ := strings.Cut(pkg.Path(), " [")
	return path
}

func (k *Keys) funcKey(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		if fn.Pkg() == nil {
			return fn.Name()
		}
		return PkgPath(fn.Pkg()) + "." + fn.Name()
	}
	t, star := types.Unalias(recv.Type()), ""
	if p, ok := t.(*types.Pointer); ok {
		t, star = types.Unalias(p.Elem()), "*"
	}
	if named, ok := t.(*types.Named); ok {
		return "(" + star + k.Key(named.Origin().Obj()) + ")." + fn.Name()
	}
	return k.memberKey(fn, fn.Name())
}

// memberKey returns the key of a field or a method of an unnamed interface.
func (k *Keys) memberKey(obj types.Object, name string) string {
	pkg := obj.Pkg()
	if pkg == nil {
		return name
	}
	fields := k.fields[pkg]
	if fields == nil {
		fields = memberKeys(pkg)
		if k.fields == nil {
			k.fields = map[*types.Package]map[types.Object]string{}
		}
		k.fields[pkg] = fields
	}
	if key := fields[obj]; key != "" {
		return key
	}
	return k.localKey(obj)
}

// FieldKeys returns the keys of the fields of all structs that the package
// scope of pkg leads to: those of named types, and anonymous ones inside them
// or inside the types of variables. It serves imported packages as well, with
// the same keys but for one case: where an exported type copies the struct of
// an unexported one (type B a), export data may know the copy only.
func FieldKeys(pkg *types.Package) map[*types.Var]string {
	out := map[*types.Var]string{}
	for obj, key := range memberKeys(pkg) {
		if v, ok := obj.(*types.Var); ok {
			out[v] = key
		}
	}
	return out
}

// memberKeys is FieldKeys with the methods of unnamed interfaces.
func memberKeys(pkg *types.Package) map[types.Object]string {
	scope := pkg.Scope()
	var owners []types.Object
	for _, name := range scope.Names() {
		owners = append(owners, scope.Lookup(name))
	}
	w := &memberWalk{pkg: pkg, keys: map[types.Object]string{}}
	w.walkAll(owners, func(o types.Object) string { return PkgPath(pkg) + "." + o.Name() })
	return w.keys
}

// A memberWalk names the members of types after the objects that lead to them.
type memberWalk struct {
	pkg  *types.Package
	keys map[types.Object]string
}

// walkAll visits types before variables, each kind in the order of the source.
// Two types may share one struct (type B A), whose fields belong to the type
// that wrote it: the last one that does not stand behind the field. A variable
// names only what no type does.
func (w *memberWalk) walkAll(owners []types.Object, key func(types.Object) string) {
	rank := func(o types.Object) int {
		if isVar(o) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(owners, func(a, b types.Object) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Pos(), b.Pos()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, o := range owners {
		switch o := o.(type) {
		case *types.TypeName:
			t := types.Unalias(o.Type())
			if named, ok := t.(*types.Named); ok {
				if named.Obj() != o {
					continue // an alias; the type itself comes by its own name
				}
				t = named.Underlying()
			}
			w.walk(t, o, key(o))
		case *types.Var:
			w.walk(o.Type(), o, key(o))
		}
	}
}

// walk visits t, whose members are named key.member, as far as it is not named.
func (w *memberWalk) walk(t types.Type, owner types.Object, key string) {
	switch t := types.Unalias(t).(type) {
	case *types.Struct:
		for f := range t.Fields() {
			name := key + "." + f.Name()
			if w.record(f, owner, name) {
				w.walk(f.Type(), owner, name)
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			w.record(m, owner, key+"."+m.Name())
		}
		for e := range t.EmbeddedTypes() {
			w.walk(e, owner, key)
		}
	case *types.Map:
		w.walk(t.Key(), owner, key)
		w.walk(t.Elem(), owner, key)
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		w.walk(t.Elem(), owner, key)
	}
}

// record reports whether the member takes its name from owner.
func (w *memberWalk) record(member, owner types.Object, key string) bool {
	if member.Pkg() != w.pkg {
		return false
	}
	if _, ok := w.keys[member]; ok && (isVar(owner) || owner.Pos() > member.Pos()) {
		return false
	}
	w.keys[member] = key
	return true
}

func isVar(o types.Object) bool {
	_, ok := o.(*types.Var)
	return ok
}

// localKey returns the key of an object inside a function: the function's
// name and its own. Of several that share a name there, the second in the
// source has ".2" at its end, and so on. Outside of any function that has a
// name of its own, "_" stands for it.
func (k *Keys) localKey(obj types.Object) string {
	pkg := obj.Pkg()
	scope, fn := k.enclosing(pkg, obj)
	if scope == nil {
		return PkgPath(pkg) + "._." + obj.Name()
	}
	keys := k.locals[scope]
	if keys == nil {
		keys = localKeys(pkg, scope, fn)
		if k.locals == nil {
			k.locals = map[*types.Scope]map[types.Object]string{}
		}
		k.locals[scope] = keys
	}
	if key := keys[obj]; key != "" {
		return key
	}
	return fn + "._." + obj.Name()
}

// enclosing returns the scope of the declared function around obj, and the
// key prefix of its locals.
func (k *Keys) enclosing(pkg *types.Package, obj types.Object) (*types.Scope, string) {
	funcs := k.funcs[pkg]
	if funcs == nil {
		funcs = funcScopes(pkg)
		if k.funcs == nil {
			k.funcs = map[*types.Package]map[*types.Scope]string{}
		}
		k.funcs[pkg] = funcs
	}
	for s := obj.Parent(); s != nil; s = s.Parent() {
		if fn, ok := funcs[s]; ok {
			return s, fn
		}
	}
	if obj.Parent() == nil { // a member: its place tells
		for s, fn := range funcs {
			if s.Contains(obj.Pos()) {
				return s, fn
			}
		}
	}
	return nil, ""
}

// funcScopes returns the scopes of the functions and methods of a package that
// was checked from source.
func funcScopes(pkg *types.Package) map[*types.Scope]string {
	out := map[*types.Scope]string{}
	add := func(fn *types.Func, name string) {
		if s := fn.Scope(); s != nil {
			out[s] = PkgPath(pkg) + "." + name
		}
	}
	for _, name := range pkg.Scope().Names() {
		switch o := pkg.Scope().Lookup(name).(type) {
		case *types.Func:
			add(o, name)
		case *types.TypeName:
			if named, ok := o.Type().(*types.Named); ok && named.Obj() == o {
				for m := range named.Methods() {
					add(m, name+"."+m.Name())
				}
			}
		}
	}
	return out
}

// localKeys names the objects of one function and the members of its types.
func localKeys(pkg *types.Package, scope *types.Scope, fn string) map[types.Object]string {
	var objs []types.Object
	var gather func(*types.Scope)
	gather = func(s *types.Scope) {
		for _, name := range s.Names() {
			objs = append(objs, s.Lookup(name))
		}
		for c := range s.Children() {
			gather(c)
		}
	}
	gather(scope)
	slices.SortFunc(objs, func(a, b types.Object) int { return cmp.Compare(a.Pos(), b.Pos()) })
	w := &memberWalk{pkg: pkg, keys: map[types.Object]string{}}
	count := map[string]int{}
	for _, o := range objs {
		key := fn + "." + o.Name()
		count[key]++
		if n := count[key]; n > 1 {
			key += "." + strconv.Itoa(n)
		}
		w.keys[o] = key
	}
	w.walkAll(objs, func(o types.Object) string { return w.keys[o] })
	return w.keys
}
