// Package released gives the outer lock up while the inner one, which is
// held only within it, is still there.
package released

import (
	"context"

	"fixtures/locks"
	"fixtures/nsheld/released/wrap"

	"github.com/lockvet/lockvet/nslock"
)

// Early releases the user first.
func Early(s *locks.Session, user, id string) {
	ns := s.Lock(user)
	x := s.Index(user, id)
	ns.Unlock() // want `^released-early: releasing namespace lock.* while holding index lock.*\(line \d+\)`
	x.Drop()
}

// Inside releases the index first.
func Inside(s *locks.Session, user, id string) {
	ns := s.Lock(user)
	x := s.Index(user, id)
	x.Drop()
	ns.Unlock()
}

// Deferred defers them in the wrong order.
func Deferred(s *locks.Session, user, id string) {
	ns := s.Lock(user)
	x := s.Index(user, id)
	defer x.Drop()
	defer ns.Unlock() // want `released-early: releasing namespace lock`
}

// DeferredInside defers them in the right one.
func DeferredInside(s *locks.Session, user, id string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	x := s.Index(user, id)
	defer x.Drop()
}

// OnePath drops the index on one path only.
func OnePath(s *locks.Session, user, id string, keep bool) {
	ns := s.Lock(user)
	x := s.Index(user, id)
	if !keep {
		x.Drop()
	}
	ns.Unlock() // want `released-early: releasing namespace lock`
	x.Drop()
}

// SamePath drops it where it took it.
func SamePath(s *locks.Session, user, id string, index bool) {
	ns := s.Lock(user)
	var x *locks.Index
	if index {
		x = s.Index(user, id)
	}
	if index {
		x.Drop()
	}
	ns.Unlock()
}

// Counted releases the inner of two locks of the user.
func Counted(s *locks.Session, user, id string) {
	outer := s.Lock(user)
	defer outer.Unlock()
	x := s.Index(user, id)
	defer x.Drop()
	inner := s.Lock(user)
	inner.Unlock()
}

func finish(ns *locks.User, x *locks.Index) {
	ns.Unlock()
	x.Drop()
}

// Callee has a function release both, in the wrong order.
func Callee(s *locks.Session, user, id string) {
	ns := s.Lock(user)
	x := s.Index(user, id)
	finish(ns, x) // want `released-early: .*namespace lock while holding index lock.*\(line \d+\)`
}

func finishInside(ns *locks.User, x *locks.Index) {
	x.Drop()
	ns.Unlock()
}

// CalleeInside has another do it in the right one.
func CalleeInside(s *locks.Session, user, id string) {
	ns := s.Lock(user)
	x := s.Index(user, id)
	finishInside(ns, x)
}

// CalleeReleases has a function release the user alone.
func CalleeReleases(s *locks.Session, user, id string) {
	ns := s.Lock(user)
	x := s.Index(user, id)
	release(ns) // want `released-early: `
	x.Drop()
}

func release(ns *locks.User) { ns.Unlock() }

// Parked parks the mailbox and releases the user.
func Parked(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		ns.Release()
		return err
	}
	defer mb.Close()
	mb.Park()
	ns.Release()
	return nil
}

// Unparked locks the index again and then releases.
func Unparked(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		ns.Release()
		return err
	}
	defer mb.Close()
	mb.Park()
	err = mb.LockIndex(ctx, nslock.Shared)
	ns.Release() // want `released-early: releasing namespace lock`
	return err
}

type reader struct {
	ns *locks.User
	x  *locks.Index
}

func (r *reader) open(s *locks.Session, user, id string) {
	r.ns = s.Lock(user)
	r.x = s.Index(user, id)
}

func (r *reader) close() {
	r.x.Drop()
	r.ns.Unlock()
}

// Wrapped closes through a type of its own.
func Wrapped(s *locks.Session, user, id string) {
	var r reader
	r.open(s, user, id)
	r.close()
}

// WrappedEarly releases the one inside first.
func WrappedEarly(s *locks.Session, user, id string) {
	var r reader
	r.open(s, user, id)
	r.ns.Unlock() // want `released-early: releasing namespace lock`
	r.x.Drop()
}

// Across closes a mailbox that a type of another package has.
func Across(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (int, error) {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return 0, err
	}
	defer ns.Release()
	mb, err := wrap.Open(ctx, o, ref, nslock.Shared)
	if err != nil {
		return 0, err
	}
	defer mb.Close()
	return mb.Len(), nil
}

// AcrossEarly releases the user first.
func AcrossEarly(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (int, error) {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return 0, err
	}
	mb, err := wrap.Open(ctx, o, ref, nslock.Shared)
	if err != nil {
		ns.Release()
		return 0, err
	}
	n := mb.Len()
	ns.Release() // want `released-early: releasing namespace lock`
	mb.Close()
	return n, nil
}
