package safe

import "sync"

// A Tx is locked by two methods, one of which says from where.
type Tx interface {
	Lock()
	LockOutside()
	Unlock()
	Put()
}

type tx struct {
	sync.Mutex
	pending int
}

func (t *tx) lock()        { t.Mutex.Lock() }
func (t *tx) Lock()        { t.lock() }
func (t *tx) LockOutside() { t.lock() }
func (t *tx) Put()         { t.pending++ }

func (t *tx) Unlock() {
	t.pending = 0
	t.Mutex.Unlock()
}

func (t *tx) size() int {
	t.Mutex.Lock()
	defer t.Mutex.Unlock()
	return t.pending
}

// create locks and unlocks what it is given.
func create(t Tx) {
	t.LockOutside()
	defer t.Unlock()
	t.Put()
}

// CreateTwice has it unlocked in between.
func CreateTwice() {
	t := &tx{}
	create(t)
	create(t)
	t.size()
}

// A Book is written through what it returns.
type Book struct {
	mu sync.RWMutex
	n  int
}

// A Page is held until its end.
type Page interface {
	Set(n int)
	End()
}

// A Writer begins pages.
type Writer interface{ Begin() Page }

type page struct{ b *Book }

// Begin leaves the book locked.
func (b *Book) Begin() Page {
	b.mu.RLock()
	return &page{b}
}

func (p *page) Set(n int) { p.b.n = n }
func (p *page) End()      { p.b.mu.RUnlock() }

type view struct{ w Writer }

// set begins and ends a page of whatever it has.
func (v *view) set(n int) {
	p := v.w.Begin()
	defer p.End()
	p.Set(n)
}

// Fill has every page at its end.
func (b *Book) Fill() {
	v := &view{b}
	v.set(1)
	v.set(2)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n = 3
}
