// Package guards passes locks as parameters: a guard counts as held, of a
// key that nobody knows.
package guards

import (
	"context"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

// Param has the lock from its caller.
func Param(s *locks.Session, ns *locks.User, user string) {
	s.Write(user)
	ns.Unlock()
}

// ParamReleased releases it first.
func ParamReleased(s *locks.Session, ns *locks.User, user string) {
	ns.Unlock()
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
}

// NoParam has none.
func NoParam(s *locks.Session, user string) {
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
}

// Passes passes the lock on.
func Passes(s *locks.Session, user string) {
	ns := s.Lock(user)
	Param(s, ns, user)
}

// Txn is a change under way; it has the lock.
type Txn struct {
	s    *locks.Session
	ns   *locks.User
	user string
}

// Begin locks user.
func Begin(s *locks.Session, user string) *Txn {
	return &Txn{s: s, ns: s.Lock(user), user: user}
}

// Commit gives the lock up.
func (t *Txn) Commit() { t.ns.Unlock() }

// Set writes under the lock that the transaction holds.
//
//lockvet:require namespace exclusive key=t.user
func (t *Txn) Set() { t.s.Write(t.user) }

// Change writes inside a transaction.
func Change(s *locks.Session, user string) {
	t := Begin(s, user)
	defer t.Commit()
	t.Set()
}

// ChangeLate writes when it is over.
func ChangeLate(s *locks.Session, user string) {
	t := Begin(s, user)
	t.Commit()
	t.Set() // want `not-held: calling (\S+\.)?Set requires holding namespace lock`
}

// Mailbox opens under a lock that is a parameter.
func Mailbox(ctx context.Context, o *nslock.Owner, ns *nslock.Namespace, ref nslock.MailboxRef) error {
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
	if err != nil {
		return err
	}
	mb.Close()
	ns.Release()
	return nil
}

func locked(s *locks.Session, user string) (release func()) {
	ns := s.Lock(user)
	return ns.Unlock
}

// Func holds it until it calls what it got.
func Func(s *locks.Session, user string) {
	release := locked(s, user)
	s.Write(user)
	release()
}

// FuncCalled calls it too early.
func FuncCalled(s *locks.Session, user string) {
	release := locked(s, user)
	release()
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user exclusively; released on line 96$`
}
