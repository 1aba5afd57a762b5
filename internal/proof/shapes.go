package main

import (
	"fmt"
	"strings"
)

// More shapes: flags that a deferred call looks at, guards in slices and behind
// pointers, modes and keys in fields, handlers that are registered, and loops
// that are left or gone on with halfway.

// flagged takes a user's lock that a deferred function gives up, unless a flag
// says that this was done.
func (b *body) flagged() {
	k, mode, g, kept := b.newKey(), b.mode(), b.fresh("g"), b.fresh("kept")
	b.line("%s, err := o.LockUser(ctx, %s, %s)", g, k, mode)
	b.bail()
	b.line("%s := true\ndefer func() {\nif %s {\n%s.Release()\n}\n}()", kept, kept, g)
	c := b.inner()
	c.held = append(c.held, lock{namespace, k, mode})
	c.statements(1 + b.IntN(2))
	b.unsure = b.unsure || c.unsure
	if b.chance(1, 2) {
		b.line("%s.Release()\n%s = false", g, kept)
		return
	}
	b.held = append(b.held, lock{namespace, k, mode})
}

// outward takes a user's lock by a function that returns its guard by way of a
// pointer.
func (b *body) outward() {
	k, mode, g, name := b.newKey(), b.mode(), b.fresh("g"), b.global("into")
	b.declare("func %s(%s, k0 string, to **nslock.Namespace) error {\ng, err := o.LockUser(ctx, k0, %s)\nif err != nil {\nreturn err\n}\n*to = g\nreturn nil\n}\n",
		name, given, mode)
	b.line("var %s *nslock.Namespace\nif err := %s(ctx, o, r, %s, &%s); err != nil {", g, name, k, g)
	b.leave("err")
	b.line("}")
	c := b.inner()
	c.held = append(c.held, lock{namespace, k, mode})
	c.cleanup = append(c.cleanup, g+".Release()")
	c.statements(1 + b.IntN(3))
	c.line("%s.Release()", g)
	b.unsure = b.unsure || c.unsure
}

// configured returns a call that takes a user's lock, of an object that has the
// mode and the key in fields.
func (b *body) configured(k, mode string) string {
	t := b.global("c")
	b.declare("type %s struct {\nmd nslock.Mode\nref nslock.MailboxRef\n}\n", t)
	b.declare("func (c *%s) lock(ctx context.Context, o *nslock.Owner) (*nslock.Namespace, error) {\nreturn o.LockUser(ctx, c.ref.User, c.md)\n}\n", t)
	return fmt.Sprintf("(&%s{%s, nslock.MailboxRef{User: %s}}).lock(ctx, o)", t, mode, k)
}

// opened opens mailboxes in a loop, whose guards are in a slice until all of
// them are closed.
func (b *body) opened() {
	for _, l := range b.held {
		if l.class != namespace || l.key == "" || b.several {
			continue
		}
		m, ms := b.fresh("m"), b.fresh("ms")
		b.line("var %s []*nslock.Mailbox", ms)
		b.line("for _, id := range []string{\"m6\", \"m7\"} {")
		b.line("%s, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: %s, UniqueID: id}, nslock.Shared)", m, l.key)
		b.line("if err != nil {\nbreak\n}\n%s = append(%s, %s)\n}", ms, ms, m)
		c := b.inner()
		c.held = append(c.held, lock{mailbox, "", shared})
		closing := fmt.Sprintf("for _, %s := range %s {\n%s.Close()\n}", m, ms, m)
		c.cleanup = append(c.cleanup, closing)
		c.several = true
		c.statements(1 + b.IntN(2))
		b.line("%s", closing)
		b.unsure = b.unsure || c.unsure
		return
	}
	b.stop()
}

// registered runs one of two functions, or all, that an object of the program
// was given before.
func (b *body) registered() {
	t, h := b.global("t"), b.fresh("h")
	var add, run, serve string
	if b.chance(1, 2) {
		b.declare("type %s struct{ fns map[string]func() error }\n", t)
		add = "t.fns[name] = f"
		run, serve = "if f, ok := t.fns[name]; ok {\nreturn f()\n}\n", "r.Name()"
		b.decides(1)
	} else {
		b.declare("type %s struct{ fns []func() error }\n", t)
		add = "t.fns = append(t.fns, f)"
		run, serve = "for _, f := range t.fns {\nif err := f(); err != nil {\nreturn err\n}\n}\n", `""`
	}
	b.declare("func (t *%s) handle(name string, f func() error) { %s }\n", t, add)
	b.declare("func (t *%s) serve(name string) error {\n%sreturn nil\n}\n", t, run)
	made := "{}"
	if strings.HasPrefix(add, "t.fns[") {
		made = "{fns: make(map[string]func() error)}"
	}
	b.line("%s := &%s%s", h, t, made)
	for _, name := range []string{"x", "y"} {
		c := b.literal(frame{fails: true})
		c.statements(1 + b.IntN(2))
		b.line("%s.handle(%q, func() error {\n%sreturn %s\n})", h, name, c.text(), b.ending())
	}
	b.line("if err := %s.serve(%s); err != nil {", h, serve)
	b.leave("err")
	b.line("}")
}

// skip leaves the innermost loop, or goes on with its next turn.
func (b *body) skip() {
	b.decides(0.5)
	b.line("if r.If() {")
	for i := len(b.cleanup) - 1; i >= b.turn; i-- {
		b.line("%s", b.cleanup[i])
	}
	b.line("%s\n}", one(b.gen, []string{"continue", "break"}))
}
