package lockmodel

import (
	"go/constant"
	"go/types"
	"slices"
	"strings"
)

// function adds the effect of a directive to what is known of fn.
func (c *collector) function(d *Directive, fn *types.Func) *Error {
	fn = fn.Origin()
	e := &Effect{}
	var err *Error
	switch d.Verb.Text {
	case verbAcquire:
		e.Kind = Acquire
	case verbRelease:
		e.Kind = Release
	case verbRequire:
		e.Kind = Require
	case verbAsync:
		e.Kind = Async
		if e.Params, err = c.asyncParams(d, fn); err != nil {
			return err
		}
	}
	if e.Kind != Async {
		if err := c.lockEffect(d, fn, e); err != nil {
			return err
		}
	}
	key := c.keys.Key(fn)
	f := c.own.Funcs[key]
	if f == nil {
		f = &Func{Key: key}
		c.own.Funcs[key] = f
	}
	f.Effects = append(f.Effects, *e)
	if e.Kind == Acquire {
		c.acquires = append(c.acquires, acquire{obj: fn, fn: f, index: len(f.Effects) - 1})
	}
	return nil
}

// lockEffect fills in the class of an effect and what follows it.
func (c *collector) lockEffect(d *Directive, fn *types.Func, e *Effect) *Error {
	if err := c.checkKnown(d.Classes[0]); err != nil {
		return err
	}
	e.Class = d.Classes[0].Text
	e.Ordered, e.Try = d.Ordered.Text != "", d.Try.Text != ""
	for _, w := range d.Keys {
		path, t, err := c.path(w, fn)
		if err != nil {
			return err
		}
		if !isKey(t, e.Kind == Acquire) {
			return fail(w, "key ", quote(w.Text), " has type ", c.typeName(t), ", which cannot be compared; name a part of it")
		}
		e.Keys = append(e.Keys, *path)
	}
	if w := d.During; w.Text != "" {
		path, t, err := c.path(w, fn)
		if err != nil {
			return err
		}
		if _, ok := t.Underlying().(*types.Signature); !ok {
			return fail(w, "during=", w.Text, " has type ", c.typeName(t), "; name a parameter that is a function")
		}
		e.During = path
	}
	return c.mode(d, fn, e)
}

// mode fills in the mode. An acquire without one is of a lock that has no
// modes, which is an exclusive one; a require without one is content with any.
func (c *collector) mode(d *Directive, fn *types.Func, e *Effect) *Error {
	e.Mode.Fixed = d.Mode
	w := d.ModeFrom
	if w.Text == "" {
		if d.Mode == Unknown && e.Kind == Acquire {
			e.Mode.Fixed = Exclusive
		}
		return nil
	}
	path, t, err := c.path(w, fn)
	if err != nil {
		return err
	}
	e.Mode.From, e.Mode.Values = path, modeValues(t)
	if e.Mode.Values == nil {
		return fail(w, "mode=", w.Text, " has type ", c.typeName(t),
			"; name a bool, or a value of a type with constants whose names end in Shared, Exclusive, Read or Write")
	}
	return nil
}

// modeValues maps the constants of t to modes, or returns nil if t has none.
func modeValues(t types.Type) map[string]Mode {
	if b, ok := t.Underlying().(*types.Basic); ok && b.Kind() == types.Bool {
		return map[string]Mode{
			constant.MakeBool(true).ExactString():  Exclusive,
			constant.MakeBool(false).ExactString(): Shared,
		}
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return nil
	}
	var values map[string]Mode
	scope := named.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		k, ok := scope.Lookup(name).(*types.Const)
		if !ok || !types.Identical(k.Type(), t) {
			continue
		}
		mode := modeOfName(name)
		if _, taken := values[k.Val().ExactString()]; mode == Unknown || taken {
			continue // the first name in byte order decides
		}
		if values == nil {
			values = map[string]Mode{}
		}
		values[k.Val().ExactString()] = mode
	}
	return values
}

// modeOfName reads a mode from the end of a constant's name; a name that is
// nothing else may begin with a small letter.
func modeOfName(name string) Mode {
	for suffix, mode := range map[string]Mode{"Shared": Shared, "Read": Shared, "Exclusive": Exclusive, "Write": Exclusive} {
		if strings.HasSuffix(name, suffix) || strings.EqualFold(name, suffix) {
			return mode
		}
	}
	return Unknown
}

// isKey reports whether values of t can be keys: they can be compared or, if
// many, are lists of such values.
func isKey(t types.Type, many bool) bool {
	if types.Comparable(t) {
		return true
	}
	if s, ok := t.Underlying().(*types.Slice); ok && many {
		return types.Comparable(s.Elem())
	}
	return false
}

// path resolves a path that begins at a parameter of fn or at its receiver.
func (c *collector) path(w Word, fn *types.Func) (*Path, types.Type, *Error) {
	parts := strings.Split(w.Text, ".")
	first := Word{parts[0], w.Pos}
	root, v, err := c.param(first, fn)
	if err != nil {
		return nil, nil, err
	}
	fields, t, err := c.fields(w, first, parts[1:], v.Type())
	if err != nil {
		return nil, nil, err
	}
	return &Path{Root: root, Fields: fields}, t, nil
}

// param finds a parameter, or the receiver, by name.
func (c *collector) param(w Word, fn *types.Func) (int, *types.Var, *Error) {
	sig := fn.Signature()
	var names []string
	if w.Text != "_" {
		if r := sig.Recv(); r != nil && r.Name() == w.Text {
			return Receiver, r, nil
		}
		for i := range sig.Params().Len() {
			if p := sig.Params().At(i); p.Name() == w.Text {
				return i, p, nil
			}
		}
	}
	for p := range sig.Params().Variables() {
		names = append(names, p.Name())
	}
	if r := sig.Recv(); r != nil {
		names = append(names, r.Name())
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" || name == "_" })
	return 0, nil, fail(w, fn.Name(), " has no parameter ", quote(w.Text), "; ",
		remedy(w.Text, names, "it has", "it has none that has a name"))
}

// fields follows names from a value of type t, which the path w reaches by the
// word before them. It returns the fields passed, embedded ones included, and
// the type of the last.
func (c *collector) fields(w, before Word, names []string, t types.Type) ([]string, types.Type, *Error) {
	var fields []string
	pos := before.End() + 1
	if before == w { // the path begins with a field
		pos = w.Pos
	}
	for _, name := range names {
		at := Word{name, pos}
		pos = at.End() + 1
		step, ft := lookupField(t, name, c.pkg)
		if ft == nil {
			owner := "the struct"
			if _, anonymous := t.(*types.Struct); !anonymous {
				owner = c.typeName(t)
			}
			return nil, nil, fail(at, owner, " has no field ", quote(name), "; ",
				remedy(name, fieldNames(t), "it has", "it has no fields"))
		}
		fields = append(fields, step...)
		t = ft
	}
	return fields, t, nil
}

// lookupField finds a field of t, or of what t points to, as a selector would,
// but for all packages alike. It returns the fields on the way.
func lookupField(t types.Type, name string, pkg *types.Package) ([]string, types.Type) {
	for _, p := range append(ownersOf(t), pkg) {
		obj, index, _ := types.LookupFieldOrMethod(t, true, p, name)
		v, ok := obj.(*types.Var)
		if !ok || structOf(t) == nil { // a type parameter may have a struct for its core
			continue
		}
		var fields []string
		for _, i := range index {
			f := structOf(t).Field(i)
			fields = append(fields, f.Name())
			t = f.Type()
		}
		return fields, v.Type()
	}
	return nil, nil
}

// structOf returns the struct that t is or points to, or nil.
func structOf(t types.Type) *types.Struct {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, _ := t.Underlying().(*types.Struct)
	return s
}

// ownersOf returns the packages whose unexported fields t may have.
func ownersOf(t types.Type) []*types.Package {
	var pkgs []*types.Package
	if s := structOf(t); s != nil {
		for f := range s.Fields() {
			if !slices.Contains(pkgs, f.Pkg()) {
				pkgs = append(pkgs, f.Pkg())
			}
		}
	}
	return pkgs
}

func fieldNames(t types.Type) []string {
	var names []string
	if s := structOf(t); s != nil {
		for f := range s.Fields() {
			names = append(names, f.Name())
		}
	}
	return names
}

// asyncParams returns the indexes of the parameters that an async means.
func (c *collector) asyncParams(d *Directive, fn *types.Func) ([]int, *Error) {
	var out []int
	params := fn.Signature().Params()
	for _, w := range d.Params {
		i, v, err := c.param(w, fn)
		if err != nil {
			return nil, err
		}
		if i == Receiver || !isFunc(v.Type()) && !types.IsInterface(v.Type()) {
			return nil, fail(w, "async ", w.Text, " has type ", c.typeName(v.Type()), "; name a parameter that is a function, a list of functions or an interface")
		}
		if slices.Contains(out, i) {
			return nil, fail(w, quote(w.Text), " is given twice; drop one")
		}
		out = append(out, i)
	}
	if len(d.Params) > 0 {
		slices.Sort(out)
		return out, nil
	}
	for i := range params.Len() {
		if isFunc(params.At(i).Type()) {
			out = append(out, i)
		}
	}
	if out == nil {
		return nil, fail(d.Verb, "async stands on ", fn.Name(), ", which has no parameter that is a function; name an interface parameter or drop it")
	}
	return out, nil
}

// isFunc reports whether t is a function or a list of functions.
func isFunc(t types.Type) bool {
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// setGuards finds where the locks lie that the functions of this package take.
// It runs when all release directives are known.
func (c *collector) setGuards() {
	for _, a := range c.acquires {
		e := &a.fn.Effects[a.index]
		if e.During == nil {
			e.Guard = c.guard(a.obj.Signature(), e.Class)
		}
	}
}

func (c *collector) guard(sig *types.Signature, class string) Guard {
	for i := range sig.Results().Len() {
		t := sig.Results().At(i).Type()
		if isReleaseFunc(t) || c.canRelease(t, class) {
			return Guard{GuardResult, i}
		}
	}
	if r := sig.Recv(); r != nil && c.canRelease(r.Type(), class) {
		return Guard{Kind: GuardReceiver}
	}
	return Guard{}
}

// isReleaseFunc reports whether t is func() or func() error.
func isReleaseFunc(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Params().Len() > 0 {
		return false
	}
	switch sig.Results().Len() {
	case 0:
		return true
	case 1:
		return types.Identical(sig.Results().At(0).Type(), types.Universe.Lookup("error").Type())
	}
	return false
}

// canRelease reports whether a method of t, or of a pointer to t, is declared
// to release the class.
func (c *collector) canRelease(t types.Type, class string) bool {
	if _, ok := t.Underlying().(*types.Pointer); !ok && !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	for sel := range types.NewMethodSet(t).Methods() {
		fn, ok := sel.Obj().(*types.Func)
		if !ok {
			continue
		}
		key := c.keys.Key(fn)
		for _, m := range []*Model{c.own, c.imported} {
			if f := m.Funcs[key]; f != nil && f.releases(class) {
				return true
			}
		}
	}
	return false
}

// releases reports whether f is declared to release the class.
func (f *Func) releases(class string) bool {
	return slices.ContainsFunc(f.Effects, func(e Effect) bool { return e.Kind == Release && e.Class == class })
}
