// Package limits has what -infer does not see: every function here can hang,
// and none is reported. docs/limits.md says why.
package limits

import (
	"sort"
	"sync"

	"fixtures/infer/limits/keep"
)

// Pointer has mutexes that no variable is, but that variables point to.
func Pointer() (n int) {
	first, second := new(sync.Mutex), new(sync.Mutex)
	done := make(chan bool)
	go func() {
		second.Lock()
		defer second.Unlock()
		first.Lock()
		defer first.Unlock()
		n++
		close(done)
	}()
	first.Lock()
	second.Lock()
	n++
	second.Unlock()
	first.Unlock()
	<-done
	return n
}

// List has a mutex.
type List struct {
	mu sync.Mutex
	n  int
}

// Maybe locks again what a function that was called back may have given up: it
// is given up if the slice is not empty.
func (l *List) Maybe() {
	l.mu.Lock()
	given := false
	sort.Search(l.n, func(int) bool {
		if !given {
			given = true
			l.mu.Unlock()
		}
		return true
	})
	l.mu.Lock()
	l.n++
	l.mu.Unlock()
}

// Room and Guest have mutexes, and a host that both know of.
type (
	Room struct {
		mu   sync.Mutex
		host *Host
		n    int
	}
	Guest struct {
		mu sync.Mutex
		n  int
	}
	Host struct{ mu sync.Mutex }
)

// Enter takes the guest inside the room, under the mutex of the room's host.
func (r *Room) Enter(g *Guest) {
	r.host.mu.Lock()
	defer r.host.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n += r.n
}

// Leave takes the room inside the guest, under that of a host who may be
// another one.
func (g *Guest) Leave(r *Room, h *Host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n -= g.n
}

// Move takes two that it has looked up, of which nobody knows in what order.
func Move(find func(string) *List, from, to string) {
	a, b := find(from), find(to)
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	a.n, b.n = b.n, a.n
}

// A Node is one of a list.
type Node struct {
	mu   sync.Mutex
	next *Node
	n    int
}

// Fifth locks the fifth node of a list again.
func (n *Node) Fifth() {
	n.next.next.next.next.mu.Lock()
	n.next.next.next.next.mu.Lock()
	n.n++
}

// Seven mutexes, each taken under the one before, and the first under the last.
var r0, r1, r2, r3, r4, r5, r6 sync.Mutex

func step0() { r0.Lock(); r1.Lock(); r1.Unlock(); r0.Unlock() }
func step1() { r1.Lock(); r2.Lock(); r2.Unlock(); r1.Unlock() }
func step2() { r2.Lock(); r3.Lock(); r3.Unlock(); r2.Unlock() }
func step3() { r3.Lock(); r4.Lock(); r4.Unlock(); r3.Unlock() }
func step4() { r4.Lock(); r5.Lock(); r5.Unlock(); r4.Unlock() }
func step5() { r5.Lock(); r6.Lock(); r6.Unlock(); r5.Unlock() }
func step6() { r6.Lock(); r0.Lock(); r0.Unlock(); r6.Unlock() }

// Seven takes all steps, as others do at the same time.
func Seven() {
	for _, step := range []func(){step0, step1, step2, step3, step4, step5, step6} {
		step()
	}
}

// Added takes the mutexes of a task the other way round, when others can run
// it already.
func Added() {
	t := &keep.Task{}
	keep.Add(t)
	t.B.Lock()
	defer t.B.Unlock()
	t.A.Lock()
	defer t.A.Unlock()
	t.N++
}

// A Page is written to by a printer, which holds its own mutex.
type Page struct {
	mu  sync.Mutex
	out *keep.Printer
	n   int
}

// Write takes the mutex of the page.
func (p *Page) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n += len(text)
	return len(text), nil
}

// Written has a printer write to a page, and asks it with the page locked.
func (p *Page) Written() int {
	p.out.SetOutput(p)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Len()
}

// A Backend has transactions: each keeps its mutex from beginning to end.
type Backend struct {
	tx     sync.Mutex
	lessor *keep.Lessor
	n      int
}

// Begin leaves the mutex locked, which the lessor cannot know.
func (b *Backend) Begin() (end func()) {
	b.tx.Lock()
	return b.tx.Unlock
}

// Begun is Begin, as the lessor has it: Revoke takes its mutex inside. Granted
// takes it outside.
func (b *Backend) Begun() { b.lessor.SetBegin(b.Begin) }

// Granted takes the mutex of the transactions inside that of the lessor.
func (b *Backend) Granted() {
	b.lessor.Grant(func() {
		b.tx.Lock()
		defer b.tx.Unlock()
		b.n++
	})
}
