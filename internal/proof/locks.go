package main

import (
	"fmt"
	"slices"
)

// An acquisition is a call that takes a lock, and what is written under it.
type acquisition struct {
	prefix  string // of the guard's name
	kept    bool   // in an object, so that it is not the linter's to miss
	expr    string // the call, with two results
	release string // the method that gives the lock up
	locks   []lock
	open    *guard // for a mailbox: its guard, without the name
}

// lockUser takes one or several users' locks.
func (b *body) lockUser() {
	mode, before := b.anyMode(), len(b.keys)
	k := b.newKey()
	unused := b.keys[before:]
	a := acquisition{prefix: "g", release: "Release", locks: []lock{{namespace, k, mode}}}
	a.expr = fmt.Sprintf("o.LockUser(ctx, %s, %s)", k, mode)
	switch {
	case b.idle() && b.depth < 4 && b.chance(1, 5):
		a.expr = b.opener(k, mode)
	case b.idle() && b.depth < 4 && b.chance(1, 6):
		a = b.wrapped(k, mode)
	case b.chance(1, 6):
		a.expr = b.configured(k, mode)
	case slices.Contains(unused, k) && b.chance(1, 3):
		// The linter does not know whom a mailbox name stands for: it must not
		// be a user who is locked, or is compared with one.
		a.expr = fmt.Sprintf("o.LockMailboxUsers(ctx, %s, \"user.\"+%s)", mode, k)
		a.locks[0].key = ""
		b.keys = b.keys[:len(b.keys)-1]
	case b.chance(1, 4):
		k2 := b.newKey()
		a.expr = fmt.Sprintf("o.LockUsers(ctx, %s, %s, %s)", mode, k, k2)
		a.locks = append(a.locks, lock{namespace, k2, mode})
	}
	b.take(a)
}

// reenter takes a lock again that is held.
func (b *body) reenter() {
	for _, l := range b.held {
		if l.class == namespace && l.key != "" {
			b.take(acquisition{prefix: "g", release: "Release", locks: []lock{l},
				expr: fmt.Sprintf("o.LockUser(ctx, %s, %s)", l.key, l.mode)})
			return
		}
	}
	b.stop()
}

// lockMboxname takes a mboxname lock, which needs no other.
func (b *body) lockMboxname() {
	m := one(b.gen, mboxnames)
	b.take(acquisition{prefix: "n", release: "Release", locks: []lock{{mboxname, m.id, m.mode}},
		expr: fmt.Sprintf("o.LockMboxname(ctx, %s, %s)", m.id, m.mode)})
}

// openMailbox opens a mailbox of a user whose lock is held.
func (b *body) openMailbox() {
	m := one(b.gen, boxes)
	user := ""
	for _, l := range b.held {
		if l.class == namespace && l.key != "" && (!weaker(l.mode, m.mode) || b.slip()) {
			user = l.key
		}
	}
	// With an unknown key the linter takes any lock that is held for the one
	// that is needed, so that this is decided with known keys only, or with
	// nothing held at all.
	if may := b.known || b.idle(); user == "" && !may || user == "" && (b.slips == 0 || b.inLib) {
		b.stop()
		return
	} else if user == "" || may && b.slip() {
		user = b.newKey()
	}
	ref := fmt.Sprintf("nslock.MailboxRef{User: %s, UniqueID: %s}", user, m.id)
	if b.chance(1, 3) {
		name := b.fresh("ref")
		b.line("%s := %s", name, ref)
		ref = name
	}
	b.take(acquisition{prefix: "m", release: "Close", locks: []lock{{mailbox, m.id, m.mode}},
		expr: fmt.Sprintf("o.OpenMailbox(ctx, %s, %s)", ref, m.mode),
		open: &guard{user: user, mode: m.mode}})
}

// take writes an acquisition with statements under its lock, in one of the ways
// in which locks are handled.
func (b *body) take(a acquisition) {
	g := b.fresh(a.prefix)
	switch b.IntN(5) {
	case 0:
		if b.nested && !b.slip() {
			b.takeThen(a, g)
			return
		}
		b.line("%s, err := %s", g, a.expr)
		b.bail()
		if !a.kept && b.slip() {
			b.line("_ = %s", g)
		} else {
			b.line("defer %s.%s()", g, a.release)
		}
		b.under(a, g)
	case 1:
		b.line("if %s, err := %s; err == nil {", g, a.expr)
		c := b.inner()
		c.under(a, g)
		c.cleanup = append(c.cleanup, g+"."+a.release+"()")
		c.statements(1 + b.IntN(3))
		c.release(a, g)
		b.line("}")
		b.unsure = b.unsure || c.unsure
	case 2:
		c := b.literal(frame{})
		c.line("%s, err := %s", g, a.expr)
		c.bail()
		c.line("defer %s.%s()", g, a.release)
		c.under(a, g)
		c.statements(1 + b.IntN(3))
		b.line("func() {\n%s}()", c.text())
		b.unsure = b.unsure || c.unsure
	default:
		b.takeThen(a, g)
	}
}

// takeThen takes a lock and gives it up by itself, on every way out.
func (b *body) takeThen(a acquisition, g string) {
	b.line("%s, err := %s", g, a.expr)
	b.bail()
	c := b.inner()
	c.nested = b.nested
	c.under(a, g)
	c.cleanup = append(c.cleanup, g+"."+a.release+"()")
	c.nested = true
	c.statements(1 + b.IntN(3))
	c.release(a, g)
	b.unsure = b.unsure || c.unsure
}

// under notes that the locks of a are held from here on.
func (b *body) under(a acquisition, g string) {
	b.held = append(b.held, a.locks...)
	if a.open != nil {
		o := *a.open
		o.name = g
		b.open = append(b.open, o)
	}
}

// release writes the release of a guard.
func (b *body) release(a acquisition, g string) {
	if !a.kept && b.slip() {
		b.line("_ = %s", g)
		return
	}
	b.line("%s.%s()", g, a.release)
}

// park parks an open mailbox, and perhaps takes its index lock again.
func (b *body) park() {
	m := one(b.gen, b.open)
	b.line("%s.Park()", m.name)
	if _, ok := b.holds(namespace, m.user); ok && b.chance(1, 2) {
		b.line("if err := %s.LockIndex(ctx, %s); err != nil {", m.name, m.mode)
		b.leave("err")
		b.line("}")
	}
}

// wrapped takes a user's lock by a type of the program, which keeps the guard.
func (b *body) wrapped(k, mode string) acquisition {
	t, name := b.global("h"), b.global("new")
	a := acquisition{prefix: "h", release: "Close", kept: true, locks: []lock{{namespace, k, mode}}}
	result, made := "*"+t, "&"+t+"{ns, 1}"
	switch b.IntN(3) {
	case 0:
		b.declare("type %s struct {\n*nslock.Namespace\nn int\n}\n", t)
		a.release = "Release"
	case 1:
		result = "io.Closer"
		fallthrough
	default:
		b.declare("type %s struct {\nns *nslock.Namespace\nn int\n}\n", t)
		b.declare("func (h *%s) Close() error {\nh.ns.Release()\nreturn nil\n}\n", t)
	}
	b.declare("func %s(%s, k0 string, md nslock.Mode) (%s, error) {\nns, err := o.LockUser(ctx, k0, md)\nif err != nil {\nreturn nil, err\n}\nreturn %s, nil\n}\n",
		name, given, result, made)
	a.expr = fmt.Sprintf("%s(ctx, o, r, %s, %s)", name, k, mode)
	return a
}

// repack opens a mailbox by an attempt that needs its user exclusively.
func (b *body) repack() {
	m := box{`"m5"`, exclusive} // that the program has it open already would make it fail
	for _, l := range b.held {
		if l.class == namespace && l.key != "" && (l.mode == exclusive || b.slip()) {
			g := b.fresh("m")
			b.line("if %s, err := o.TryRepack(nslock.MailboxRef{User: %s, UniqueID: %s}); err == nil {", g, l.key, m.id)
			b.covered(acquisition{release: "Close", locks: []lock{{mailbox, m.id, exclusive}}, open: &guard{user: l.key, mode: exclusive}}, g)
			b.line("}")
			return
		}
	}
	b.stop()
}
