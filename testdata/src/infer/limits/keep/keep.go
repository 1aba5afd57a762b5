// Package keep has tasks, and a list that others put them into.
package keep

import (
	"io"
	"sync"
)

// A Task has two mutexes.
type Task struct {
	A, B sync.Mutex
	N    int
}

// Run takes them in order.
func (t *Task) Run() {
	t.A.Lock()
	defer t.A.Unlock()
	t.B.Lock()
	defer t.B.Unlock()
	t.N++
}

type list struct{ tasks []*Task }

func (l *list) add(t *Task) { l.tasks = append(l.tasks, t) }

var tasks list

// Add lets others see a task.
func Add(t *Task) { tasks.add(t) }

// RunAll runs the tasks.
func RunAll() {
	for _, t := range tasks.tasks {
		t.Run()
	}
}

// A Printer writes under its mutex.
type Printer struct {
	mu sync.Mutex
	w  io.Writer
	n  int
}

// SetOutput keeps a writer.
func (p *Printer) SetOutput(w io.Writer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.w = w
}

// Print writes.
func (p *Printer) Print(text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.w.Write(text)
}

// Len takes the mutex.
func (p *Printer) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// A Lessor begins transactions that others have given it.
type Lessor struct {
	mu    sync.Mutex
	begin func() (end func())
	n     int
}

// SetBegin keeps how a transaction begins.
func (l *Lessor) SetBegin(begin func() (end func())) { l.begin = begin }

// Revoke takes the mutex inside a transaction.
func (l *Lessor) Revoke() {
	end := l.begin()
	defer end()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n--
}

// Grant calls put under the mutex.
func (l *Lessor) Grant(put func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	put()
}
