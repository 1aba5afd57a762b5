package nslock

import (
	"context"
	"slices"
	"time"
)

// waiter is one owner that waits for one file.
type waiter struct {
	h          *hold
	ready      chan error // gets one value, when the wait is over
	over       bool       // it has got it; guarded by the shard
	in         bool       // in a queue
	prev, next *waiter
}

// waiters is a queue, oldest first.
type waiters struct{ head, tail *waiter }

func (q *waiters) first() *waiter { return q.head }

func (q *waiters) push(w *waiter) {
	w.in, w.prev = true, q.tail
	if q.tail != nil {
		q.tail.next = w
	} else {
		q.head = w
	}
	q.tail = w
}

func (q *waiters) pushFront(w *waiter) {
	w.in, w.next = true, q.head
	if q.head != nil {
		q.head.prev = w
	} else {
		q.tail = w
	}
	q.head = w
}

func (q *waiters) remove(w *waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		q.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		q.tail = w.prev
	}
	w.in, w.prev, w.next = false, nil, nil
}

// enqueue puts h into the queue: at the end, unless its owner holds the file already, in the
// weaker mode. Those who queue cannot be served before that one anyway.
func (e *entry) enqueue(h *hold) *waiter {
	w := &waiter{h: h, ready: make(chan error, 1)}
	if h.o.grip(e) != 0 {
		e.queue.pushFront(w)
	} else {
		e.queue.push(w)
	}
	return w
}

// finish ends the wait: with the lock if err is nil.
func (w *waiter) finish(err error, now int64) {
	w.over = true
	if err == nil {
		w.h.since, w.h.delay = now, now-w.h.since
	}
	w.ready <- err
}

// wait returns when the lock is granted or cannot be had. After an error nothing is held.
func (w *waiter) wait(ctx context.Context) error {
	s := w.h.o.s
	if ring := s.closesRing(w); ring != nil {
		w.giveUp()
		s.forget(w)
		return ring
	}
	var err error
	select {
	case err = <-w.ready:
	case <-ctx.Done():
		w.giveUp()
		err = ctx.Err()
	}
	s.forget(w)
	if err == nil {
		s.observeAcquire(w.h, time.Duration(w.h.delay))
	}
	return err
}

// giveUp takes w out of its queue, or releases the lock if that was granted just now.
func (w *waiter) giveUp() {
	e := w.h.e
	e.sh.mu.Lock()
	granted := false
	if w.in {
		e.queue.remove(w)
		w.over = true
		e.next()
	} else {
		granted = <-w.ready == nil
	}
	e.sh.mu.Unlock()
	if granted {
		e.release(w.h)
	}
}

// closesRing notes that w waits, and returns a *DeadlockError if that closes a ring: w's owner
// waits for a file that an owner holds who waits for one that ... w's owner holds. The owners that
// queue before w need no look: they wait for the same holders.
func (s *Space) closesRing(w *waiter) error {
	s.graph.Lock()
	defer s.graph.Unlock()
	w.h.o.waiting = w
	seen := map[*waiter]bool{w: true}
	path := []step{{w: w, from: -1}}
	for i := 0; i < len(path); i++ {
		for _, b := range path[i].w.blockers() {
			if b.o == w.h.o {
				return ringOf(path, i, b)
			}
			if next := b.o.waiting; next != nil && !seen[next] {
				seen[next] = true
				path = append(path, step{w: next, by: b, from: i})
			}
		}
	}
	return nil
}

// step is a waiter on the way from one that is about to wait, and who waits for it there.
type step struct {
	w    *waiter
	by   blocker
	from int
}

// blocker is what a search must know of a hold: the hold itself may be gone a moment later.
type blocker struct {
	o    *Owner
	lock Held
	pc   uintptr
}

func (b blocker) held() Held {
	b.lock.Where = place(b.pc)
	return b.lock
}

// ringOf returns the ring that closes when path[i] waits for last, which path[0]'s owner holds.
func ringOf(path []step, i int, last blocker) *DeadlockError {
	var ring []Waits
	for by := last; i >= 0; i = path[i].from {
		h := path[i].w.h
		ring = append(ring, Waits{Owner: h.o.name, For: h.public(), By: by.held()})
		by = path[i].by
	}
	slices.Reverse(ring)
	return &DeadlockError{Ring: ring}
}

// blockers returns the holders that w waits for: all but those of its own owner, who may hold the
// file in the weaker mode.
func (w *waiter) blockers() []blocker {
	e := w.h.e
	e.sh.mu.Lock()
	defer e.sh.mu.Unlock()
	if w.over {
		return nil
	}
	all := make([]blocker, 0, len(e.holds))
	for _, h := range e.holds {
		if h.o != w.h.o {
			all = append(all, blocker{h.o, Held{Class: h.class, Key: h.key, Mode: h.mode}, h.pc})
		}
	}
	return all
}

func (s *Space) forget(w *waiter) {
	s.graph.Lock()
	w.h.o.waiting = nil
	s.graph.Unlock()
}
