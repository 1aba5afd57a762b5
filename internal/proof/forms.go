package main

import (
	"fmt"
)

// The shapes that locks are taken in beside the plain ones: sorted and swapped
// keys, attempts, guards that are handed on, and conditions that are asked
// twice.

// tryUser takes a user's lock by an attempt, which may be made at any time, and
// which fails if another owner is there.
func (b *body) tryUser() {
	k := b.newKey()
	l, ok := b.holds(namespace, k)
	mode := l.mode // in the other one it never succeeds
	if !ok {
		mode = b.oneMode()
	}
	b.decides(1)
	b.line("r.Busy(%s)", k)
	g := b.fresh("g")
	b.line("if %s, err := o.TryLockUser(%s, %s); err == nil {", g, k, mode)
	b.line("r.Calm()")
	a := acquisition{release: "Release", locks: []lock{{namespace, k, mode}}}
	b.covered(a, g)
	b.line("} else {\nr.Calm()\n}")
}

// covered writes statements under the locks of a, and its release.
func (b *body) covered(a acquisition, g string) {
	c := b.inner()
	c.under(a, g)
	c.cleanup = append(c.cleanup, g+"."+a.release+"()")
	c.statements(1 + b.IntN(3))
	c.release(a, g)
	b.unsure = b.unsure || c.unsure
}

// oneMode returns the mode of what is held already, or any: that two keys in
// order may be one, held in another mode, is a documented limit.
func (b *body) oneMode() string {
	for _, l := range b.held {
		if l.class == namespace {
			return l.mode
		}
	}
	return b.anyMode()
}

// swap takes the locks of two users in the order that it brings them in.
func (b *body) swap() {
	mode, x, y := b.oneMode(), b.newKey(), b.newKey()
	low, high := b.fresh("low"), b.fresh("high")
	switch slip := b.slip(); {
	case slip:
		b.line("%s, %s := %s, %s", low, high, x, y)
	case b.chance(1, 2):
		b.line("%s, %s := min(%s, %s), max(%s, %s)", low, high, x, y, x, y)
	default:
		b.line("%s, %s := %s, %s", low, high, x, y)
		b.line("if %s < %s {\n%s, %s = %s, %s\n}", high, low, low, high, high, low)
	}
	b.keys = append(b.keys, low, high)
	first := b.fresh("g")
	b.line("%s, err := o.LockUser(ctx, %s, %s)", first, low, mode)
	b.bail()
	c := b.inner()
	c.cleanup = append(c.cleanup, first+".Release()")
	c.held = append(c.held, lock{namespace, low, mode})
	c.take(acquisition{prefix: "g", release: "Release", locks: []lock{{namespace, high, mode}},
		expr: fmt.Sprintf("o.LockUser(ctx, %s, %s)", high, mode)})
	b.unsure = b.unsure || c.unsure || len(c.held) > len(b.held)+1
	c.line("%s.Release()", first)
}

// compared takes the locks of two users in an order that a branch tells.
func (b *body) compared() {
	mode, x, y := b.oneMode(), b.newKey(), b.newKey()
	lock := func(c *body, k string) {
		g := c.fresh("g")
		c.line("%s, err := o.LockUser(ctx, %s, %s)", g, k, mode)
		c.bail()
		c.held = append(c.held, lock{namespace, k, mode})
		c.cleanup = append(c.cleanup, g+".Release()")
	}
	test := "if %s < %s {"
	if b.slip() {
		test = "if %s > %s {"
	} else if b.slip() { // the names are not in the order of the users
		test = "if r.Mailbox(%s) < r.Mailbox(%s) {"
	}
	b.line(test, x, y)
	for i, pair := range [][2]string{{x, y}, {y, x}} {
		c := b.inner()
		before := len(c.cleanup)
		lock(c, pair[0])
		lock(c, pair[1])
		c.statements(1 + b.IntN(2))
		c.line("%s\n%s", c.cleanup[before+1], c.cleanup[before])
		b.unsure = b.unsure || c.unsure
		if i == 0 {
			b.line("} else {")
		}
	}
	b.line("}")
}

// sorted takes the locks of several users in a loop over a slice.
func (b *body) sorted() {
	if b.known || b.choices > 1 || !b.room() { // the elements are unknown keys to the linter, and so have to be any
		b.stop()
		return
	}
	mode, us := b.mode(), b.fresh("us")
	b.choices += 2
	b.decides(3)
	b.line("%s := r.Users(2)", us)
	if !b.slip() {
		b.line("slices.Sort(%s)", us)
	}
	gs, u, g := b.fresh("gs"), b.fresh("u"), b.fresh("g")
	if !b.nested && b.chance(1, 2) {
		b.line("for _, %s := range %s {", u, us)
		b.line("%s, err := o.LockUser(ctx, %s, %s)", g, u, mode)
		b.bail()
		b.line("defer %s.Release()", g)
		b.line("}")
		b.held = append(b.held, lock{namespace, "", mode})
		return
	}
	b.line("var %s []*nslock.Namespace", gs)
	b.line("for _, %s := range %s {", u, us)
	b.line("%s, err := o.LockUser(ctx, %s, %s)", g, u, mode)
	b.line("if err != nil {\nbreak\n}")
	b.line("%s = append(%s, %s)", gs, gs, g)
	b.line("}")
	c := b.inner()
	c.held = append(c.held, lock{namespace, "", mode})
	release := fmt.Sprintf("for _, %s := range %s {\n%s.Release()\n}", g, gs, g)
	c.cleanup = append(c.cleanup, release)
	c.statements(1 + b.IntN(2))
	b.line("%s", release)
	b.unsure = b.unsure || c.unsure
}

// twice asks the same condition twice: whether a lock is taken, and whether it
// is given up.
func (b *body) twice() {
	mode, k, on, g := b.anyMode(), b.newKey(), b.fresh("on"), b.fresh("g")
	b.decides(1)
	b.line("%s := r.If()", on)
	b.line("var %s *nslock.Namespace", g)
	b.line("if %s {\nvar err error\n%s, err = o.LockUser(ctx, %s, %s)", on, g, k, mode)
	b.bail()
	b.line("}")
	c := b.inner()
	c.unsure = true
	c.cleanup = append(c.cleanup, g+".Release()")
	c.statements(b.IntN(2))
	if b.chance(1, 2) {
		c.line("if %s {", on)
		d := c.inner()
		d.held = append(d.held, lock{namespace, k, mode})
		d.statements(1 + b.IntN(2))
		c.line("}")
	}
	switch {
	case b.slip():
		b.line("_ = %s", g)
	case b.chance(1, 3):
		b.line("if %s {\n%s.Release()\n}", on, g)
	case b.chance(1, 2):
		b.line("if %s != nil {\n%s.Release()\n}", g, g)
	default:
		b.line("%s.Release()", g)
	}
}

// opener writes a function that takes a user's lock and returns its guard, and
// returns the call of it.
func (b *body) opener(k, mode string) string {
	name := b.global("open")
	param, arg, results := "", "", "*nslock.Namespace, error"
	if !isMode(mode) || b.chance(1, 3) {
		param, arg, mode = ", md nslock.Mode", ", "+mode, "md"
	}
	c := b.gen.body(frame{fails: true, guard: true})
	c.free, c.keys = true, []string{"k0"}
	b.depth++
	if b.chance(1, 2) {
		c.statements(1)
	}
	switch {
	case c.unsure || len(c.held) > 0 || b.chance(1, 2):
		c.line("return o.LockUser(ctx, k0, %s)", mode)
	case b.chance(1, 3):
		results = "g *nslock.Namespace, err error"
		c.line("ns, err := o.LockUser(ctx, k0, %s)", mode)
		c.line("if err != nil {\nreturn nil, err\n}")
		c.line("defer func() {\nif err != nil {\nns.Release()\n}\n}()")
		b.decides(0.5)
		c.line("if r.If() {\nreturn nil, rt.ErrStop\n}\nreturn ns, nil")
	default:
		c.line("g, err := o.LockUser(ctx, k0, %s)", mode)
		c.line("if err != nil {\nreturn nil, err\n}")
		b.decides(0.5)
		c.line("if r.If() {")
		if !b.slip() {
			c.line("g.Release()")
		}
		c.line("return nil, rt.ErrStop\n}")
		c.line("return g, nil")
	}
	b.depth--
	b.declare("func %s(%s, k0 string%s) (%s) {\n%s}\n", name, given, param, results, c.text())
	return fmt.Sprintf("%s(ctx, o, r, %s%s)", name, k, arg)
}

// session takes a user's lock and opens a mailbox, both of which an object
// keeps until it is closed.
func (b *body) session() {
	m, k := one(b.gen, boxes), b.newKey()
	mode := exclusive
	if m.mode == shared && b.chance(1, 2) || b.slip() {
		mode = shared
	}
	t := b.global("s")
	b.declare("type %s struct {\nns *nslock.Namespace\nmb *nslock.Mailbox\n}\n", t)
	b.declare("func (s *%s) open(%s, k0 string) error {\nvar err error\nif s.ns, err = o.LockUser(ctx, k0, %s); err != nil {\nreturn err\n}\n"+
		"s.mb, err = o.OpenMailbox(ctx, nslock.MailboxRef{User: k0, UniqueID: %s}, %s)\nif err != nil {\ns.ns.Release()\nreturn err\n}\nreturn nil\n}\n",
		t, given, mode, m.id, m.mode)
	closing := "s.mb.Close()\ns.ns.Release()\n"
	if b.slip() {
		closing = "s.ns.Release()\ns.mb.Close()\n"
	}
	b.declare("func (s *%s) close() {\n%s}\n", t, closing)
	s := b.fresh("s")
	b.line("%s := &%s{}", s, t)
	b.line("if err := %s.open(ctx, o, r, %s); err != nil {", s, k)
	b.leave("err")
	b.line("}")
	a := acquisition{release: "close", locks: []lock{{namespace, k, mode}, {mailbox, m.id, m.mode}},
		open: &guard{user: k, mode: m.mode}}
	if !b.nested && b.chance(1, 2) {
		b.line("defer %s.close()", s)
		b.under(a, s+".mb")
		return
	}
	c := b.inner()
	c.under(a, s+".mb")
	c.cleanup = append(c.cleanup, s+".close()")
	c.statements(1 + b.IntN(3))
	c.line("%s.close()", s) // never forgotten: what is kept in an object is not the linter's to miss
	b.unsure = b.unsure || c.unsure
}
