package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A callee is a function that was written, and what its callers have to hold.
type callee struct {
	call  string  // the call, with a verb for each key
	bind  string  // the method value to call it by, with a verb for the first key if there is one
	bits  float64 // of the ways that it has
	keys  int
	needs []need
	free  bool // its callers hold nothing
	fails bool
	local bool // a variable, which only its block knows
	lib   bool // of the other package
	inner bool // and known only there
}

// A need is a lock that the caller of a function holds: that of the user whose
// key is a parameter.
type need struct {
	key  int
	mode string
}

// call writes a call of a function.
func (b *body) call() {
	if f, ok := b.unfit(); ok && b.slip() {
		args := make([]string, f.keys)
		for i := range args {
			args[i] = b.newKey()
		}
		b.invoke(f, args)
		return
	}
	if b.chance(1, 2) {
		if f, args, ok := b.fitting(); ok {
			b.invoke(f, args)
			return
		}
	}
	if b.depth >= 4 {
		b.stop()
		return
	}
	f, args := b.write()
	b.invoke(f, args)
}

// unfit returns a function that perhaps must not be called here.
func (b *body) unfit() (*callee, bool) {
	if len(b.callees) == 0 {
		return nil, false
	}
	f := one(b.gen, b.callees)
	return f, b.knows(f) && (b.known || b.idle() || len(f.needs) == 0)
}

// knows reports whether the package that is being written can call f.
func (b *body) knows(f *callee) bool { return f.lib && !f.inner || f.lib == b.inLib }

// invoke writes a call of f.
func (b *body) invoke(f *callee, args []string) {
	list := anys(args)
	call := f.call
	if f.bind != "" {
		first := min(1, f.keys)
		do := b.fresh("do")
		b.line("%s := %s", do, fmt.Sprintf(f.bind, list[:first]...))
		call, list = do+call, list[first:]
	}
	call = fmt.Sprintf(b.reach(call, f.lib), list...)
	if !f.fails {
		b.line("%s", call)
		return
	}
	if b.chance(1, 4) {
		b.line("_ = %s", call)
		return
	}
	b.line("if err := %s; err != nil {", call)
	b.leave("err")
	b.line("}")
}

// fitting returns a function that was written already and may be called here.
func (b *body) fitting() (*callee, []string, bool) {
	var fits []*callee
	for _, f := range b.callees {
		if f.free && !b.idle() || !b.knows(f) {
			continue
		}
		if _, ok := b.arguments(f); ok {
			fits = append(fits, f)
		}
	}
	if len(fits) == 0 {
		return nil, nil, false
	}
	f := one(b.gen, fits)
	b.decides(f.bits)
	args, _ := b.arguments(f)
	for i, a := range args {
		if a == "" {
			args[i] = b.newKey()
		}
	}
	return f, args, true
}

// arguments returns keys that meet the needs of f, "" for those that can be any.
func (b *body) arguments(f *callee) (args []string, ok bool) {
	args = make([]string, f.keys)
	for _, n := range f.needs {
		for _, l := range b.held {
			if l.class == namespace && l.key != "" && l.mode == n.mode {
				args[n.key] = l.key
			}
		}
		if args[n.key] == "" {
			return nil, false
		}
	}
	return args, true
}

// write writes a function that can be called here, and returns it with the
// keys that it is to be called with.
func (b *body) write() (*callee, []string) {
	f := &callee{free: b.idle() && b.chance(3, 4), fails: b.chance(2, 3)}
	var args []string
	for _, l := range b.held {
		if l.class == namespace && l.key != "" && isMode(l.mode) && f.keys < 2 && b.chance(3, 4) {
			f.needs = append(f.needs, need{f.keys, l.mode})
			args = append(args, l.key)
			f.keys++
		}
	}
	for f.keys < 2 && b.chance(1, 2) {
		args = append(args, b.newKey())
		f.keys++
	}
	before := b.bits
	kinds := []func(*callee){b.plain, b.plain, b.method, b.bound, b.iface, b.embedded, b.generic, b.pointer, b.table, b.closure, b.recursive}
	f.lib, f.inner = b.inLib, b.inLib
	if !b.inLib && b.chance(1, 4) {
		b.inLib, f.lib, f.inner = true, true, false
		defer func() { b.inLib = false }()
		kinds = []func(*callee){b.plain, b.recursive}
	}
	one(b.gen, kinds)(f)
	f.bits = b.bits - before
	if !f.local {
		b.callees = append(b.callees, f)
	}
	return f, args
}

// within writes the body of f.
func (b *body) within(f *callee) *body { return b.fillIn(f, b.gen.body(frame{fails: f.fails})) }

// fillIn writes the body of f to c.
func (b *body) fillIn(f *callee, c *body) *body {
	c.free, c.unsure, c.held, c.keys, c.open = f.free, !f.free, nil, nil, nil
	for i := range f.keys {
		c.keys = append(c.keys, f.parameter(i))
	}
	for _, n := range f.needs {
		c.held = append(c.held, lock{namespace, f.parameter(n.key), n.mode})
	}
	b.depth++
	c.statements(1 + b.IntN(3))
	b.depth--
	if f.fails {
		c.line("return %s", b.ending())
	}
	return c
}

// parameter names the i-th key of f inside of it.
func (f *callee) parameter(i int) string {
	if f.local { // a method around it has its first key elsewhere
		return fmt.Sprintf("q%d", i)
	}
	return fmt.Sprintf("k%d", i)
}

// ending returns what a function returns at its end: mostly no error, since
// each that may be one doubles the ways.
func (b *body) ending() string {
	if b.chance(1, 4) {
		return b.decided(0.5, "r.Err()", "nil")
	}
	return "nil"
}

// given are the parameters of every function that is not a method.
const given = "ctx context.Context, o *nslock.Owner, r *rt.Run"

// params returns the parameters for keys from the first-th on.
func (f *callee) params(first int) (list []string) {
	for i := first; i < f.keys; i++ {
		list = append(list, f.parameter(i)+" string")
	}
	return list
}

// verbs returns a verb for each key from the first-th on.
func (f *callee) verbs(first int) (list []string) {
	for range f.keys - min(first, f.keys) {
		list = append(list, "%s")
	}
	return list
}

func (f *callee) result() string {
	if f.fails {
		return " error"
	}
	return ""
}

// list joins what is not empty by commas.
func list(first string, more []string) string {
	if first != "" {
		more = append([]string{first}, more...)
	}
	return strings.Join(more, ", ")
}

func (b *body) declare(format string, args ...any) {
	list := &b.funcs
	if b.inLib {
		list = &b.libFuncs
	}
	*list = append(*list, fmt.Sprintf(format, args...))
}

// demands returns the directives of f: what its callers hold is left unsaid
// within a package, but not across packages.
func (f *callee) demands() (text string) {
	if !f.lib || f.inner {
		return ""
	}
	for _, n := range f.needs {
		text += fmt.Sprintf("//lockvet:require namespace %s key=%s\n", strings.ToLower(strings.TrimPrefix(n.mode, "nslock.")), f.parameter(n.key))
	}
	return text
}

// naming returns a name for the function f.
func (b *body) naming(f *callee) string {
	if f.lib && !f.inner {
		return b.exported("f")
	}
	return b.global("f")
}

// plain makes a function.
func (b *body) plain(f *callee) {
	c := b.within(f)
	name := b.naming(f)
	b.declare("%sfunc %s(%s)%s {\n%s}\n", f.demands(), name, list(given, f.params(0)), f.result(), c.text())
	f.call = "@" + name + "(" + list("ctx, o, r", f.verbs(0)) + ")"
}

// recursive makes a function that may call itself, a few times.
func (b *body) recursive(f *callee) {
	name := b.naming(f)
	c := b.gen.body(frame{fails: f.fails})
	var args []string
	for i := range f.keys {
		args = append(args, f.parameter(i))
	}
	again := name + "(" + list("ctx, o, r, n-1", args) + ")"
	before := b.bits
	c.line("if n > 0 && r.If() {")
	if f.fails {
		c.line("if err := %s; err != nil {\nreturn err\n}", again)
	} else {
		c.line("%s", again)
	}
	c.line("}")
	c = b.fillIn(f, c)
	b.decides(b.bits - before + 1)
	b.declare("%sfunc %s(%s)%s {\n%s}\n", f.demands(), name, list(given+", n int", f.params(0)), f.result(), c.text())
	f.call = "@" + name + "(" + list("ctx, o, r, 2", f.verbs(0)) + ")"
}

// closure makes a function literal in a variable.
func (b *body) closure(f *callee) {
	f.local = true
	c := b.literal(frame{fails: f.fails})
	b.fillIn(f, c)
	name := b.fresh("f")
	b.line("%s := func(%s)%s {\n%s}", name, list("", f.params(0)), f.result(), c.text())
	f.call = name + "(" + list("", f.verbs(0)) + ")"
}

// members makes the text of a function that of a method whose receiver has
// what the function is given, and the first key.
var members = regexp.MustCompile(`\b(ctx|o|r|k0)\b`)

func memberwise(text string) string { return members.ReplaceAllString(text, "t.$1") }

// methodOf writes a method of a new type, and returns the type.
func (b *body) methodOf(f *callee, star string) string {
	c := b.within(f)
	t := b.global("t")
	b.declare("type %s struct {\nctx context.Context\no *nslock.Owner\nr *rt.Run\nk0 string\n}\n", t)
	b.declare("func (t %s%s) do%s(%s)%s {\n%s}\n", star, t, b.name, list("", f.params(1)), f.result(), memberwise(c.text()))
	return t
}

// value returns a value of a type with a method, with a verb for the first key.
func (f *callee) value(t string) string {
	if f.keys > 0 {
		return "(" + t + "{ctx, o, r, %s})"
	}
	return "(" + t + `{ctx, o, r, ""})`
}

// method makes a method.
func (b *body) method(f *callee) {
	if b.chance(1, 2) {
		t := b.methodOf(f, "*")
		f.call = "(&" + strings.TrimPrefix(f.value(t), "(") + ".do" + b.name + "(" + list("", f.verbs(1)) + ")"
		return
	}
	t := b.methodOf(f, "")
	f.call = f.value(t) + ".do" + b.name + "(" + list("", f.verbs(1)) + ")"
}

// iface makes an interface and two types that implement it, either of which is called.
func (b *body) iface(f *callee) {
	i := b.global("i")
	b.declare("type %s interface{ do%s(%s)%s }\n", i, b.name, list("", f.params(1)), f.result())
	t, u := b.methodOf(f, "*"), b.methodOf(f, "")
	b.decides(1)
	pick := b.global("new")
	b.declare("func %s(%s, k0 string) %s {\nif r.If() {\nreturn &%s{ctx, o, r, k0}\n}\nreturn %s{ctx, o, r, k0}\n}\n", pick, given, i, t, u)
	key := `""`
	if f.keys > 0 {
		key = "%s"
	}
	f.call = pick + "(ctx, o, r, " + key + ").do" + b.name + "(" + list("", f.verbs(1)) + ")"
}

// generic makes a function with a type parameter, by whose method it does its work.
func (b *body) generic(f *callee) {
	i := b.global("i")
	b.declare("type %s interface{ do%s(%s)%s }\n", i, b.name, list("", f.params(1)), f.result())
	t := b.methodOf(f, "")
	var args []string
	for i := 1; i < f.keys; i++ {
		args = append(args, f.parameter(i))
	}
	name := b.global("f")
	do := "v.do" + b.name + "(" + list("", args) + ")"
	if f.fails {
		do = "return " + do
	}
	b.declare("func %s[T %s](%s)%s {\n%s\n}\n", name, i, list("v T", f.params(1)), f.result(), do)
	f.call = name + "(" + list(f.value(t), f.verbs(1)) + ")"
}

// table makes two functions that stand in a map, and one of which is called.
func (b *body) table(f *callee) {
	var names []string
	b.decides(1)
	for range 2 {
		c := b.within(f)
		name := b.global("f")
		b.declare("func %s(%s)%s {\n%s}\n", name, list(given, f.params(0)), f.result(), c.text())
		names = append(names, name)
	}
	m := b.global("m")
	b.declare("var %s = map[string]func(%s)%s{\n\"x\": %s,\n\"y\": %s,\n}\n",
		m, list(given, f.params(0)), f.result(), names[0], names[1])
	f.call = m + "[r.Name()](" + list("ctx, o, r", f.verbs(0)) + ")"
}
