// Package locks is a rehearsal of a lock runtime: the fixtures take their
// locks from it. It has the words of a mail store, and every call succeeds
// unless its name says otherwise, so that a fixture of one property is not
// buried under error checks. It counts what is taken and never waits.
//
//lockvet:order namespace mailbox
//lockvet:order namespace mboxname
//lockvet:order namespace index
//lockvet:class namespace ordered
//lockvet:class index within=namespace
package locks

import "errors"

// ErrBusy says that somebody else has the lock.
var ErrBusy = errors.New("busy")

// A Mode is how a lock is taken.
type Mode uint8

// The modes.
const (
	Shared Mode = iota + 1
	Exclusive
)

// A Session is one thread of work; its locks belong to it.
type Session struct{ taken map[string]int }

// NewSession returns a session that holds nothing.
func NewSession() *Session { return &Session{taken: make(map[string]int)} }

// A User is the lock of one or more users.
type User struct {
	s     *Session
	users []string
}

// Lock locks user exclusively.
//
//lockvet:acquire namespace exclusive key=user
func (s *Session) Lock(user string) *User { return s.take(user) }

// LockShared locks user for reading.
//
//lockvet:acquire namespace shared key=user
func (s *Session) LockShared(user string) *User { return s.take(user) }

// LockMode locks user in a mode that the caller chooses.
//
//lockvet:acquire namespace mode=mode key=user
func (s *Session) LockMode(user string, mode Mode) *User {
	if mode == 0 {
		panic("locks: no mode")
	}
	return s.take(user)
}

// LockErr locks user exclusively, or says why it could not.
//
//lockvet:acquire namespace exclusive key=user
func (s *Session) LockErr(user string) (*User, error) {
	if user == "" {
		return nil, ErrBusy
	}
	return s.take(user), nil
}

// TryLock locks user exclusively if that needs no wait.
//
//lockvet:acquire namespace exclusive key=user try
func (s *Session) TryLock(user string) (*User, bool) {
	if s.taken[user] > 0 {
		return nil, false
	}
	return s.take(user), true
}

// LockAll locks users exclusively, in order.
//
//lockvet:acquire namespace exclusive key=users ordered
func (s *Session) LockAll(users ...string) *User { return s.take(users...) }

func (s *Session) take(users ...string) *User {
	for _, user := range users {
		s.taken[user]++
	}
	return &User{s: s, users: users}
}

// Unlock releases the lock; it may be called twice, and on nil.
//
//lockvet:release namespace
func (u *User) Unlock() {
	if u == nil {
		return
	}
	for _, user := range u.users {
		u.s.taken[user]--
	}
	u.users = nil
}

// A Box is an open mailbox.
type Box struct {
	ID    string
	Owner string
}

// Open opens the mailbox id. It wants no namespace lock, so that fixtures of
// the order rules need not hold one.
//
//lockvet:acquire mailbox shared key=id
func (s *Session) Open(id string) *Box { return &Box{ID: id} }

// OpenErr opens the mailbox id, or says why it could not.
//
//lockvet:acquire mailbox shared key=id
func (s *Session) OpenErr(id string) (*Box, error) {
	if id == "" {
		return nil, ErrBusy
	}
	return &Box{ID: id}, nil
}

// Close closes the mailbox; it may be called twice, and on nil.
//
//lockvet:release mailbox
func (b *Box) Close() {
	if b != nil {
		b.ID = ""
	}
}

// A Name is the lock of a mailbox's name.
type Name struct{ id string }

// Name locks the name of the mailbox id.
//
//lockvet:acquire mboxname shared key=id
func (s *Session) Name(id string) *Name { return &Name{id} }

// Free releases the name.
//
//lockvet:release mboxname
func (n *Name) Free() { n.id = "" }

// An Index is a locked index file.
type Index struct{ id string }

// Index locks the index of the mailbox id of user, for which the caller has
// user locked exclusively.
//
//lockvet:require namespace exclusive key=user
//lockvet:acquire index exclusive key=id
func (s *Session) Index(user, id string) *Index { return &Index{user + "/" + id} }

// Drop releases the index; it may be called twice, and on nil.
//
//lockvet:release index
func (x *Index) Drop() {
	if x != nil {
		x.id = ""
	}
}

// Read returns what is known of user, whom the caller has locked.
//
//lockvet:require namespace shared key=user
func (s *Session) Read(user string) int { return s.taken[user] }

// Write changes what is known of user, whom the caller has locked exclusively.
//
//lockvet:require namespace exclusive key=user
func (s *Session) Write(user string) { s.taken[user] += 0 }

// Access reads or writes, as mode says.
//
//lockvet:require namespace mode=mode key=user
func (s *Session) Access(user string, mode Mode) int { return s.taken[user] + int(mode) }
