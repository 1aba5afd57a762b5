package nslock

import "context"

// A Mutex is a lock of the program's own, within this process, that takes part in the search for
// deadlocks. A sync.Mutex that one owner waits for while it holds a namespace lock, and that
// another holds while it waits for the same namespace, stops both for good, and nothing in either
// can see it; with a Mutex in its place the second wait returns ErrDeadlock. It has no place in
// the order of classes. Waiters are served in the order they came.
type Mutex struct {
	s    *Space
	name string
}

// NewMutex returns a mutex of s. All of one name are one lock.
func (s *Space) NewMutex(name string) *Mutex { return &Mutex{s: s, name: name} }

// Lock locks m for o, and waits until it is free or ctx is done. An owner that holds it enters it
// again. It returns ErrDeadlock for a wait that would never end.
//
//go:noinline
func (m *Mutex) Lock(ctx context.Context, o *Owner) error {
	pc := returnAddress()
	if err := o.enter(); err != nil {
		return err
	}
	defer o.leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	if h := o.find(classMutex, m.name); h != nil {
		h.n++
		return nil
	}
	h := &hold{o: o, class: classMutex, key: m.name, mode: Exclusive, grip: Exclusive, n: 1, pc: pc}
	if err := m.s.acquire(ctx, h, kindMutex, m.name); err != nil {
		return err
	}
	o.keep(h)
	return nil
}

// Unlock undoes one Lock of o. It does nothing if o does not hold m.
func (m *Mutex) Unlock(o *Owner) {
	unlock := func() {
		if h := o.find(classMutex, m.name); h != nil && !o.ended {
			o.drop(h)
		}
	}
	if !o.busy.CompareAndSwap(false, true) {
		o.postpone(unlock)
		return
	}
	defer o.leave()
	unlock()
}
