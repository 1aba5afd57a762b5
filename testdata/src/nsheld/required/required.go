// Package required calls functions that say what must be held.
//
//lockvet:class lease
package required

import (
	"context"

	"fixtures/locks"
	"fixtures/nsheld/required/journal"

	"github.com/lockvet/lockvet/nslock"
)

// Nothing holds nothing.
func Nothing(s *locks.Session, user string) {
	s.Write(user) // want `^not-held: calling (\S+\.)?Write requires holding namespace lock of user.*; none is held$`
}

// Held holds it.
func Held(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	s.Write(user)
}

// TooWeak holds it shared.
func TooWeak(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	s.Write(user) // want `^shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively; held shared \(line \d+\)$`
}

// Stronger holds more than reading needs.
func Stronger(s *locks.Session, user string) int {
	ns := s.Lock(user)
	defer ns.Unlock()
	return s.Read(user)
}

// SharedRead holds what reading needs.
func SharedRead(s *locks.Session, user string) int {
	ns := s.LockShared(user)
	defer ns.Unlock()
	return s.Read(user)
}

// After calls when the lock is gone; the line of its release is told.
func After(s *locks.Session, user string) {
	ns := s.Lock(user)
	ns.Unlock()
	s.Write(user) // want `^not-held: calling (\S+\.)?Write requires holding namespace lock of user.*released.*line \d+`
}

// Before calls too early.
func Before(s *locks.Session, user string) {
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
	ns := s.Lock(user)
	ns.Unlock()
}

// OneOfTwo holds one of two requirements.
func OneOfTwo(s *locks.Session, a, b string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	move(s, a, b) // want `not-held: calling move requires holding namespace lock of b`
}

// Both holds both.
func Both(s *locks.Session, a, b string) {
	ns := s.LockAll(a, b)
	defer ns.Unlock()
	move(s, a, b)
}

//lockvet:require namespace exclusive key=a
//lockvet:require namespace exclusive key=b
func move(s *locks.Session, a, b string) {
	s.Write(a)
	s.Write(b)
}

// Declared hands its requirement on, and its callers are asked.
//
//lockvet:require namespace shared key=user
func Declared(s *locks.Session, user string) int { return s.Read(user) }

// CallsDeclared lacks what Declared requires.
func CallsDeclared(s *locks.Session, user string) int {
	return Declared(s, user) // want `not-held: calling Declared requires holding namespace lock of user`
}

// DeclaredTooWeak declares less than it needs.
//
//lockvet:require namespace shared key=user
func DeclaredTooWeak(s *locks.Session, user string) {
	s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively`
}

// Journal locks the mutex that it must.
func Journal(j *journal.Journal) {
	j.Mu.Lock()
	defer j.Mu.Unlock()
	j.AddAll("one", "two")
}

// JournalBare does not.
func JournalBare(j *journal.Journal) {
	j.AddAll("one", "two") // want `not-held: calling (\S+\.)?AddAll requires holding journal lock`
}

// Tried holds it where the attempt succeeded.
func Tried(s *locks.Session, user string) {
	if ns, ok := s.TryLock(user); ok {
		defer ns.Unlock()
		s.Write(user)
	}
}

// TriedNot goes on where it did not.
func TriedNot(s *locks.Session, user string) {
	ns, ok := s.TryLock(user)
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
	if ok {
		ns.Unlock()
	}
}

// FailedLock goes on when the lock could not be had.
func FailedLock(s *locks.Session, user string) error {
	ns, err := s.LockErr(user)
	if err != nil {
		s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
		return err
	}
	defer ns.Unlock()
	s.Write(user)
	return nil
}

// Goroutine starts one that holds nothing of its starter.
func Goroutine(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	go s.Write(user) // want `not-held: .*requires holding namespace lock of user`
}

// GoroutineOwn starts one that takes its own.
func GoroutineOwn(user string) {
	go func() {
		s := locks.NewSession()
		ns := s.Lock(user)
		defer ns.Unlock()
		s.Write(user)
	}()
}

// Deferred defers the call behind the release: it runs before it.
func Deferred(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	defer s.Write(user)
}

// DeferredLate defers it before: it runs after it.
func DeferredLate(s *locks.Session, user string) {
	defer s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
	ns := s.Lock(user)
	defer ns.Unlock()
}

// Mailbox is opened under its user's lock.
func Mailbox(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

// MailboxBare is opened under none.
func MailboxBare(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive) // want `^not-held: opening mailbox for writing requires holding namespace lock|^not-held: opening mailbox requires holding namespace lock`
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

// Resumed locks the index again when the user is locked again.
func Resumed(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer mb.Close()
	mb.Park()
	return mb.LockIndex(ctx, nslock.Exclusive)
}

// ResumedBare locks it with the user released.
func ResumedBare(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
	if err != nil {
		ns.Release()
		return err
	}
	defer mb.Close()
	mb.Park()
	ns.Release()
	return mb.LockIndex(ctx, nslock.Exclusive) // want `not-held: .*requires holding namespace lock`
}
