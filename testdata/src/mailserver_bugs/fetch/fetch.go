// Package fetch reads mailboxes, and does not keep to the rules of what must
// be held and for how long.
package fetch

import (
	"context"

	"fixtures/mailserver_bugs/account"

	"github.com/lockvet/lockvet/nslock"
)

// Get reads under a shared lock and makes a folder the first time.
func Get(ctx context.Context, o *nslock.Owner, user string) error {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	return account.Folder(ctx, o, user, "Drafts") // want `mode-change: calling account.Folder acquires namespace lock .*exclusive.*`
}

// Unlocked opens a mailbox under no lock at all.
func Unlocked(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared) // want `^not-held: opening mailbox requires holding namespace lock.*; none is held$`
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// Store opens one for writing under a shared lock.
func Store(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive) // want `^shared-not-exclusive: opening mailbox for writing requires holding namespace lock.* exclusively; held shared \(line 35\)$`
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// Early releases the user before the mailbox is closed or parked.
func Early(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		ns.Release()
		return err
	}
	ns.Release() // want `released-early: releasing namespace lock .*while holding index lock.* \(line \d+\)`
	mb.Close()
	return nil
}

// Leak returns early and forgets the lock.
func Leak(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared) // want `leak: .*namespace lock of ref.User.*line 71`
	if err != nil {
		return err
	}
	if ref.IndexPath == "" {
		return nil
	}
	ns.Release()
	return nil
}
