// Package options has constructors that are given options: functions that set a
// field of what is made.
package options

import "fixtures/locks"

type store struct {
	s     *locks.Session
	hook  func(user string)
	after func(user string)
	limit int
}

type option func(*store)

func withLimit(n int) option { return func(st *store) { st.limit = n } }

func withHook(fn func(user string)) option { return func(st *store) { st.hook = fn } }

func withAfter(fn func(user string)) option { return func(st *store) { st.after = fn } }

func newStore(s *locks.Session, opts ...option) *store {
	st := &store{s: s, hook: func(string) {}}
	for _, opt := range opts {
		opt(st)
	}
	return st
}

// expunge calls the hook with the mailbox open, and after when it is closed.
func (st *store) expunge(id, user string) {
	mb := st.s.Open(id)
	st.hook(user) // want `^ns-under-mailbox: calling st.hook acquires namespace lock while holding mailbox lock`
	mb.Close()
	if st.after != nil {
		st.after(user)
	}
}

// Hook has an option that locks, for the hook.
func Hook(s *locks.Session, id, user string) {
	st := newStore(s, withLimit(3), withHook(func(user string) { s.Lock(user).Unlock() }))
	st.expunge(id, user)
}

// After has it for what comes after.
func After(s *locks.Session, id, user string) {
	st := newStore(s, withLimit(3), withAfter(func(user string) { s.Lock(user).Unlock() }))
	st.expunge(id, user)
}

// Neither has none.
func Neither(s *locks.Session, id, user string) {
	st := newStore(s, withLimit(3))
	st.expunge(id, user)
}
