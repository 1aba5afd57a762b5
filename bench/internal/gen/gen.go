// Package gen writes Go programs of any size, in shapes that are hard on a
// program that follows locks through calls. Each program breaks the order of
// its locks once, in the place that is hardest to reach, so that whoever
// measures an analysis can also see that it was carried out.
//
// The programs compile and use nothing but package sync. They are made to be
// analysed and not to be run: they would wait for themselves.
package gen

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Module is the path of the module that every program is.
const Module = "generated"

// A Program is what Shape.Write has written: a module of one or more packages.
type Program struct {
	Functions int       // how many there are
	Packages  []Package // each after those that it imports
	Want      Want
}

// A Package is one package of a program.
type Package struct {
	Path    string
	Dir     string
	File    string   // absolute, the only one of the package
	Imports []string // paths, package sync included
}

// A Want is the one report that a program deserves.
type Want struct {
	Package  string // its path
	Line     int
	Category string
}

// A Shape is a kind of program.
type Shape struct {
	Name string
	Doc  string // what grows with the size
	make func(m *module, n int)
}

// Shapes returns all shapes, in the order in which tables show them.
func Shapes() []Shape {
	return []Shape{
		{"chain", "each function calls the next", chain},
		{"fan", "one function calls all others", fan},
		{"diamond", "stacks of 30 levels, two functions each, which both call both below: 2^30 paths", diamond},
		{"recursion", "groups of up to 1000 functions that call each other in circles", recursion},
		{"interface", "interfaces with up to 500 implementations each", implementations},
		{"table", "one map of handlers, called through a look-up", table},
		{"callbacks", "stacks of 20 functions that wrap the function they are given, and pass it on", callbacks},
		{"branches", "functions of up to 5000 branches, with a lock in each", branches},
		{"classes", "groups of 100 classes of locks, each taken under the one before", classes},
		{"held", "groups of 100 locks that are held together", held},
		{"fields", "methods of up to 50 on each type with a mutex, which call each other", fields},
		{"paired", "functions with eight locks, each taken and given up on a condition of its own", paired},
		{"row", "packages of 100 functions in a row, each calling into the one before", row},
	}
}

// Write writes a program of about n functions (branches, for the shape of that
// name) into dir, which must exist and be empty. It does not hold the program
// in memory: the memory of a process counts for those that it starts.
func (s Shape) Write(dir string, n int) (Program, error) {
	m := &module{dir: dir}
	m.write(filepath.Join(dir, "go.mod"), func(p *printer) { p.print("module %s\n\ngo 1.26.0\n", Module) })
	s.make(m, max(n, 1))
	return m.Program, m.err
}

// A module is being written. The first error sticks.
type module struct {
	Program
	dir string
	err error
}

// pkg writes a package with one file. It lies in a folder of its name, the one
// that is called root in that of the module.
func (m *module) pkg(name string, imports []string, body func(p *printer)) {
	pkg := Package{Path: Module, Dir: m.dir, Imports: imports}
	if name != root {
		pkg.Path, pkg.Dir = Module+"/"+name, filepath.Join(m.dir, name)
		if m.err == nil {
			m.err = os.Mkdir(pkg.Dir, 0o755)
		}
	}
	pkg.File = filepath.Join(pkg.Dir, name+".go")
	m.Packages = append(m.Packages, pkg)
	m.write(pkg.File, func(p *printer) {
		body(p)
		m.Functions += p.functions
		if p.want != 0 {
			m.Want = Want{Package: pkg.Path, Line: p.want, Category: "order"}
		}
	})
}

// root is the name of the package in the module's own folder.
const root = Module

func (m *module) write(file string, body func(p *printer)) {
	if m.err != nil {
		return
	}
	f, err := os.Create(file)
	if err != nil {
		m.err = err
		return
	}
	w := bufio.NewWriter(f)
	body(&printer{w: w})
	m.err = errors.Join(w.Flush(), f.Close())
}

// A printer prints source and counts what it prints.
type printer struct {
	w         *bufio.Writer
	lines     int
	functions int
	want      int // the line that deserves the report
}

// print prints text, a format.
func (p *printer) print(text string, args ...any) {
	text = fmt.Sprintf(text, args...)
	p.lines += strings.Count(text, "\n")
	_, _ = p.w.WriteString(text) // its errors are those of Flush
}

// fn prints a function: the signature, and each line of the body. It marks the
// line that begins with "!" as the one to report.
func (p *printer) fn(signature string, body ...string) {
	p.functions++
	p.print("\nfunc %s {\n", signature)
	for _, text := range body {
		if wanted, ok := strings.CutPrefix(text, "!"); ok {
			text, p.want = wanted, p.lines+1
		}
		p.print("\t%s\n", text)
	}
	p.print("}\n")
}
