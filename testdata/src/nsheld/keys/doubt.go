package keys

import (
	"context"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

// OtherMode holds the lock it needs shared, and another one exclusively. Nobody
// holds one lock in two modes, so that the other one is another user's.
func OtherMode(ctx context.Context, o *nslock.Owner, names <-chan string) {
	write, err := o.LockUser(ctx, <-names, nslock.Exclusive)
	if err != nil {
		return
	}
	defer write.Release()
	user := <-names
	read, err := o.TryLockUser(user, nslock.Shared)
	if err != nil {
		return
	}
	defer read.Release()
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Exclusive) // want `^shared-not-exclusive: `
	if err != nil {
		return
	}
	mb.Close()
}

// SameMode may have the lock of the user.
func SameMode(ctx context.Context, o *nslock.Owner, names <-chan string, user string) {
	write, err := o.LockUser(ctx, <-names, nslock.Exclusive)
	if err != nil {
		return
	}
	defer write.Release()
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Exclusive)
	if err != nil {
		return
	}
	mb.Close()
}

// beside has a lock of its own, shared, and writes to a user whom its callers
// have locked.
func beside(ctx context.Context, o *nslock.Owner, names <-chan string, user string) {
	read, err := o.TryLockUser(<-names, nslock.Shared)
	if err != nil {
		return
	}
	defer read.Release()
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Exclusive)
	if err != nil {
		return
	}
	mb.Close()
}

// Beside is a caller that has.
func Beside(ctx context.Context, o *nslock.Owner, names <-chan string, user string) {
	write, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return
	}
	defer write.Release()
	beside(ctx, o, names, user)
}

// BesideNone is one that has not.
func BesideNone(ctx context.Context, o *nslock.Owner, names <-chan string, user string) {
	beside(ctx, o, names, user) // want `^not-held: calling beside requires holding namespace lock of user exclusively: beside calls OpenMailbox .*; none is held`
}

// alice writes to alice, and holds whom it is given.
func alice(s *locks.Session, who string) {
	ns := s.Lock(who)
	defer ns.Unlock()
	s.Write("alice")
}

// ForAlice gives alice.
func ForAlice(s *locks.Session) { alice(s, "alice") }

// ForBob gives somebody else.
func ForBob(s *locks.Session) {
	alice(s, "bob") // want `^not-held: calling alice requires holding namespace lock exclusively: alice calls .*Write`
}

// SmallerAndLarger holds both, and so each.
func SmallerAndLarger(s *locks.Session, a, b string) {
	first := s.Lock(min(a, b))
	defer first.Unlock()
	second := s.Lock(max(a, b))
	defer second.Unlock()
	s.Write(a)
	again := s.Lock(b)
	again.Unlock()
}

// OnlySmaller holds one of them.
func OnlySmaller(s *locks.Session, a, b string) {
	first := s.Lock(min(a, b))
	defer first.Unlock()
	s.Write(a) // want `^not-held: calling .*Write requires holding namespace lock of a`
}

// OtherLarger holds the smaller of two and the larger of two others.
func OtherLarger(s *locks.Session, a, b, c string) {
	first := s.Lock(min(a, b))
	defer first.Unlock()
	second := s.Lock(max(a, c)) // in order: min(a, b) <= a <= max(a, c)
	defer second.Unlock()
	s.Write(a) // want `^not-held: calling .*Write requires holding namespace lock of a`
}

// handlers are called under the lock of the user that they are given.
var handlers = map[string]func(s *locks.Session, user string){"each": each, "none": none}

// Dispatch does so.
func Dispatch(s *locks.Session, name, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	handlers[name](s, user)
}

// each has a list of functions that need the lock.
func each(s *locks.Session, user string) {
	for _, step := range []func(){
		func() { s.Write(user) },
		func() {},
	} {
		step()
	}
}

func none(*locks.Session, string) {}

// loose are called without.
var loose = map[string]func(s *locks.Session, user string){"each": eachLoose}

// DispatchLoose does so.
func DispatchLoose(s *locks.Session, name, user string) { loose[name](s, user) }

func eachLoose(s *locks.Session, user string) {
	for _, step := range []func(){
		func() { s.Write(user) }, // want `^not-held: calling .*Write requires holding namespace lock of user`
		func() {},
	} {
		step()
	}
}
