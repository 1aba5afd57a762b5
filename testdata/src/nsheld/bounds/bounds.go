// Package bounds has functions with more situations of their locks than are
// kept apart. That something is not known any more is no reason for a report.
//
//lockvet:class part
package bounds

import (
	"sync"

	"fixtures/locks"
)

// A part has a lock.
type part struct {
	mu sync.Mutex //lockvet:class part
	n  int
}

// An index has six parts, of which it locks those that are wanted.
type index struct {
	want [6]bool
	sum  int
}

// Sorted knows the order of its keys when it cannot tell the parts apart.
func (x *index) Sorted(s *locks.Session, a, b string) {
	p0, p1, p2, p3, p4, p5 := &part{}, &part{}, &part{}, &part{}, &part{}, &part{}
	if x.want[0] {
		p0.mu.Lock()
		defer p0.mu.Unlock()
	}
	if x.want[1] {
		p1.mu.Lock()
		defer p1.mu.Unlock()
	}
	if x.want[2] {
		p2.mu.Lock()
		defer p2.mu.Unlock()
	}
	if x.want[3] {
		p3.mu.Lock()
		defer p3.mu.Unlock()
	}
	if x.want[4] {
		p4.mu.Lock()
		defer p4.mu.Unlock()
	}
	if x.want[5] {
		p5.mu.Lock()
		defer p5.mu.Unlock()
	}
	if b < a {
		a, b = b, a
	}
	first := s.Lock(a)
	defer first.Unlock()
	second := s.Lock(b)
	defer second.Unlock()
}

// Decided writes under a lock that it has taken on the same condition.
func (x *index) Decided(s *locks.Session, user string, save bool) {
	p0, p1, p2, p3, p4, p5 := &part{}, &part{}, &part{}, &part{}, &part{}, &part{}
	if x.want[0] {
		p0.mu.Lock()
		defer p0.mu.Unlock()
	}
	if x.want[1] {
		p1.mu.Lock()
		defer p1.mu.Unlock()
	}
	if x.want[2] {
		p2.mu.Lock()
		defer p2.mu.Unlock()
	}
	if x.want[3] {
		p3.mu.Lock()
		defer p3.mu.Unlock()
	}
	if x.want[4] {
		p4.mu.Lock()
		defer p4.mu.Unlock()
	}
	if x.want[5] {
		p5.mu.Lock()
		defer p5.mu.Unlock()
	}
	if save {
		ns := s.Lock(user)
		defer ns.Unlock()
	}
	x.sum += p0.n + p1.n
	if save {
		s.Write(user)
	}
}

// After begins when the parts are told apart no more.
func (x *index) After(s *locks.Session, id, user string) {
	p0, p1, p2, p3, p4, p5 := &part{}, &part{}, &part{}, &part{}, &part{}, &part{}
	if x.want[0] {
		p0.mu.Lock()
		defer p0.mu.Unlock()
	}
	if x.want[1] {
		p1.mu.Lock()
		defer p1.mu.Unlock()
	}
	if x.want[2] {
		p2.mu.Lock()
		defer p2.mu.Unlock()
	}
	if x.want[3] {
		p3.mu.Lock()
		defer p3.mu.Unlock()
	}
	if x.want[4] {
		p4.mu.Lock()
		defer p4.mu.Unlock()
	}
	if x.want[5] {
		p5.mu.Lock()
		defer p5.mu.Unlock()
	}
	mb := s.Open(id)
	defer mb.Close()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}
