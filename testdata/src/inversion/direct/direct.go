// Package direct takes the locks of a mail store in one function, against
// their order and with it.
//
//lockvet:class legacy retired
package direct

import (
	"context"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

// UserUnderMailbox takes the outer lock with the inner one in hand.
func UserUnderMailbox(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	ns := s.Lock(user) // want `^ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock \(line \d+\); order is namespace, then mailbox$`
	defer ns.Unlock()
}

// MailboxUnderUser keeps the order.
func MailboxUnderUser(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
}

// SharedUserUnderMailbox is as wrong: a shared lock waits for a writer.
func SharedUserUnderMailbox(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	ns := s.LockShared(user) // want `ns-under-mailbox: acquiring namespace lock of user`
	defer ns.Unlock()
}

// UserAfterClose takes the user when the mailbox is closed.
func UserAfterClose(s *locks.Session, id, user string) {
	mb := s.Open(id)
	mb.Close()
	ns := s.Lock(user)
	ns.Unlock()
}

// UserUnderName takes the user under a mailbox's name.
func UserUnderName(s *locks.Session, id, user string) {
	name := s.Name(id)
	defer name.Free()
	ns := s.Lock(user) // want `^ns-under-mboxname: acquiring namespace lock of user while holding mboxname lock \(line \d+\); order is namespace, then mboxname$`
	defer ns.Unlock()
}

// NameUnderUser keeps the order.
func NameUnderUser(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	name := s.Name(id)
	defer name.Free()
}

// NameBesideMailbox takes two locks that have no order among themselves.
func NameBesideMailbox(s *locks.Session, id string) {
	mb := s.Open(id)
	defer mb.Close()
	name := s.Name(id)
	defer name.Free()
}

// MailboxBesideName takes them the other way round, which is as good.
func MailboxBesideName(s *locks.Session, id string) {
	name := s.Name(id)
	defer name.Free()
	mb := s.Open(id)
	defer mb.Close()
}

// OneOfTwoClosed closes one mailbox and forgets the other.
func OneOfTwoClosed(s *locks.Session, a, b, user string) {
	first := s.Open(a)
	second := s.Open(b)
	first.Close()
	ns := s.Lock(user) // want `ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock \(line \d+\)`
	ns.Unlock()
	second.Close()
}

// BothClosed closes both.
func BothClosed(s *locks.Session, a, b, user string) {
	first := s.Open(a)
	second := s.Open(b)
	second.Close()
	first.Close()
	s.Lock(user).Unlock()
}

// OrderedCallUnderMailbox uses the right call at the wrong time.
func OrderedCallUnderMailbox(s *locks.Session, id, a, b string) {
	mb := s.Open(id)
	defer mb.Close()
	ns := s.LockAll(a, b) // want `ns-under-mailbox: acquiring namespace lock`
	defer ns.Unlock()
}

// TryUnderMailbox does not wait.
func TryUnderMailbox(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if ns, ok := s.TryLock(user); ok {
		defer ns.Unlock()
	}
}

// MailboxAfterTry holds what the attempt got, in the right order.
func MailboxAfterTry(s *locks.Session, id, user string) {
	ns, ok := s.TryLock(user)
	if !ok {
		return
	}
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
}

// TwoUsersUnderMailbox breaks two rules with one call; the class order is told.
func TwoUsersUnderMailbox(s *locks.Session, id, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	second := s.Lock(b) // want `ns-under-mailbox: acquiring namespace lock of b`
	defer second.Unlock()
}

// Parked opens a mailbox under its user's lock, parks it, releases the user
// and takes another user: a parked mailbox is open.
func Parked(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, admin string) error {
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
	other, err := o.LockUser(ctx, admin, nslock.Shared) // want `ns-under-mailbox: acquiring namespace lock of admin while holding mailbox lock \(line \d+\)`
	if err != nil {
		return err
	}
	other.Release()
	return nil
}

// ParkedAndClosed closes it first.
func ParkedAndClosed(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, admin string) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		ns.Release()
		return err
	}
	mb.Park()
	ns.Release()
	mb.Close()
	other, err := o.LockUser(ctx, admin, nslock.Shared)
	if err != nil {
		return err
	}
	other.Release()
	return nil
}

// Repacked holds what TryRepack opened.
func Repacked(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, admin string) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.TryRepack(ref)
	if err != nil {
		return nil // busy: another time
	}
	defer mb.Close()
	other, err := o.LockUser(ctx, admin, nslock.Exclusive) // want `ns-under-mailbox: acquiring namespace lock of admin`
	if err != nil {
		return err
	}
	other.Release()
	return nil
}

// RepackFailed takes the other user only when there was nothing to repack.
func RepackFailed(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	mb, err := o.TryRepack(ref)
	if err == nil {
		mb.Close()
		ns.Release()
		return nil
	}
	ns.Release()
	again, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	again.Release()
	return nil
}

// OwnerClosed gives up everything with its owner.
func OwnerClosed(ctx context.Context, space *nslock.Space, id, user string) error {
	o := space.NewOwner("first")
	if _, err := o.LockMboxname(ctx, id, nslock.Shared); err != nil {
		return err
	}
	if err := o.Close(); err != nil {
		return err
	}
	next := space.NewOwner("second")
	ns, err := next.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return err
	}
	ns.Release()
	return next.Close()
}

// TwoOwners holds a lock of one owner and waits with another: one goroutine.
func TwoOwners(ctx context.Context, space *nslock.Space, id, user string) error {
	o, p := space.NewOwner("first"), space.NewOwner("second")
	name, err := o.LockMboxname(ctx, id, nslock.Shared)
	if err != nil {
		return err
	}
	defer name.Release()
	ns, err := p.LockUser(ctx, user, nslock.Shared) // want `ns-under-mboxname: acquiring namespace lock of user`
	if err != nil {
		return err
	}
	ns.Release()
	return nil
}

type oldLock struct{ path string }

//lockvet:acquire legacy exclusive key=path
func takeOld(path string) *oldLock { return &oldLock{path} }

//lockvet:release legacy
func (l *oldLock) drop() { l.path = "" }

// Retired takes a lock of a class that nobody should take any more.
func Retired(path string) {
	l := takeOld(path) // want `retired: acquiring legacy lock of path`
	defer l.drop()
}

// RetiredTwice takes it through a function; the report is at the acquire only.
func RetiredTwice(path string) { Retired(path) }
