package nslock

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// An Owner is one thread of work: a connection, a request, a delivery. Locks belong to it. It is
// used by one goroutine at a time; a call that finds another one running returns ErrMisuse, and a
// release that does takes effect when the other call ends. Close reports either.
type Owner struct {
	s     *Space
	name  string
	busy  atomic.Bool // a call runs
	ended bool        // Close was called
	holds []*hold     // in the order they were taken
	room  [4]*hold    // the first few of holds
	spare *hold       // for the next lock
	slab  []Namespace // guards not handed out yet
	slabs int         // guards in the last slab

	waiting *waiter // guarded by Space.graph

	late struct {
		some   atomic.Bool
		mu     sync.Mutex
		calls  []func()
		faults []error
	}
}

// hold is one lock that an owner has.
type hold struct {
	o     *Owner
	e     *entry // nil for an open mailbox that needs no file
	class string
	key   string
	user  string  // whose mailbox, for mailbox and index
	mode  Mode    // as the caller asked
	grip  Mode    // on the file: an open mailbox needs its file shared, in either mode
	n     int32   // re-entries, the first included
	kept  int32   // parked guards that keep an index lock, under KeepIndexLock
	at    int     // index in e.holds
	since int64   // when it was granted; before that, when it was asked for
	delay int64   // how long it was waited for
	pc    uintptr // the call that took it
	late  bool    // a namespace released early, which goes with the last index lock under it
}

// public returns h as callers see it.
func (h *hold) public() Held {
	return Held{Class: h.class, Key: h.key, Mode: h.mode, Where: place(h.pc)}
}

// enter begins a call that can return an error.
func (o *Owner) enter() error {
	if !o.busy.CompareAndSwap(false, true) {
		return o.misused()
	}
	if o.ended || o.s.closed.Load() {
		o.leave()
		return fmt.Errorf("%w: owner %q", ErrClosed, o.name)
	}
	return nil
}

func (o *Owner) misused() error {
	err := fmt.Errorf("%w: %q", ErrMisuse, o.name)
	o.fault(err)
	return o.s.refuse(o, err, Held{})
}

// fault keeps an error for Close, once for each text.
func (o *Owner) fault(err error) {
	o.late.mu.Lock()
	defer o.late.mu.Unlock()
	for _, f := range o.late.faults {
		if f.Error() == err.Error() {
			return
		}
	}
	o.late.faults = append(o.late.faults, err)
}

// leave ends a call, and does what came in the meantime from a goroutine that should not have.
func (o *Owner) leave() {
	o.busy.Store(false)
	for o.late.some.Load() && o.busy.CompareAndSwap(false, true) {
		o.late.mu.Lock()
		calls := o.late.calls
		o.late.calls = nil
		o.late.some.Store(false)
		o.late.mu.Unlock()
		for _, f := range calls {
			f()
		}
		o.busy.Store(false)
	}
}

// postpone runs f, a release that another goroutine made, now or when the call that runs on o has ended.
func (o *Owner) postpone(f func()) {
	o.late.mu.Lock()
	o.late.calls = append(o.late.calls, f)
	o.late.some.Store(true)
	o.late.mu.Unlock()
	_ = o.misused()
	if o.busy.CompareAndSwap(false, true) {
		o.leave()
	}
}

func (o *Owner) find(class, key string) *hold {
	for _, h := range o.holds {
		if h.key == key && h.class == class {
			return h
		}
	}
	return nil
}

// grip returns how strongly o holds the file of e already.
func (o *Owner) grip(e *entry) (m Mode) {
	for _, h := range o.holds {
		if h.e == e {
			m = max(m, h.grip)
		}
	}
	return m
}

// keep records a hold that was granted.
func (o *Owner) keep(h *hold) {
	o.holds = append(o.holds, h)
}

// drop undoes one acquisition of h, and gives the lock up with the last.
func (o *Owner) drop(h *hold) {
	if h.n--; h.n > 0 {
		return
	}
	last := len(o.holds) - 1
	if o.holds[last] == h {
		o.holds[last] = nil
		o.holds = o.holds[:last]
	} else if i := slices.Index(o.holds, h); i >= 0 {
		o.holds = slices.Delete(o.holds, i, i+1)
	}
	if h.e != nil {
		h.e.release(h)
	}
	if o.s.observe != nil {
		o.observeRelease(h)
	}
	if h.class == classNamespace && !o.ended {
		o.spare = h
	}
}

// Held returns what o holds, in the order it was taken. It returns nil, and counts as misuse, when
// another call on o is running.
func (o *Owner) Held() []Held {
	if !o.busy.CompareAndSwap(false, true) {
		_ = o.misused()
		return nil
	}
	defer o.leave()
	held := make([]Held, 0, len(o.holds))
	for _, h := range o.holds {
		held = append(held, h.public())
	}
	return held
}

// Close releases every lock that o still holds, innermost first, and ends it: later calls return
// ErrClosed, later releases do nothing. The error is nil, or a *LeakError that names what was left
// and the faults that calls without a result met. A second Close returns nil.
//
//lockvet:release namespace
//lockvet:release mailbox
//lockvet:release index
//lockvet:release mboxname
func (o *Owner) Close() error {
	if !o.busy.CompareAndSwap(false, true) {
		return o.misused()
	}
	defer o.leave()
	if o.ended {
		return nil
	}
	o.ended = true
	report := &LeakError{Owner: o.name}
	for _, h := range o.holds {
		if !h.late {
			report.Leaked = append(report.Leaked, h.public())
		}
	}
	for len(o.holds) > 0 {
		h := o.holds[len(o.holds)-1]
		h.n = 1
		o.drop(h)
	}
	o.late.mu.Lock()
	report.Faults = o.late.faults
	o.late.mu.Unlock()
	if len(report.Leaked) == 0 && len(report.Faults) == 0 {
		return nil
	}
	return report
}
