package main

import (
	"fmt"
	"strings"
)

// A caller is a function that calls a function which it is given.
type caller struct {
	call   string  // with a verb for the key, and one for the function
	lib    bool    // of the other package
	inner  bool    // and known only there
	free   bool    // its own callers hold nothing
	held   []lock  // what it holds while it calls
	unsure bool    // it may hold more than that
	bits   float64 // of the ways that it has
}

// A hole is where the function that is written calls the one it is given.
type hole struct {
	filled bool
	held   []lock
	unsure bool
}

// callback calls a function that calls a function literal, which is written
// for what is held in both.
func (b *body) callback() {
	w, ok := b.passer()
	if !ok {
		if b.depth >= 4 {
			b.stop()
			return
		}
		w = b.caller()
	}
	k := b.newKey()
	c := b.literal(frame{fails: true})
	for _, l := range w.held {
		switch {
		case l.key == "k0":
			l.key = k
		case !isConstant(l.key) || l.class != namespace:
			l.key = ""
		}
		if !isMode(l.mode) { // a variable of the other function
			l.key, l.mode = "", shared
		}
		c.held = append(c.held, l)
	}
	c.unsure = b.unsure || w.unsure
	c.statements(1 + b.IntN(2))
	c.line("return %s", b.ending())
	call := fmt.Sprintf(b.reach(w.call, w.lib), k, "func() error {\n"+c.text()+"}")
	if b.chance(1, 4) {
		b.line("_ = %s", call)
		return
	}
	b.line("if err := %s; err != nil {", call)
	b.leave("err")
	b.line("}")
}

// passer returns a function that takes a function and may be called here.
func (b *body) passer() (*caller, bool) {
	for _, w := range b.callers {
		if (b.idle() || !w.free) && (w.lib && !w.inner || w.lib == b.inLib) && b.chance(1, 2) {
			b.decides(w.bits)
			return w, true
		}
	}
	return nil, false
}

// caller writes a function that takes a key and a function.
func (b *body) caller() *caller {
	w := &caller{free: b.idle(), lib: b.inLib, inner: b.inLib}
	naming := b.global
	if !b.inLib && b.chance(1, 3) {
		b.inLib, w.lib, naming = true, true, b.exported
		defer func() { b.inLib = false }()
	}
	before := b.bits
	c := b.gen.body(frame{fails: true})
	c.free, c.unsure, c.keys = w.free, !w.free, []string{"k0"}
	c.hole = &hole{}
	b.depth++
	if w.free && b.chance(2, 3) {
		mode := c.mode()
		c.take(acquisition{prefix: "g", release: "Release", locks: []lock{{namespace, "k0", mode}},
			expr: fmt.Sprintf("o.LockUser(ctx, k0, %s)", mode)})
	} else {
		c.statements(1 + b.IntN(2))
	}
	c.fill()
	b.depth--
	c.line("return %s", b.ending())
	w.held, w.unsure, w.bits = c.hole.held, c.hole.unsure, b.bits-before
	name := naming("w")
	b.declare("func %s(%s, k0 string, fn func() error) error {\n%s}\n", name, given, c.text())
	w.call = "@" + name + "(ctx, o, r, %s, %s)"
	b.callers = append(b.callers, w)
	return w
}

// fill writes the call of the given function, if that is still to be done.
func (b *body) fill() {
	if b.hole == nil || b.hole.filled {
		return
	}
	*b.hole = hole{true, b.held, b.unsure}
	if b.chance(1, 4) {
		b.line("_ = fn()")
		return
	}
	b.line("if err := fn(); err != nil {")
	b.leave("err")
	b.line("}")
}

// reach makes a call of a function of the other package, or of this one.
func (b *body) reach(call string, lib bool) string {
	if lib && !b.inLib {
		return strings.Replace(call, "@", "lib.", 1)
	}
	return strings.Replace(call, "@", "", 1)
}
