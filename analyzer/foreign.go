package analyzer

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Types behind the interfaces of other packages
//
// A constructor often returns an interface, and the type of what it returns is
// nobody else's business: export data need not have it. So the fact of a
// function that hands out a value in an interface brings along what the methods
// of the value's type are called and, for those that matter, their summaries.
// A method that is not among them has nothing to do with locks.

// typeRef begins the key of the fact about a type; typeKey follows.
const typeRef = "type:"

// quietMethod is the key of a method of which nothing is to be known.
const quietMethod = "quiet"

// A foreign is what a fact tells of a method.
type foreign struct{ key, name string }

// handOnType adds the fact about a type that this package knows, and the
// summaries of its methods.
func (a *unit) handOnType(out map[string]FuncFact, key, typ string) bool {
	t := a.typeOf[typ]
	if t == nil || a.isForeign(t) && a.imports.raw[key].Key != "" {
		return false
	}
	f := FuncFact{Key: key}
	out[key] = f
	names := map[string]foreign{}
	for sel := range a.methodSets.MethodSet(t).Methods() {
		name := sel.Obj().Name()
		m := a.method(t, typ, name)
		key := m.key
		if m.fn != nil {
			key = a.named(m.fn).key
		}
		if m.fn != nil && len(m.fn.Blocks) > 0 {
			if s := a.summaryOf(m.fn); !s.silent() {
				names[name] = foreign{key, nameOutside(t) + "." + name}
				a.export(out, m.fn, s)
			}
		} else if !a.imports.load(a, key).silent() {
			names[name] = foreign{key, nameOutside(t) + "." + name}
			a.handOn(out, key)
		}
	}
	var w writer
	w.num(len(names))
	for _, name := range sortedKeys(names) {
		w.str(name)
		w.str(names[name].key)
		w.str(names[name].name)
		f.Refs = append(f.Refs, names[name].key)
	}
	slices.Sort(f.Refs)
	f.Data, f.Refs = w.b, slices.Compact(f.Refs)
	out[key] = f
	return true
}

// isForeign reports whether t is declared in another package.
func (a *unit) isForeign(t types.Type) bool {
	n, ok := types.Unalias(deref(t)).(*types.Named)
	return ok && n.Obj().Pkg() != a.pkg
}

// nameOutside is what people of another package call t.
func nameOutside(t types.Type) string {
	return types.TypeString(deref(t), func(p *types.Package) string { return p.Name() })
}

// foreignMethod returns the method of a type that only facts tell of.
func (a *unit) foreignMethod(v *lockset.Value, name string, args []*lockset.Value) (callee, bool) {
	methods, ok := a.imports.methods(a, v.Aux)
	if !ok {
		return callee{}, false
	}
	m, ok := methods[name]
	if !ok {
		m.key = quietMethod
	}
	if spec := a.model.Funcs[m.key]; spec != nil {
		return callee{}, false // its directives speak of a declaration that cannot be had
	}
	return callee{key: m.key, name: m.name, args: append([]*lockset.Value{v.Args[0]}, args...)}, true
}

// methods returns the methods that matter of the type with a key.
func (im *imports) methods(a *unit, typ string) (map[string]foreign, bool) {
	if m, ok := im.foreign[typ]; ok {
		return m, m != nil
	}
	if im.foreign == nil {
		im.foreign = make(map[string]map[string]foreign)
	}
	f, ok := im.raw[typeRef+typ]
	if !ok {
		im.foreign[typ] = nil
		return nil, false
	}
	out := make(map[string]foreign)
	r := &reader{b: f.Data, a: a}
	for range r.each() {
		name := r.str()
		out[name] = foreign{r.str(), r.str()}
	}
	if r.err != nil {
		im.err = append(im.err, f.Key)
		out = nil
	}
	im.foreign[typ] = out
	return out, out != nil
}

// givesTypes reports whether importers may need to know of what type a value
// is that f hands out in an interface: f is exported and returns it, or keeps
// one that it is given or makes, as constructors do and what they call.
func (a *unit) givesTypes(f *ssa.Function) bool {
	obj := a.objectOf(f)
	return obj != nil && obj.Exported() && a.handsOut(f, maxHelpers)
}

func (a *unit) handsOut(f *ssa.Function, depth int) bool {
	if depth == 0 {
		return false
	}
	for r := range f.Signature.Results().Variables() {
		if isService(r.Type()) {
			return true
		}
	}
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				if _, field := instr.Addr.(*ssa.FieldAddr); field && isService(instr.Val.Type()) {
					return true
				}
			case *ssa.Call:
				if fn := instr.Call.StaticCallee(); fn != nil && a.handsOut(fn, depth-1) {
					return true
				}
			}
		}
	}
	return false
}

// isService reports whether t is an interface whose methods may do something.
func isService(t types.Type) bool {
	iface, ok := t.Underlying().(*types.Interface)
	return ok && iface.NumMethods() > 0 && !isError(t)
}
