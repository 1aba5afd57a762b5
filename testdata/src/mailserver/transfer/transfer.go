// Package transfer appends, copies, moves and expunges: what changes the mail
// of one user or of two. Every function takes the namespace locks it needs,
// all in one call, before it opens a mailbox.
package transfer

import (
	"context"
	"errors"
	"fmt"

	"fixtures/mailserver/conv"
	"fixtures/mailserver/mbox"
	"fixtures/mailserver/mboxlist"
	"fixtures/mailserver/quota"

	"github.com/lockvet/lockvet/nslock"
)

// A Store is what the functions work on.
type Store struct {
	Space *nslock.Space
	List  *mboxlist.List
	Quota quota.Keeper
	Conv  *conv.DB
}

// Create makes a mailbox.
func (s *Store) Create(ctx context.Context, o *nslock.Owner, name string) error {
	user, err := mboxlist.Owner(name)
	if err != nil {
		return err
	}
	ns, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	ref, err := s.List.Create(user, name)
	if err != nil {
		return err
	}
	if err := mbox.Create(ref); err != nil {
		return errors.Join(err, s.List.Remove(user, name))
	}
	return nil
}

// Append adds a message to the mailbox name.
func (s *Store) Append(ctx context.Context, o *nslock.Owner, name, subject string) (uid int, err error) {
	ref, err := s.List.Find(name)
	if err != nil {
		return 0, err
	}
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return 0, err
	}
	defer ns.Release()
	return s.Deposit(ctx, o, ref, subject)
}

// Deposit adds a message to ref, for a caller who has locked its user.
//
//lockvet:require namespace exclusive key=ref.User
func (s *Store) Deposit(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, subject string) (uid int, err error) {
	mb, err := mbox.Open(ctx, o, ref, nslock.Exclusive)
	if err != nil {
		return 0, err
	}
	defer mb.Close()
	return s.add(mb, ref.User, subject)
}

// add adds a message to mb, which is user's and open for writing.
func (s *Store) add(mb *mbox.Mailbox, user, subject string) (int, error) {
	if err := s.Quota.Add(user, 1); err != nil {
		return 0, err
	}
	msg := mb.Append(subject)
	s.Conv.Add(user, subject)
	return msg.UID, mb.Save()
}

// Copy copies a message between two mailboxes, of one user or of two.
func (s *Store) Copy(ctx context.Context, o *nslock.Owner, from, to string, uid int) (int, error) {
	src, dst, err := s.pair(from, to)
	if err != nil {
		return 0, err
	}
	ns, err := o.LockUsers(ctx, nslock.Exclusive, src.User, dst.User)
	if err != nil {
		return 0, err
	}
	defer ns.Release()
	msg, err := s.read(ctx, o, src, uid)
	if err != nil {
		return 0, err
	}
	mb, err := mbox.Open(ctx, o, dst, nslock.Exclusive)
	if err != nil {
		return 0, err
	}
	defer mb.Close()
	return s.add(mb, dst.User, msg.Subject)
}

// read returns one message of ref, which is closed again.
//
//lockvet:require namespace shared key=ref.User
func (s *Store) read(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, uid int) (mbox.Message, error) {
	mb, err := mbox.Open(ctx, o, ref, nslock.Shared)
	if err != nil {
		return mbox.Message{}, err
	}
	defer mb.Close()
	return mb.Find(uid)
}

func (s *Store) pair(from, to string) (src, dst nslock.MailboxRef, err error) {
	if src, err = s.List.Find(from); err != nil {
		return src, dst, err
	}
	dst, err = s.List.Find(to)
	return src, dst, err
}

// Rename gives a mailbox another name, which may be another user's; the
// messages go along.
func (s *Store) Rename(ctx context.Context, o *nslock.Owner, from, to string) error {
	oldUser, err := mboxlist.Owner(from)
	if err != nil {
		return err
	}
	newUser, err := mboxlist.Owner(to)
	if err != nil {
		return err
	}
	ns, err := o.LockUsers(ctx, nslock.Exclusive, oldUser, newUser)
	if err != nil {
		return err
	}
	defer ns.Release()
	src, err := s.List.Find(from)
	if err != nil {
		return err
	}
	dst, err := s.List.Create(newUser, to)
	if err != nil {
		return err
	}
	if err := s.move(ctx, o, src, dst); err != nil {
		return errors.Join(err, s.List.Remove(newUser, to))
	}
	return s.List.Remove(oldUser, from)
}

// move moves all messages of src to dst.
//
//lockvet:require namespace exclusive key=src.User
//lockvet:require namespace exclusive key=dst.User
func (s *Store) move(ctx context.Context, o *nslock.Owner, src, dst nslock.MailboxRef) error {
	if err := mbox.Create(dst); err != nil {
		return err
	}
	from, err := mbox.Open(ctx, o, src, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := mbox.Open(ctx, o, dst, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer to.Close()
	for _, msg := range from.Messages() {
		if _, err := s.add(to, dst.User, msg.Subject); err != nil {
			return fmt.Errorf("moving uid %d: %w", msg.UID, err)
		}
		s.Conv.Drop(src.User, msg.Subject)
	}
	return s.Quota.Add(src.User, -from.Len())
}

// Expunge marks messages as deleted and drops them.
func (s *Store) Expunge(ctx context.Context, o *nslock.Owner, name string, uids ...int) (int, error) {
	ref, err := s.List.Find(name)
	if err != nil {
		return 0, err
	}
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return 0, err
	}
	defer ns.Release()
	mb, err := mbox.Open(ctx, o, ref, nslock.Exclusive)
	if err != nil {
		return 0, err
	}
	defer mb.Close()
	for _, uid := range uids {
		msg, err := mb.Find(uid)
		if err != nil {
			return 0, err
		}
		if err := mb.Delete(uid); err != nil {
			return 0, err
		}
		s.Conv.Drop(ref.User, msg.Subject)
	}
	n := mb.Expunge()
	if err := s.Quota.Add(ref.User, -n); err != nil {
		return 0, err
	}
	return n, mb.Save()
}

// Repack rewrites a mailbox if nobody has it open, and says whether it did.
func (s *Store) Repack(ctx context.Context, o *nslock.Owner, name string) (bool, error) {
	ref, err := s.List.Find(name)
	if err != nil {
		return false, err
	}
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return false, err
	}
	defer ns.Release()
	mb, err := o.TryRepack(ref)
	if errors.Is(err, nslock.ErrBusy) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mb.Close()
	return true, nil
}
