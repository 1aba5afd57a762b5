package gates

import "sync"

// Batch has a mutex that its users lock, and two that it takes when they unlock it.
type Batch struct {
	gate        sync.Mutex
	left, right sync.Mutex
	n           int
}

// Begin leaves the gate locked.
func (b *Batch) Begin() { b.gate.Lock() }

// End gives it up: until then, somebody has it.
func (b *Batch) End() {
	b.left.Lock()
	b.right.Lock()
	b.n++
	b.right.Unlock()
	b.left.Unlock()
	b.gate.Unlock()
}

// Compact is the other way round under the same gate.
func (b *Batch) Compact() {
	b.gate.Lock()
	defer b.gate.Unlock()
	b.right.Lock()
	defer b.right.Unlock()
	b.left.Lock()
	defer b.left.Unlock()
	b.n = 0
}

// Early is like Batch, but opens the gate before it takes the two.
type Early struct {
	gate        sync.Mutex
	left, right sync.Mutex
	n           int
}

// Begin leaves the gate locked.
func (e *Early) Begin() { e.gate.Lock() }

// End gives it up, and goes on.
func (e *Early) End() {
	e.gate.Unlock()
	e.left.Lock()
	e.right.Lock()
	e.n++
	e.right.Unlock()
	e.left.Unlock()
}

// Compact goes through the gate.
func (e *Early) Compact() {
	e.gate.Lock()
	defer e.gate.Unlock()
	e.right.Lock()
	defer e.right.Unlock()
	e.left.Lock() // want `^cycle: acquiring gates.Early.left lock while holding gates.Early.right lock`
	defer e.left.Unlock()
	e.n = 0
}

// Some gives the gate up on one of its ways only: on the other one, nobody may
// have had it.
type Some struct {
	gate        sync.Mutex
	left, right sync.Mutex
	n           int
}

// End gives it up if there is something to do.
func (s *Some) End() {
	s.left.Lock()
	s.right.Lock()
	done := s.n == 0
	s.right.Unlock()
	s.left.Unlock()
	if !done {
		s.gate.Unlock()
	}
}

// Compact goes through the gate.
func (s *Some) Compact() {
	s.gate.Lock()
	defer s.gate.Unlock()
	s.right.Lock()
	defer s.right.Unlock()
	s.left.Lock() // want `^cycle: acquiring gates.Some.left lock while holding gates.Some.right lock`
	defer s.left.Unlock()
	s.n = 0
}

// Opened calls, with the gate given up, what takes the two.
type Opened struct {
	gate        sync.Mutex
	left, right sync.Mutex
	n           int
}

// Run goes through the gate, and work leaves it.
func (o *Opened) Run() {
	o.gate.Lock()
	o.work()
}

func (o *Opened) work() {
	o.n++
	o.gate.Unlock()
	o.both()
}

func (o *Opened) both() {
	o.left.Lock()
	o.right.Lock()
	o.n++
	o.right.Unlock()
	o.left.Unlock()
}

// Compact goes through the gate.
func (o *Opened) Compact() {
	o.gate.Lock()
	defer o.gate.Unlock()
	o.right.Lock()
	defer o.right.Unlock()
	o.left.Lock() // want `^cycle: acquiring gates.Opened.left lock while holding gates.Opened.right lock`
	defer o.left.Unlock()
	o.n = 0
}
