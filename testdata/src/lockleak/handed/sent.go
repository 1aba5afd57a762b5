package handed

import "fixtures/locks"

// A pool lends mailboxes that are open.
type pool struct{ free chan *locks.Box }

// SentBack puts the mailbox back into the pool when it is done.
func (p *pool) SentBack(s *locks.Session, id string) {
	mb := s.Open(id)
	defer func() { p.free <- mb }()
}

// SentOrClosed closes it if the pool is full.
func (p *pool) SentOrClosed(s *locks.Session, id string) {
	mb := s.Open(id)
	defer func() {
		select {
		case p.free <- mb:
		default:
			mb.Close()
		}
	}()
}

// SentOrLost forgets it if the pool is full.
func (p *pool) SentOrLost(s *locks.Session, id string) {
	mb := s.Open(id) // want `^leak: acquiring mailbox lock of id without releasing it`
	select {
	case p.free <- mb:
	default:
	}
}
