package gen

import (
	"fmt"
	"strings"
)

// f is short for what nearly every line of a generator needs.
func f(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// head begins a package with three locks: leaf may be taken under inner, and
// outer under neither.
func head(p *printer, name string) {
	p.print(`//lockvet:order outer inner leaf
package %s

import "sync"

var (
	outer sync.Mutex //lockvet:class outer
	inner sync.Mutex //lockvet:class inner
	leaf  sync.Mutex //lockvet:class leaf
)
`, name)
}

// one writes a program that is one package with the three locks.
func one(m *module, body func(p *printer)) {
	m.pkg(root, []string{"sync"}, func(p *printer) {
		head(p, root)
		body(p)
	})
}

// run is the function with the fault: it holds inner, and what it calls takes
// outer.
func run(p *printer, call string) {
	p.fn("Run(x int) int",
		"inner.Lock()",
		"defer inner.Unlock()",
		"!return "+call)
}

// under returns the lines that do something with a lock held.
func under(lock, do string) []string {
	return []string{lock + ".Lock()", do, lock + ".Unlock()"}
}

// lockOf is the lock that the i-th of n functions takes: the last one is the
// one that must not be called under inner.
func lockOf(i, n int) string {
	if i == n-1 {
		return "outer"
	}
	return "leaf"
}

func chain(m *module, n int) {
	one(m, func(p *printer) {
		run(p, "f0(x)")
		for i := range n {
			next := f("return f%d(x)", i+1)
			if i == n-1 {
				next = "return x"
			}
			p.fn(f("f%d(x int) int", i), append(under(lockOf(i, n), "x++"), next)...)
		}
	})
}

func fan(m *module, n int) {
	one(m, func(p *printer) {
		run(p, "all(x)")
		var calls []string
		for i := range n {
			calls = append(calls, f("x = f%d(x)", i))
		}
		p.fn("all(x int) int", append(calls, "return x")...)
		for i := range n {
			p.fn(f("f%d(x int) int", i), append(under(lockOf(i, n), "x++"), "return x")...)
		}
	})
}

func diamond(m *module, n int) {
	const levels = 30
	stacks := max(1, n/(2*levels))
	one(m, func(p *printer) {
		run(p, f("left%d_0(x)", stacks-1))
		for s := range stacks {
			for l := range levels - 1 {
				body := f("return left%d_%d(x) + right%d_%d(x)", s, l+1, s, l+1)
				p.fn(f("left%d_%d(x int) int", s, l), body)
				p.fn(f("right%d_%d(x int) int", s, l), body)
			}
			p.fn(f("left%d_%d(x int) int", s, levels-1), append(under("leaf", "x++"), "return x")...)
			p.fn(f("right%d_%d(x int) int", s, levels-1), append(under(lockOf(s, stacks), "x++"), "return x")...)
		}
	})
}

func recursion(m *module, n int) {
	const most = 1000
	one(m, func(p *printer) {
		size := min(n, most)
		groups := n / size
		run(p, f("g%d_0(x)", groups-1))
		for g := range groups {
			for i := range size {
				lock := "leaf"
				if i == size/2 {
					lock = lockOf(g, groups)
				}
				body := append(under(lock, "x--"),
					"if x%2 == 0 {",
					f("\treturn g%d_%d(x)", g, (i+1)%size),
					"}",
					f("return g%d_%d(x)", g, (7*i+3)%size))
				p.fn(f("g%d_%d(x int) int", g, i), append([]string{"if x <= 0 {", "\treturn x", "}"}, body...)...)
			}
		}
	})
}

func implementations(m *module, n int) {
	const most = 500
	one(m, func(p *printer) {
		size := min(n, most)
		count := n / size
		for k := range count {
			p.print("\ntype server%d interface{ serve(x int) int }\n", k)
			all := f("all%d() []server%d", k, k)
			elems := []string{f("return []server%d{", k)}
			for i := range size {
				p.print("\ntype impl%d_%d struct{ n int }\n", k, i)
				lock := "leaf"
				if i == size/2 {
					lock = lockOf(k, count)
				}
				p.fn(f("(s *impl%d_%d) serve(x int) int", k, i), append(under(lock, "s.n += x"), "return s.n")...)
				elems = append(elems, f("\t&impl%d_%d{},", k, i))
			}
			p.fn(all, append(elems, "}")...)
			call := "\tx = s.serve(x)"
			if k == count-1 {
				call = "!" + call
			}
			p.fn(f("Serve%d(x int) int", k),
				"inner.Lock()", "defer inner.Unlock()",
				f("for _, s := range all%d() {", k), call, "}",
				"return x")
		}
	})
}

func table(m *module, n int) {
	one(m, func(p *printer) {
		p.print("\nvar handlers = map[string]func(int) int{\n")
		for i := range n {
			p.print("\t%q: f%d,\n", f("f%d", i), i)
		}
		p.print("}\n")
		p.fn("Dispatch(name string, x int) int",
			"inner.Lock()", "defer inner.Unlock()",
			"if h, ok := handlers[name]; ok {", "!\treturn h(x)", "}",
			"return x")
		for i := range n {
			p.fn(f("f%d(x int) int", i), append(under(lockOf(i, n), "x++"), "return x")...)
		}
	})
}

func callbacks(m *module, n int) {
	const levels = 20
	stacks := max(1, n/levels)
	one(m, func(p *printer) {
		p.fn("takeLeaf(x int) int", append(under("leaf", "x++"), "return x")...)
		p.fn("takeOuter(x int) int", append(under("outer", "x++"), "return x")...)
		for s := range stacks {
			for l := range levels {
				if l == levels-1 {
					call := "return do(x)"
					if s == stacks-1 {
						call = "!" + call
					}
					p.fn(f("with%d_%d(do func(int) int, x int) int", s, l), "inner.Lock()", "defer inner.Unlock()", call)
					continue
				}
				p.fn(f("with%d_%d(do func(int) int, x int) int", s, l),
					f("return with%d_%d(func(y int) int {", s, l+1),
					"\ty++",
					"\treturn do(y)",
					"}, x)")
			}
			take := "takeLeaf"
			if s == stacks-1 {
				take = "takeOuter"
			}
			p.fn(f("Run%d(x int) int", s), f("return with%d_0(%s, x)", s, take))
		}
	})
}

func branches(m *module, n int) {
	const most = 5000
	one(m, func(p *printer) {
		size := min(n, most)
		count := n / size
		for k := range count {
			body := []string{"inner.Lock()", "defer inner.Unlock()"}
			for i := range size {
				body = append(body, f("if on[%d] {", i))
				for _, line := range under("leaf", f("x += %d", i)) {
					body = append(body, "\t"+line)
				}
				body = append(body, "}")
			}
			if k == count-1 {
				body = append(body, "!outer.Lock()", "defer outer.Unlock()")
			}
			p.fn(f("Branch%d(x int, on []bool) int", k), append(body, "return x")...)
		}
	})
}

// ladder begins a package whose locks are numbered, each before the next.
func ladder(p *printer, groups, size int) {
	for g := range groups {
		var order strings.Builder
		for i := range size {
			order.WriteString(f(" c%d_%d", g, i))
		}
		p.print("//lockvet:order outer%s leaf\n", order.String())
	}
	p.print("package %s\n\nimport \"sync\"\n\nvar (\n\touter sync.Mutex //lockvet:class outer\n\tleaf sync.Mutex //lockvet:class leaf\n", root)
	for g := range groups {
		for i := range size {
			p.print("\tc%d_%d sync.Mutex //lockvet:class c%d_%d\n", g, i, g, i)
		}
	}
	p.print(")\n")
}

func classes(m *module, n int) {
	const most = 100
	size := min(n, most)
	groups := n / size
	m.pkg(root, []string{"sync"}, func(p *printer) {
		ladder(p, groups, size)
		for g := range groups {
			for i := range size {
				lock := f("c%d_%d", g, i)
				call := "x++"
				if i < size-1 {
					call = f("x = f%d_%d(x)", g, i+1)
				}
				p.fn(f("f%d_%d(x int) int", g, i), append(under(lock, call), "return x")...)
			}
		}
		last := f("c%d_%d", groups-1, size-1)
		p.fn("Run(x int) int", last+".Lock()", "defer "+last+".Unlock()", "!outer.Lock()", "defer outer.Unlock()", "return x")
	})
}

func held(m *module, n int) {
	const most = 100
	size := min(n, most)
	groups := n / size
	m.pkg(root, []string{"sync"}, func(p *printer) {
		ladder(p, 1, size)
		for g := range groups {
			var body []string
			for i := range size {
				body = append(body, f("c0_%d.Lock()", i), f("defer c0_%d.Unlock()", i))
			}
			for i := range size - 1 {
				body = append(body, f("x = f%d_%d(x)", g, i))
				p.fn(f("f%d_%d(x int) int", g, i), append(under("leaf", "x++"), "return x")...)
			}
			if g == groups-1 {
				body = append(body, "!outer.Lock()", "defer outer.Unlock()")
			}
			p.fn(f("Hold%d(x int) int", g), append(body, "return x")...)
		}
	})
}

func fields(m *module, n int) {
	const most = 50
	one(m, func(p *printer) {
		size := min(n, most)
		count := n / size
		p.fn("Run(t *t0) int", "inner.Lock()", "defer inner.Unlock()", "!return t.m0()")
		for k := range count {
			p.print("\ntype t%d struct {\n\tmu sync.Mutex //lockvet:class leaf\n\tn int\n\tnext *t%d\n}\n", k, min(k+1, count-1))
			for i := range size {
				body := under("t.mu", "t.n++")
				switch {
				case i < size-1:
					body = append(body, f("return t.m%d()", i+1))
				case k < count-1:
					body = append(body, "return t.next.m0()")
				default:
					body = append(body, "outer.Lock()", "defer outer.Unlock()", "return t.n")
				}
				p.fn(f("(t *t%d) m%d() int", k, i), body...)
			}
		}
	})
}

func paired(m *module, n int) {
	const flags = 8
	m.pkg(root, []string{"sync"}, func(p *printer) {
		ladder(p, 1, flags)
		for k := range n {
			var body []string
			for i := range flags {
				body = append(body, f("if on[%d] {", i), f("\tc0_%d.Lock()", i), "}")
			}
			body = append(body, "x++")
			for i := range flags {
				body = append(body, f("if on[%d] {", i), f("\tc0_%d.Unlock()", i), "}")
			}
			if k == n-1 {
				body = append(body, "leaf.Lock()", "defer leaf.Unlock()", "!outer.Lock()", "defer outer.Unlock()")
			}
			p.fn(f("F%d(x int, on [%d]bool) int", k, flags), append(body, "return x")...)
		}
	})
}

func row(m *module, n int) {
	const most = 100
	size := min(n, most)
	count := n / size
	m.pkg("locks", []string{"sync"}, func(p *printer) {
		p.print(`//lockvet:order outer inner leaf
package locks

import "sync"

var (
	Outer sync.Mutex //lockvet:class outer
	Inner sync.Mutex //lockvet:class inner
	Leaf  sync.Mutex //lockvet:class leaf
)
`)
	})
	locks := Module + "/locks"
	for k := range count {
		name := f("p%d", k)
		imports := []string{locks}
		if k > 0 {
			imports = append(imports, f("%s/p%d", Module, k-1))
		}
		m.pkg(name, imports, func(p *printer) {
			p.print("package %s\n\nimport (\n", name)
			for _, path := range imports {
				p.print("\t%q\n", path)
			}
			p.print(")\n")
			for i := range size {
				lock, below := "locks.Leaf", "return x"
				if k > 0 {
					below = f("return p%d.F%d(x)", k-1, i)
				} else if i == size-1 {
					lock = "locks.Outer"
				}
				p.fn(f("F%d(x int) int", i), append(under(lock, "x++"), below)...)
			}
		})
	}
	last := f("p%d", count-1)
	m.pkg(root, []string{locks, Module + "/" + last}, func(p *printer) {
		p.print("package %s\n\nimport (\n\t%q\n\t%q\n)\n", root, locks, Module+"/"+last)
		p.fn("Run(x int) int", "locks.Inner.Lock()", "defer locks.Inner.Unlock()", f("!return %s.F%d(x)", last, size-1))
	})
}
