package analyzer

import (
	"go/token"
	"go/types"
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// A surface is what importers of a package can get at without importing
// anything else: the types that its exported declarations lead to. A fact hands
// on what importers need of other packages, and that is what belongs to these
// types. Whoever wants to call a function of another package, or to fill a
// variable of it, imports that package and has its fact. So facts do not grow
// with the depth of the imports.
//
// Not followed are unexported fields, since importers cannot select them. But
// the packages of their types count: guards may lie there.
type surface struct {
	keys    *lockmodel.Keys
	types   map[string]bool // keys of the named types
	methods map[string]bool // keys of their methods
	pkgs    map[string]bool // paths of the packages that these and unexported fields are of
	seen    map[types.Type]bool
	parts   map[types.Type]bool
}

// surfaceOf walks over the exported declarations of pkg.
func surfaceOf(pkg *types.Package, keys *lockmodel.Keys) *surface {
	s := &surface{keys: keys, types: map[string]bool{}, methods: map[string]bool{}, pkgs: map[string]bool{pkg.Path(): true},
		seen: map[types.Type]bool{}, parts: map[types.Type]bool{}}
	for _, name := range pkg.Scope().Names() {
		if token.IsExported(name) {
			s.walk(pkg.Scope().Lookup(name).Type())
		}
	}
	return s
}

// walk follows t to all that a value of it leads to.
func (s *surface) walk(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		s.named(t)
	case *types.TypeParam:
		if !s.seen[t] {
			s.seen[t] = true
			s.walk(t.Constraint())
		}
	case *types.Signature:
		s.walk(t.Params())
		s.walk(t.Results())
		for p := range t.TypeParams().TypeParams() {
			s.walk(p)
		}
	case *types.Tuple:
		for v := range t.Variables() {
			s.walk(v.Type())
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() || f.Embedded() {
				s.walk(f.Type())
			} else {
				s.part(f.Type())
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			s.walk(m.Type())
		}
		for e := range t.EmbeddedTypes() {
			s.walk(e)
		}
	case *types.Union:
		for term := range t.Terms() {
			s.walk(term.Type())
		}
	case *types.Map:
		s.walk(t.Key())
		s.walk(t.Elem())
	case interface{ Elem() types.Type }:
		s.walk(t.Elem())
	}
}

func (s *surface) named(t *types.Named) {
	if s.seen[t] {
		return
	}
	s.seen[t] = true
	for arg := range t.TypeArgs().Types() {
		s.walk(arg)
	}
	if o := t.Origin(); o != t {
		s.walk(o)
		return
	}
	if p := t.Obj().Pkg(); p != nil {
		s.pkgs[p.Path()] = true
	}
	s.types[s.keys.Key(t.Obj())] = true
	for m := range t.Methods() {
		s.methods[s.keys.Key(m)] = true
		if m.Exported() {
			s.walk(m.Type())
		}
	}
	s.walk(t.Underlying())
}

// part notes the packages of the types that a value of t is made of.
func (s *surface) part(t types.Type) {
	if s.parts[t] {
		return
	}
	s.parts[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if p := t.Obj().Pkg(); p != nil {
			s.pkgs[p.Path()] = true
		}
		for arg := range t.TypeArgs().Types() {
			s.part(arg)
		}
		s.part(t.Underlying())
	case *types.Struct:
		for f := range t.Fields() {
			s.part(f.Type())
		}
	case *types.Map:
		s.part(t.Key())
		s.part(t.Elem())
	case interface{ Elem() types.Type }:
		s.part(t.Elem())
	}
}

// settles reports whether an importer may settle an obligation that is about
// target: convert a type to the interface, or fill the place.
func (s *surface) settles(target string) bool {
	t, ok := strings.CutPrefix(target, "iface:")
	if !ok {
		return true // a place: functions that fill it may be all over
	}
	i := strings.LastIndexByte(t, '.')
	t, _, _ = strings.Cut(t[:max(i, 0)], "[")
	if strings.ContainsAny(t, " {(") {
		return true // an interface without a name can be written anywhere
	}
	return s.types[t]
}
