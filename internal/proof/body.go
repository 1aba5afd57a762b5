package main

import (
	"fmt"
	"slices"
	"strings"
)

// A frame is what is common to the statements of one function.
type frame struct {
	fails  bool // it returns an error
	guard  bool // and a guard before it
	panics bool // it ends early by a panic, and recovers from it
}

// A body writes statements, and knows what they hold at this point if all goes
// as planned. A nested block is a body of its own.
type body struct {
	*gen
	frame   *frame
	out     *strings.Builder
	nested  bool // not the outermost block of its function
	free    bool // nobody further out holds a lock
	unsure  bool // something may be held that is not in held
	held    []lock
	cleanup []string // what a return has to do before
	several bool     // mailboxes are open that a loop has opened: one such loop gives situations enough
	looping bool     // a loop can be left here
	turn    int      // how much of cleanup belongs to what is around that loop
	keys    []string // variables that hold keys
	open    []guard  // mailboxes that are open here
	hole    *hole    // for a function that is given, and has to be called
}

// A guard is a variable with an open mailbox.
type guard struct {
	name, user, mode string
}

// body returns the outermost block of a function.
func (g *gen) body(f frame) *body {
	return &body{gen: g, frame: &f, out: new(strings.Builder)}
}

// inner returns a block inside b, which writes to the same place.
func (b *body) inner() *body {
	c := *b
	c.nested = true
	c.held = slices.Clone(b.held)
	c.cleanup = slices.Clone(b.cleanup)
	c.keys = slices.Clone(b.keys)
	c.open = slices.Clone(b.open)
	return &c
}

// literal returns the outermost block of a function literal inside b.
func (b *body) literal(f frame) *body {
	c := b.inner()
	c.frame, c.nested, c.cleanup, c.looping = &f, false, nil, false
	c.out = new(strings.Builder)
	return c
}

func (b *body) text() string { return b.out.String() }

// line writes a line, or several.
func (b *body) line(format string, args ...any) {
	fmt.Fprintf(b.out, format+"\n", args...)
}

// leave writes what a function does that returns here with an error.
func (b *body) leave(err string) {
	for _, c := range slices.Backward(b.cleanup) {
		b.line("%s", c)
	}
	switch {
	case b.frame.panics:
		b.line("panic(rt.ErrStop)")
	case b.frame.guard:
		b.line("return nil, %s", err)
	case b.frame.fails:
		b.line("return %s", err)
	default:
		b.line("return")
	}
}

// bail writes how an error is handled that was just assigned to err.
func (b *body) bail() {
	b.line("if err != nil {")
	b.leave("err")
	b.line("}")
}

// holds reports whether a lock of class and key is held, and how.
func (b *body) holds(c class, key string) (lock, bool) {
	for _, l := range b.held {
		if l.class == c && l.key == key {
			return l, true
		}
	}
	return lock{}, false
}

// idle reports whether no lock at all can be held here.
func (b *body) idle() bool { return b.free && !b.unsure && len(b.held) == 0 }

// statements writes about n statements, each with what is nested in it.
func (b *body) statements(n int) {
	for range n {
		if b.budget <= 0 {
			break
		}
		b.budget--
		if b.hole != nil && b.chance(1, 2) {
			b.fill()
		}
		b.statement()
	}
}

// block writes an inner block of a few statements.
func (b *body) block() {
	c := b.inner()
	c.statements(1 + b.IntN(2))
	b.unsure = b.unsure || c.unsure || len(c.held) > len(b.held)
}

// statement writes one statement.
func (b *body) statement() {
	type form struct {
		weight int
		write  func()
	}
	forms := []form{
		{1, b.stop},
		{10, b.call},
		{3, b.lockMboxname},
		{2, b.goroutine},
		{2, b.detached},
		{6, b.callback},
		{2, b.once},
		{2, b.each},
		{2, b.registered},
		{3, b.recovers},
	}
	if b.room() {
		forms = append(forms, form{4, b.branch}, form{2, b.loop}, form{1, b.stop}, form{2, b.tryUser}, form{2, b.choose}, form{2, b.dispatch})
	}
	if b.idle() || b.slip() {
		forms = append(forms, form{25, b.lockUser}, form{4, b.swap}, form{4, b.compared}, form{4, b.sorted}, form{4, b.twice}, form{6, b.session}, form{4, b.iterate}, form{4, b.outward})
	}
	if !b.nested {
		forms = append(forms, form{3, b.deferred})
		if b.idle() {
			forms = append(forms, form{2, b.deferring}, form{6, b.flagged})
		}
	}
	if len(b.held) > 0 || b.slip() {
		forms = append(forms, form{20, b.openMailbox}, form{3, b.repack}, form{3, b.reenter}, form{4, b.opened})
	}
	if b.looping && b.room() {
		forms = append(forms, form{8, b.skip})
	}
	if len(b.open) > 0 {
		forms = append(forms, form{8, b.park})
	}
	sum := 0
	for _, f := range forms {
		sum += f.weight
	}
	pick := b.IntN(sum)
	for _, f := range forms {
		if pick -= f.weight; pick < 0 {
			f.write()
			return
		}
	}
}

// branch writes an if.
func (b *body) branch() {
	b.decides(1)
	b.line("if r.If() {")
	b.block()
	if b.chance(1, 2) {
		b.line("} else {")
		b.block()
	}
	b.line("}")
}

// loop writes a loop of a few turns.
func (b *body) loop() {
	before := b.bits
	b.line("for range r.N(2) {")
	outer, turn := b.looping, b.turn
	b.looping, b.turn = true, len(b.cleanup)
	b.block()
	b.looping, b.turn = outer, turn
	b.decides(b.bits - before + 1.5) // there may be two turns
	b.line("}")
}

// stop writes an early return.
func (b *body) stop() {
	if !b.room() {
		return
	}
	b.decides(0.3)
	b.line("if r.If() {")
	b.leave("rt.ErrStop")
	b.line("}")
}

// newKey returns an expression for the key of a user, and writes the statement
// that decides it.
func (b *body) newKey() string {
	switch {
	case len(b.keys) > 0 && b.chance(1, 2):
		return one(b.gen, b.keys)
	case !b.known && b.choices < 3 && b.room() && b.chance(1, 2):
		b.choices++
		b.decides(1.5)
		k := b.fresh("u")
		b.line("%s := r.Key()", k)
		b.keys = append(b.keys, k)
		return k
	default:
		return b.constant()
	}
}

// mode returns a mode. Under the lock of the smaller or the larger of two users
// it is the mode of that: the other one can be the same user, and a change of the
// mode then is not looked for.
func (b *body) mode() string {
	for _, l := range b.held {
		if l.class == namespace && isMode(l.mode) && (strings.HasPrefix(l.key, "low") || strings.HasPrefix(l.key, "high")) {
			return l.mode
		}
	}
	return one(b.gen, []string{shared, exclusive})
}

// anyMode returns a mode, or a variable with one that is decided at run time.
func (b *body) anyMode() string {
	if !b.room() || !b.chance(1, 8) {
		return b.mode()
	}
	b.decides(1)
	md := b.fresh("md")
	b.line("%s := nslock.Shared\nif r.If() {\n%s = nslock.Exclusive\n}", md, md)
	return md
}

// choose writes a switch.
func (b *body) choose() {
	b.decides(1.5)
	looping := b.looping
	b.looping = false // a break would leave the switch
	defer func() { b.looping = looping }()
	b.line("switch r.N(2) {\ncase 0:")
	b.block()
	b.line("case 1:")
	b.block()
	if b.chance(1, 2) {
		b.line("default:")
		b.block()
	}
	b.line("}")
}

// goroutine runs a block on a goroutine that is waited for at once. Its locks
// are those of the same owner, who does nothing meanwhile. What it needs to be
// held it takes by itself, for a goroutine inherits nothing.
func (b *body) goroutine() {
	c := b.literal(frame{})
	c.held, c.open = nil, nil
	c.unsure = !b.idle()
	slips := b.slips
	if !b.idle() { // what is held here is held there at run time: the same owner
		b.slips = 0
	}
	c.statements(1 + b.IntN(2))
	if !b.idle() {
		b.slips = slips
	}
	switch done := b.fresh("done"); b.IntN(4) {
	case 0:
		b.line("var %s sync.WaitGroup\n%s.Add(1)", done, done)
		b.line("go func() {\ndefer %s.Done()\n%s}()\n%s.Wait()", done, c.text(), done)
	case 1:
		b.line("%s := make(chan struct{})", done)
		b.line("go func() {\ndefer close(%s)\n%s}()\n<-%s", done, c.text(), done)
	case 2:
		b.line("var %s sync.WaitGroup\n%s.Go(func() {\n%s})\n%s.Wait()", done, done, c.text(), done)
	default:
		b.line("var %s errgroup.Group", done)
		b.line("%s.Go(func() error {\nfunc() {\n%s}()\nreturn nil\n})\n_ = %s.Wait()", done, c.text(), done)
	}
}
