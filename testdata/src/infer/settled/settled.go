// Package settled has objects that keep a lock from when they are made until
// they end, and a field that tells which one: others are given the object in
// between.
package settled

import "sync"

// Store has a mutex for its only writer, and one that its readers share.
type Store struct {
	write sync.Mutex
	pages sync.RWMutex
	n     int
}

// Tx is a transaction. Nobody sets writes once it has begun.
type Tx struct {
	store  *Store
	writes bool
	err    error
	read   int
}

// Begin lets one write.
func (s *Store) Begin() *Tx {
	s.write.Lock()
	return &Tx{store: s, writes: true}
}

// View lets one read.
func (s *Store) View() *Tx {
	s.pages.RLock()
	t := &Tx{}
	t.store = s
	return t
}

// End gives up what the transaction has.
func (t *Tx) End() {
	if t.store == nil {
		return
	}
	if t.writes {
		t.store.write.Unlock()
	} else {
		t.store.pages.RUnlock()
	}
	t.store = nil
}

// Scan lets another goroutine have the transaction, and ends it.
func (s *Store) Scan() int {
	t := s.View()
	defer func() { t.End() }()
	done := make(chan bool)
	go func() {
		t.read++
		close(done)
	}()
	<-done
	return t.read
}

// Grow scans, and has no mutex when it takes that of the readers.
func (s *Store) Grow() {
	n := s.Scan()
	s.pages.Lock()
	s.n += n
	s.pages.Unlock()
}

// Fill writes, and has no mutex when it begins again.
func (s *Store) Fill() {
	for range 3 {
		t := s.Begin()
		go func() { t.err = nil }()
		t.End()
	}
}

// Wrong begins to write again before the first one has ended.
func (s *Store) Wrong() {
	t := s.Begin()
	go func() { t.err = nil }()
	s.Begin().End() // want `^relock: calling (\S+\.)?Begin acquires settled.Store.write lock`
	t.End()
}

// Open is Begin, with a transaction that is copied before it is given away.
func (s *Store) Open() *Tx {
	s.write.Lock()
	t := Tx{store: s, writes: true}
	go func() { t.err = nil }()
	return &t
}

// Shift ends two transactions that were copied.
func (s *Store) Shift() {
	for range 2 {
		t := s.Open()
		t.read++
		go func() { t.err = nil }()
		t.End()
	}
}

// Lease is like Tx, but what it has can change.
type Lease struct {
	store *Store
	whole bool
}

// Take takes the mutex of the readers.
func (s *Store) Take() *Lease {
	s.pages.RLock()
	return &Lease{store: s}
}

// Widen has the whole store from now on.
func (l *Lease) Widen() {
	l.store.pages.RUnlock()
	l.store.write.Lock()
	l.whole = true
}

// End gives up what the lease has.
func (l *Lease) End() {
	if l.whole {
		l.store.write.Unlock()
	} else {
		l.store.pages.RUnlock()
	}
}

// Renew has somebody else widen the lease, which is seen to.
func (s *Store) Renew() {
	l := s.Take()
	done := make(chan bool)
	go func() {
		l.Widen()
		close(done)
	}()
	<-done
	l.End()
	s.n++
}
