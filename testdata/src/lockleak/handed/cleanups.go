package handed

import (
	"io"
	"sync"

	"fixtures/locks"
)

func runAll(undo []func()) {
	for i := len(undo) - 1; i >= 0; i-- {
		undo[i]()
	}
}

// Cleanups collects what is to be undone, and a function undoes all of it.
func Cleanups(s *locks.Session, user string, ids []string) error {
	var undo []func()
	defer func() { runAll(undo) }()
	undo = append(undo, s.Lock(user).Unlock)
	for _, id := range ids {
		if id == "" {
			return io.EOF
		}
		undo = append(undo, s.Open(id).Close)
	}
	return nil
}

// CleanupsForgotten does not undo it on one way out.
func CleanupsForgotten(s *locks.Session, user string, ids []string) error {
	var undo []func()
	ns := s.Lock(user) // want `leak: `
	undo = append(undo, ns.Unlock)
	if len(ids) == 0 {
		return io.EOF
	}
	runAll(undo)
	return nil
}

type userCloser struct{ *locks.User }

func (u userCloser) Close() error {
	u.Unlock()
	return nil
}

type boxCloser struct{ box *locks.Box }

func (b boxCloser) Close() error {
	b.box.Close()
	return nil
}

// Closers collects things to close.
func Closers(s *locks.Session, user, id string) {
	var all []io.Closer
	all = append(all, userCloser{s.Lock(user)})
	all = append(all, boxCloser{s.Open(id)})
	for i := len(all) - 1; i >= 0; i-- {
		_ = all[i].Close()
	}
}

// OneOfClosers closes one of them.
func OneOfClosers(s *locks.Session, user, other string, first bool) {
	both := []io.Closer{userCloser{s.LockAll(user, other)}, boxCloser{s.Open(user)}} // want `leak: ` `leak: `
	if first {
		_ = both[0].Close()
		return
	}
	_ = both[1].Close()
}

type unlocker interface{ Unlock() }

// A Held is a value with its guard.
type Held[T any, G unlocker] struct {
	Value T
	guard G
}

// Done gives the guard back.
func (h *Held[T, G]) Done() { h.guard.Unlock() }

func hold[T any](s *locks.Session, user string, v T) *Held[T, *locks.User] {
	return &Held[T, *locks.User]{Value: v, guard: s.Lock(user)}
}

// Generic gives back a guard of a type that its wrapper does not know.
func Generic(s *locks.Session, user string, m map[string]int) int {
	h := hold(s, user, m)
	defer h.Done()
	return h.Value[user]
}

// GenericForgotten does not on one way out.
func GenericForgotten(s *locks.Session, user string, m map[string]int) int {
	h := hold(s, user, m) // want `leak: `
	n, ok := h.Value[user]
	if !ok {
		return 0
	}
	h.Done()
	return n
}

// Once has a sync.Once release it.
func Once(s *locks.Session, user string) {
	var once sync.Once
	ns := s.Lock(user)
	once.Do(ns.Unlock)
}

func finally(done func()) { defer done() }

// Passed passes the release to one who calls it.
func Passed(s *locks.Session, user string) {
	ns := s.Lock(user)
	finally(ns.Unlock)
}
