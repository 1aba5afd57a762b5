package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A program is one generated program: a file of a package that it shares with
// others, and one of a second package, "lib", that the first imports. Its
// global names end in its own name.
type program struct {
	name  string
	parts [2]string // the files, without their package clauses and imports
}

// generate returns the program of a seed and a number.
func generate(seed uint64, number int) program {
	g := &gen{
		Rand:   rand.New(rand.NewPCG(seed, uint64(number))),
		name:   fmt.Sprintf("p%d", number),
		budget: 5,
	}
	if g.chance(2, 3) {
		g.slips = 1 + g.IntN(2)
	}
	g.known = g.chance(1, 3)
	g.budget += g.IntN(10)
	g.root()
	p := program{name: g.name}
	p.parts[0], p.parts[1] = strings.Join(g.funcs, "\n"), strings.Join(g.libFuncs, "\n")
	return p
}

// A gen is a program in the making.
type gen struct {
	*rand.Rand
	name    string
	budget  int     // statements that may still be written
	slips   int     // times that the plan may still be left, so that rules get broken
	count   int     // names given out
	known   bool    // every key is a constant
	choices int     // keys that are decided at run time, which multiply the ways
	bits    float64 // about the logarithm of how many ways there are
	depth   int     // functions inside of functions
	inLib   bool    // the other package is being written

	funcs, libFuncs []string // declarations
	callees         []*callee
	callers         []*caller
}

// chance reports true n times out of of.
func (g *gen) chance(n, of int) bool { return g.IntN(of) < n }

// slip reports whether to leave the plan here.
func (g *gen) slip() bool {
	// What the other package does is judged for any caller, and so has to be
	// right for any.
	if g.slips > 0 && !g.inLib && g.chance(1, 12) {
		g.slips--
		return true
	}
	return false
}

// decides notes a decision that is made at run time. What decides between n
// ways multiplies them, by fewer if one of them is short.
func (g *gen) decides(bits float64) { g.bits += bits }

// room reports whether there may be more decisions.
func (g *gen) room() bool {
	const most = 9 // and as much again by what may fail
	return g.bits < most
}

// decided is a text with a decision in it: short if there is room, or the
// other one.
func (g *gen) decided(bits float64, text, otherwise string) string {
	if !g.room() {
		return otherwise
	}
	g.decides(bits)
	return text
}

// fresh returns a name that nothing else in the program has.
func (g *gen) fresh(prefix string) string {
	g.count++
	return fmt.Sprintf("%s%d", prefix, g.count)
}

// global returns a name for the package's scope, which nothing else in the
// package has.
func (g *gen) global(prefix string) string { return g.fresh(prefix) + g.name }

// exported returns a name that other packages see.
func (g *gen) exported(prefix string) string { return g.global(strings.ToUpper(prefix)) }

// one returns one of list.
func one[T any](g *gen, list []T) T { return list[g.IntN(len(list))] }

// The modes, as expressions.
const (
	shared    = "nslock.Shared"
	exclusive = "nslock.Exclusive"
)

// weaker reports whether a lock that is held in mode, which may be a variable,
// is not enough for need.
func weaker(mode, need string) bool { return mode != exclusive && need == exclusive }

// isMode reports whether a mode is known.
func isMode(mode string) bool { return mode == shared || mode == exclusive }

// A class is a class of locks of nslock. An open mailbox counts as one.
type class int

const (
	namespace class = iota
	mailbox
	mboxname
)

// A lock is one that the code holds at some point, if it goes as planned.
type lock struct {
	class class
	key   string // an expression
	mode  string
}

// A box is a mailbox or mboxname lock of a fixed uniqueid. It is always asked
// for in one mode: whether two unknown uniqueids are one, and so whether the
// mode changes, is more than the linter wants to decide.
type box struct{ id, mode string }

var boxes = []box{{`"m1"`, shared}, {`"m2"`, exclusive}, {`"m3"`, shared}, {`"m4"`, exclusive}}

var mboxnames = []box{{`"n1"`, shared}, {`"n2"`, exclusive}}

// constants are the keys that are known before the program runs.
var constants = []string{`"a"`, `"b"`, `"c"`}

// constant returns a key that is known. Beside keys that are not it is the one
// in the middle, so that there are others on both sides of it.
func (g *gen) constant() string {
	if g.known {
		return one(g, constants)
	}
	return constants[1]
}

func isConstant(key string) bool { return slices.Contains(constants, key) }

// root writes the function that is run.
func (g *gen) root() {
	b := g.body(frame{})
	b.free = true
	b.statements(2 + g.IntN(2))
	g.funcs = append(g.funcs, fmt.Sprintf(
		"func Run%s(ctx context.Context, o *nslock.Owner, r *rt.Run) {\n%s}\n", g.name, b.text()))
}
