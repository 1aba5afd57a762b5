package wrappers

import "fixtures/locks"

// Pool keeps open mailboxes for those who come next.
type Pool struct {
	s    *locks.Session
	idle map[string][]*locks.Box
}

// Get takes an idle mailbox, or opens one.
func (p *Pool) Get(id string) *locks.Box {
	if idle := p.idle[id]; len(idle) > 0 {
		mb := idle[len(idle)-1]
		p.idle[id] = idle[:len(idle)-1]
		return mb
	}
	return p.s.Open(id)
}

// Put keeps it for the next.
func (p *Pool) Put(mb *locks.Box) { p.idle[mb.ID] = append(p.idle[mb.ID], mb) }

// Drain closes all that are idle.
func (p *Pool) Drain() {
	for id, idle := range p.idle {
		for _, mb := range idle {
			mb.Close()
		}
		delete(p.idle, id)
	}
}

// Borrow takes one and puts it back.
func (p *Pool) Borrow(id string, work func(*locks.Box)) {
	mb := p.Get(id)
	defer p.Put(mb)
	work(mb)
}

// BorrowLost takes one and forgets it on one way out.
func (p *Pool) BorrowLost(id string, n int) {
	mb := p.Get(id) // want `leak: `
	if n > 3 {
		return
	}
	p.Put(mb)
}

// Option changes how something is opened.
type Option func(*DB)

// OpenWith opens a DB and applies options.
func OpenWith(s *locks.Session, user string, options ...Option) *DB {
	db := &DB{ns: s.Lock(user)}
	for _, option := range options {
		option(db)
	}
	return db
}

// UseWith closes it.
func UseWith(s *locks.Session, user string) int {
	db := OpenWith(s, user, func(db *DB) { db.n++ })
	defer db.Close()
	return db.Len()
}
