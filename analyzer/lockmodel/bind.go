package lockmodel

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// An acquire is an acquire directive whose guard is not known yet: it depends
// on the release directives of the whole package.
type acquire struct {
	obj   *types.Func
	fn    *Func
	index int // of the effect
}

// places says where each verb may stand.
var places = map[string]string{
	verbOrder:  "it belongs before the package clause",
	verbExtern: "it belongs before the package clause",
	verbClass:  "it belongs before the package clause, or on a struct field, a variable or a type with Lock and Unlock",
	"":         "it belongs in the doc comment of a function, a method or an interface method",
}

// bind gives a directive its meaning, or says why it has none.
func (c *collector) bind(it item) {
	err := c.bound(it)
	if err != nil {
		c.bad(err)
	}
}

func (c *collector) bound(it item) *Error {
	verb := it.Verb.Text
	switch {
	case it.Target.Text != "":
		if it.site.kind != siteHeader {
			return misplaced(it, verbExtern)
		}
		fn, err := c.resolve(&it.Directive)
		if err != nil {
			return err
		}
		return c.function(&it.Directive, fn)
	case verb == verbOrder:
		if it.site.kind != siteHeader {
			return misplaced(it, verb)
		}
		c.order(&it.Directive)
	case verb == verbClass && it.site.kind == siteHeader:
		return c.class(&it.Directive)
	case verb == verbClass:
		return c.lock(it)
	case it.site.kind == siteHeader:
		return newError(it.Pos, it.End, verb, " stands before the package clause; ", places[""], ", or after extern NAME")
	case it.site.kind != siteFunc:
		return misplaced(it, verb)
	default:
		for _, obj := range it.site.objs {
			if fn, ok := obj.(*types.Func); ok {
				return c.function(&it.Directive, fn)
			}
		}
	}
	return nil
}

func misplaced(it item, verb string) *Error {
	place, ok := places[verb]
	if !ok {
		place = places[""]
	}
	return newError(it.Pos, it.End, verb, " stands ", it.site.kind.String(), "; ", place)
}

// order declares the edges between neighbours of the chain.
func (c *collector) order(d *Directive) {
	pos := c.where(d.Pos)
	for i, w := range d.Classes {
		c.name(w.Text, pos)
		if i > 0 {
			c.edges = append(c.edges, ownEdge{Edge{d.Classes[i-1].Text, w.Text, pos}, d.Pos, d.End})
		}
	}
}

// name declares a class by naming it. Where the class is declared first the
// model says so only if nothing better comes, see setPositions.
func (c *collector) name(class, pos string) {
	c.own.addClass(class, Class{})
	c.named[class] = lesser(c.named[class], pos, comparePos)
}

// setPositions gives a position to the classes that are only named, in an order
// or on a field, if no import declares them either.
func (c *collector) setPositions() {
	for name, class := range c.own.Classes {
		if class.Pos == "" && c.imported.Classes[name] == nil {
			class.Pos = c.named[name]
		}
	}
}

// class declares attributes of a class at a package clause.
func (c *collector) class(d *Directive) *Error {
	name := d.Classes[0].Text
	if len(d.Keys) > 0 {
		return fail(d.Keys[0], "key=", d.Keys[0].Text, " belongs on a struct field, a variable or a type; a class as such has no key")
	}
	if b := d.Within; b.Text != "" {
		if b.Text == name {
			return fail(b, "class ", name, " is within itself; name another class")
		}
		if err := c.checkKnown(b); err != nil {
			return err
		}
		for _, m := range []*Model{c.imported, c.own} {
			if have := m.Classes[name]; have != nil && have.Within != "" && have.Within != b.Text {
				return fail(b, "class ", name, " is within ", have.Within, " already; it cannot be within ", b.Text, " too")
			}
		}
	}
	c.own.addClass(name, Class{
		Ordered: d.Ordered.Text != "", Within: d.Within.Text, Retired: d.Retired.Text != "", Pos: c.where(d.Pos),
	})
	return nil
}

// checkKnown tells whether a class is declared anywhere.
func (c *collector) checkKnown(w Word) *Error {
	if c.known[w.Text] {
		return nil
	}
	var names []string
	for name := range c.known {
		names = append(names, name)
	}
	return fail(w, "unknown class ", quote(w.Text), "; ",
		remedy(w.Text, names, "", "declare it with "+Prefix+"class before the package clause"))
}

// lock declares that a field, a variable or a type is a lock.
func (c *collector) lock(it item) *Error {
	switch it.site.kind {
	case siteField, siteVar, siteType:
	default:
		return misplaced(it, verbClass)
	}
	for _, w := range []Word{it.Ordered, it.Within, it.Retired} {
		if w.Text != "" {
			return fail(w, "class ", it.Classes[0].Text, " gets the attribute ", quote(w.Text),
				" ", it.site.kind.String(), "; attributes belong before the package clause")
		}
	}
	class := it.Classes[0]
	for _, obj := range it.site.objs {
		if err := c.lockObject(it, class, obj); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) lockObject(it item, class Word, obj types.Object) *Error {
	if !isLock(obj.Type(), it.site.kind != siteType) {
		return fail(class, "class ", class.Text, " stands on ", obj.Name(), ", whose type ", c.typeName(obj.Type()),
			" is not a lock; it belongs on a sync.Mutex, a sync.RWMutex or a type with Lock and Unlock")
	}
	if have := c.locks[obj]; have != "" {
		return fail(class, obj.Name(), " is of class ", have, " already; drop one of the two directives")
	}
	holder := obj.Type()
	if it.site.kind == siteField {
		holder = it.site.holder
	}
	if holder == nil {
		holder = types.Typ[types.Invalid] // code that does not type-check
	}
	l := &Lock{Key: c.keys.Key(obj), Class: class.Text}
	if len(it.Keys) > 0 {
		w := it.Keys[0]
		fields, t, err := c.fields(w, w, strings.Split(w.Text, "."), holder)
		if err != nil {
			return err
		}
		if !types.Comparable(t) {
			return fail(w, "key ", quote(w.Text), " has type ", c.typeName(t), ", which cannot be compared; name a part of it")
		}
		l.Path = fields
	}
	c.locks[obj] = class.Text
	c.name(class.Text, c.where(it.Pos))
	c.own.Locks[l.Key] = l
	if f := promoting(obj); f != nil && c.locks[f] == "" {
		c.own.Locks[c.keys.Key(f)] = &Lock{Key: c.keys.Key(f), Class: l.Class, Path: l.Path}
	}
	return nil
}

// promoting returns the embedded field whose Lock method is that of a type, nil
// if obj is no type or has a method of its own: calls of a promoted method are
// calls on the field.
func promoting(obj types.Object) *types.Var {
	if _, ok := obj.(*types.TypeName); !ok {
		return nil
	}
	st, ok := obj.Type().Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	_, index, _ := types.LookupFieldOrMethod(types.NewPointer(obj.Type()), true, obj.Pkg(), "Lock")
	if len(index) != 2 {
		return nil
	}
	return st.Field(index[0])
}

// isLock reports whether t has Lock and Unlock without arguments, or is a
// pointer to such a type or, if many, holds several of them.
func isLock(t types.Type, many bool) bool {
	for {
		t = types.Unalias(t)
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
			continue
		}
		if hasMethod(t, "Lock") && hasMethod(t, "Unlock") {
			return true
		}
		if !many {
			return false
		}
		switch u := t.Underlying().(type) {
		case *types.Array:
			t = u.Elem()
		case *types.Slice:
			t = u.Elem()
		case *types.Map:
			t = u.Elem()
		default:
			return false
		}
	}
}

func hasMethod(t types.Type, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	fn, ok := obj.(*types.Func)
	return ok && fn.Signature().Params().Len() == 0 && fn.Signature().Results().Len() == 0
}

func (c *collector) typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == c.pkg {
			return ""
		}
		return p.Name()
	})
}

// An ownEdge is an edge that this package declares.
type ownEdge struct {
	Edge
	pos, end token.Pos
}

// findCycles adds the own edges, in the order of files and lines, to those of
// the imports, and reports each that closes a ring. It stays out of the graph
// that later edges are tested in, so that one ring is one report; the model
// has it all the same.
func (c *collector) findCycles() {
	var own []Edge
	for _, e := range c.edges {
		own = append(own, e.Edge)
	}
	c.own.addEdges(own)
	graph := New()
	graph.addEdges(slices.Concat(c.imported.Edges, own))
	if !graph.Order().cyclic() {
		return // as nearly always
	}
	graph = New()
	graph.addEdges(c.imported.Edges)
	for _, e := range c.edges {
		if e.Outer == e.Inner {
			c.problem(OrderCycle, newError(e.pos, e.end, "order ", e.Outer, ", ", e.Outer,
				" is a cycle: no class comes before itself; name it once"))
			continue
		}
		next := New()
		next.addEdges(graph.Edges)
		next.addEdges([]Edge{e.Edge})
		o := newOrder(next.Edges)
		ring := o.path(o.index[e.Inner], o.index[e.Outer])
		if ring == nil {
			graph = next
			continue
		}
		c.problem(OrderCycle, newError(e.pos, e.end, c.ringMessage(graph, e.Outer, ring)))
	}
}

// ringMessage names a ring from outer over path back to outer, and where all
// its edges but the first are declared.
func (c *collector) ringMessage(graph *Model, outer string, path []string) string {
	var declared []string
	for i := range path[1:] {
		a, b := path[i], path[i+1]
		j := slices.IndexFunc(graph.Edges, func(e Edge) bool { return e.Outer == a && e.Inner == b })
		part := a + " before " + b
		if i == 0 {
			part += " is declared"
		}
		declared = append(declared, part+" at "+graph.Edges[j].Pos)
	}
	return "order " + outer + ", " + strings.Join(path, ", ") + " is a cycle: " + strings.Join(declared, ", ") +
		"; drop one of them"
}
