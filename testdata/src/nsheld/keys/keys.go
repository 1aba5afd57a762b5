// Package keys holds the lock of one user and works on another: a report
// where the two are known to differ, none where nobody knows.
package keys

import (
	"context"
	"strings"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

// Same works on whom it locked.
func Same(s *locks.Session, a string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	s.Write(a)
}

// OtherParam works on another parameter.
func OtherParam(s *locks.Session, a, b string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	s.Write(b) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of b`
}

// Constants are known to differ.
func Constants(s *locks.Session) {
	ns := s.Lock("alice")
	defer ns.Unlock()
	s.Write("bob") // want `not-held: calling (\S+\.)?Write requires holding namespace lock of "bob"`
}

// Looked works on somebody out of a table: it may be the one.
func Looked(s *locks.Session, a, id string, owners map[string]string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	s.Write(owners[id])
}

// LookedBoth locks somebody out of a table.
func LookedBoth(s *locks.Session, id string, owners map[string]string) {
	ns := s.Lock(owners[id])
	defer ns.Unlock()
	s.Write(owners[id])
}

// Computed works on what a function returned.
func Computed(s *locks.Session, name string) {
	ns := s.Lock(strings.TrimPrefix(name, "user."))
	defer ns.Unlock()
	s.Write(strings.TrimPrefix(name, "user."))
}

// ComputedOther works on the parameter itself, of which the key was made.
func ComputedOther(s *locks.Session, name string) {
	ns := s.Lock(strings.ToLower(name))
	defer ns.Unlock()
	s.Write(name)
}

// Account is who owns what.
type Account struct{ User, Backup string }

// Field works on the same field.
func Field(s *locks.Session, a *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	s.Write(a.User)
}

// FieldOther works on the same field of another.
func FieldOther(s *locks.Session, a, b *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	s.Write(b.User) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of b.User`
}

// Equal works on another that is proven to be the same.
func Equal(s *locks.Session, a, b string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	if a == b {
		s.Write(b)
	}
}

// Swapped works on both, under names that were swapped.
func Swapped(s *locks.Session, a, b string) {
	lo, hi := a, b
	if lo > hi {
		lo, hi = hi, lo
	}
	first := s.Lock(lo)
	defer first.Unlock()
	second := s.Lock(hi)
	defer second.Unlock()
	s.Write(a)
	s.Write(b)
}

// SwappedOne works on both with one of them locked.
func SwappedOne(s *locks.Session, a, b string) {
	ns := s.Lock(min(a, b))
	defer ns.Unlock()
	s.Write(min(a, b))
}

// Slice works on each of the users that it locked.
func Slice(s *locks.Session, users []string) {
	ns := s.LockAll(users...)
	defer ns.Unlock()
	for _, user := range users {
		s.Write(user)
	}
}

// Loop locks each user that it works on.
func Loop(s *locks.Session, users []string) {
	for _, user := range users {
		ns := s.Lock(user)
		s.Write(user)
		ns.Unlock()
	}
}

// LoopFirst locks the first and works on all.
func LoopFirst(s *locks.Session, users []string, owner string) {
	ns := s.Lock(owner)
	defer ns.Unlock()
	for _, user := range users {
		s.Write(user)
	}
}

// Names locks by the names of mailboxes and opens what the list has there.
func Names(ctx context.Context, o *nslock.Owner, name string, list map[string]nslock.MailboxRef) error {
	ns, err := o.LockMailboxUsers(ctx, nslock.Exclusive, name)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, list[name], nslock.Exclusive)
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// Rename locks one of two and needs both.
func Rename(ctx context.Context, o *nslock.Owner, from, to nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, from.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, to, nslock.Exclusive) // want `not-held: opening mailbox.* requires holding namespace lock of to.User`
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// Changed assigns another value to what it locked.
func Changed(s *locks.Session, user, admin string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	user = admin
	s.Write(user) // want `not-held: calling (\S+\.)?Write requires holding namespace lock of user`
}

// A job says where mail lies, and where it goes.
type job struct{ from, to nslock.MailboxRef }

// Moved opens what it has locked, of which it has a copy.
func Moved(ctx context.Context, o *nslock.Owner, j *job) error {
	ref := j.from
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	j.from = j.to
	return open(ctx, o, ref)
}

// MovedOn opens what has come in its place.
func MovedOn(ctx context.Context, o *nslock.Owner, j *job) error {
	ns, err := o.LockUser(ctx, j.from.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	j.from = j.to
	return open(ctx, o, j.from) // want `not-held: calling open requires holding namespace lock of j.from.User`
}

// Renamed has a copy of a struct of which one field changes.
func Renamed(ctx context.Context, o *nslock.Owner, j *job, heir string) error {
	ref := j.from
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	j.from.User = heir
	return open(ctx, o, ref)
}

// Bequeathed opens what the field says now.
func Bequeathed(ctx context.Context, o *nslock.Owner, j *job, heir string) error {
	ns, err := o.LockUser(ctx, j.from.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	j.from.User = heir
	return open(ctx, o, j.from) // want `not-held: calling open requires holding namespace lock of j.from.User`
}

func open(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}
