package main

// More kinds of functions: those that are reached by a method value, by an
// interface with another one in it, and by a type parameter's pointer.

// bound makes a method that is called by its value.
func (b *body) bound(f *callee) {
	t := b.methodOf(f, "*")
	f.bind = "(&" + f.value(t)[1:] + ".do" + b.name
	f.call = "(" + list("", f.verbs(1)) + ")"
}

// embedded makes an interface that embeds another, and two types that implement
// it, of which the second has its method from the first.
func (b *body) embedded(f *callee) {
	i, j := b.global("i"), b.global("j")
	b.declare("type %s interface{ do%s(%s)%s }\n", i, b.name, list("", f.params(1)), f.result())
	b.declare("type %s interface {\n%s\nmore%s()\n}\n", j, i, b.name)
	t, u := b.methodOf(f, "*"), b.global("t")
	b.declare("func (t *%s) more%s() {}\n", t, b.name)
	b.declare("type %s struct {\n*%s\nn int\n}\n", u, t)
	pick := b.global("new")
	b.decides(1)
	b.declare("func %s(%s, k0 string) %s {\nt := &%s{ctx, o, r, k0}\nif r.If() {\nreturn t\n}\nreturn %s{t, 1}\n}\n", pick, given, j, t, u)
	key := `""`
	if f.keys > 0 {
		key = "%s"
	}
	f.call = pick + "(ctx, o, r, " + key + ").do" + b.name + "(" + list("", f.verbs(1)) + ")"
}

// pointer makes a generic function that calls a method of the pointer to what
// it is given.
func (b *body) pointer(f *callee) {
	t := b.methodOf(f, "*")
	var args []string
	for i := 1; i < f.keys; i++ {
		args = append(args, f.parameter(i))
	}
	name := b.global("f")
	do := "T(&u).do" + b.name + "(" + list("", args) + ")"
	if f.fails {
		do = "return " + do
	}
	b.declare("func %s[U any, T interface {\n*U\ndo%s(%s)%s\n}](%s)%s {\n%s\n}\n",
		name, b.name, list("", f.params(1)), f.result(), list("u U", f.params(1)), f.result(), do)
	f.call = name + "[" + t + "](" + list(f.value(t), f.verbs(1)) + ")"
}
