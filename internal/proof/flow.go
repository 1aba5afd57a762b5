package main

import "fmt"

// The ways in which a block comes to be run: later, once, for each, after a
// choice, on a goroutine of its own, and until a panic.

// deferred has a call made when the function returns. What is held here is
// held then: what was deferred before runs after it.
func (b *body) deferred() {
	if b.chance(1, 2) {
		if f, args, ok := b.fitting(); ok {
			b.line("defer %s", fmt.Sprintf(b.reach(f.bind+f.call, f.lib), anys(args)...))
			return
		}
	}
	c := b.literal(frame{})
	c.statements(1 + b.IntN(2))
	b.line("defer func() {\n%s}()", c.text())
}

// deferring takes a lock in each turn of a loop, and gives them up when the
// function returns.
func (b *body) deferring() {
	mode, k, g := b.mode(), b.newKey(), b.fresh("g")
	b.decides(1)
	b.line("for range r.N(2) {\n%s, err := o.LockUser(ctx, %s, %s)", g, k, mode)
	b.bail()
	b.line("defer %s.Release()\n}", g)
	b.unsure = true
}

// once runs a block that is given to a sync.Once, which is asked for it again.
func (b *body) once() {
	name, f := b.fresh("once"), b.fresh("f")
	c := b.literal(frame{})
	c.open = nil // a guard that is captured is handed on: its loss is not the linter's to miss
	c.statements(1 + b.IntN(2))
	b.line("var %s sync.Once", name)
	if b.chance(1, 2) {
		b.line("%s.Do(func() {\n%s})", name, c.text())
		return
	}
	b.line("%s := func() {\n%s}", f, c.text())
	b.line("%s.Do(%s)\n%s.Do(%s)", name, f, name, f)
}

// each calls the functions of a list.
func (b *body) each() {
	f := b.fresh("f")
	b.line("for _, %s := range []func() error{", f)
	for range 1 + b.IntN(2) {
		c := b.literal(frame{fails: true})
		c.statements(1 + b.IntN(2))
		b.line("func() error {\n%sreturn %s\n},", c.text(), b.ending())
	}
	b.line("} {\nif err := %s(); err != nil {", f)
	b.leave("err")
	b.line("}\n}")
}

// dispatch chooses between blocks by something that is asked for.
func (b *body) dispatch() {
	looping := b.looping
	b.looping = false // a break would leave the choice
	defer func() { b.looping = looping }()
	switch b.IntN(3) {
	case 0:
		b.decides(1)
		b.line("select {\ncase <-r.Ready():")
		b.block()
		b.line("default:")
		b.block()
		b.line("}")
	case 1:
		b.decides(1.5)
		v := b.fresh("v")
		b.line("switch %s := r.Any().(type) {\ncase int:\n_ = %s", v, v)
		b.block()
		b.line("case string:\n_ = %s", v)
		b.block()
		b.line("}")
	default:
		b.decides(1)
		b.line("switch r.Name() {\ncase \"x\":")
		b.block()
		b.line("case \"y\":")
		b.block()
		b.line("}")
	}
}

// detached runs a block on a goroutine that nobody waits for: it begins when
// the program has returned, holding nothing.
func (b *body) detached() {
	if b.slips > 0 && !b.idle() {
		b.stop() // what is left behind here is still held there
		return
	}
	c := b.literal(frame{})
	c.held, c.open, c.free, c.unsure = nil, nil, true, false
	c.hole = nil // what a function that is given needs there is a documented limit
	c.statements(1 + b.IntN(2))
	later := b.fresh("later")
	b.line("%s := r.Later()\ngo func() {\n%s.Begin()\ndefer %s.End()\n%s}()", later, later, later, c.text())
}

// recovers runs a block that ends early by a panic. It has given up by then
// what it does not give up in a deferred call. Whoever recovers is taken to
// reckon with a panic in each call, and so has deferred calls only.
func (b *body) recovers() {
	c := b.literal(frame{panics: true})
	if b.idle() && b.chance(1, 2) {
		g, k, mode := b.fresh("g"), c.newKey(), c.mode()
		c.line("%s, err := o.LockUser(ctx, %s, %s)", g, k, mode)
		c.bail()
		c.line("defer %s.Release()", g)
		c.held = append(c.held, lock{namespace, k, mode})
	}
	d := c.literal(*c.frame)
	d.statements(1 + b.IntN(2))
	if b.room() && b.chance(1, 2) {
		d.stop()
	}
	b.line("func() {\ndefer func() { _ = recover() }()\n%sfunc() {\n%s}()\n}()", c.text(), d.text())
}

// iterate runs a block for each user of an iterator, which holds a lock meanwhile.
func (b *body) iterate() {
	k, name := b.newKey(), b.global("it")
	lib := !b.inLib && b.chance(1, 3)
	if lib {
		b.inLib, name = true, b.exported("it")
	}
	c := b.gen.body(frame{})
	mode := c.mode()
	c.line("return func(yield func(string) bool) {")
	c.line("g, err := o.LockUser(ctx, k0, %s)", mode)
	c.line("if err != nil {\nreturn\n}")
	deferred := b.frame.panics || b.chance(1, 2)
	if deferred {
		c.line("defer g.Release()")
	}
	if b.chance(1, 2) {
		c.line("_ = yield(k0)")
	} else {
		c.line("for range 2 {\nif !yield(k0) {\n%s\n}\n}", map[bool]string{true: "return", false: "break"}[deferred])
	}
	if !deferred {
		c.line("g.Release()")
	}
	c.line("}")
	b.declare("func %s(%s, k0 string) func(func(string) bool) {\n%s}\n", name, given, c.text())
	b.inLib = b.inLib && !lib
	q := b.fresh("q")
	b.line("for %s := range %s {\n_ = %s", q, b.reach("@"+name+"(ctx, o, r, "+k+")", lib), q)
	d := b.inner()
	d.looping, d.turn = true, len(d.cleanup)
	d.held = append(d.held, lock{namespace, k, mode})
	before := b.bits
	d.statements(1 + b.IntN(2))
	b.decides(b.bits - before)
	if b.room() && b.chance(1, 3) {
		b.decides(0.5)
		d.line("if r.If() {\nbreak\n}")
	}
	b.line("}")
	b.unsure = b.unsure || d.unsure
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
