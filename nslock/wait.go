package nslock

import (
	"context"
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
	type step struct {
		w    *waiter
		by   *hold
		from int
	}
	path := []step{{w: w, from: -1}}
	for i := 0; i < len(path); i++ {
		for _, h := range path[i].w.blockers() {
			if h.o == w.h.o {
				ring := []Waits{}
				by := h.public()
				for j := i; j >= 0; j = path[j].from {
					p := path[j]
					ring = append(ring, Waits{Owner: p.w.h.o.name, For: p.w.h.public(), By: by})
					if p.by != nil {
						by = p.by.public()
					}
				}
				for a, b := 0, len(ring)-1; a < b; a, b = a+1, b-1 {
					ring[a], ring[b] = ring[b], ring[a]
				}
				return &DeadlockError{Ring: ring}
			}
			if next := h.o.waiting; next != nil && !seen[next] {
				seen[next] = true
				path = append(path, step{w: next, by: h, from: i})
			}
		}
	}
	return nil
}

// blockers returns the holds that w waits for: all but those of its own owner, who may hold the
// file in the weaker mode.
func (w *waiter) blockers() []*hold {
	e := w.h.e
	e.sh.mu.Lock()
	defer e.sh.mu.Unlock()
	if w.over {
		return nil
	}
	holds := make([]*hold, 0, len(e.holds))
	for _, h := range e.holds {
		if h.o != w.h.o {
			holds = append(holds, h)
		}
	}
	return holds
}

func (s *Space) forget(w *waiter) {
	s.graph.Lock()
	w.h.o.waiting = nil
	s.graph.Unlock()
}
