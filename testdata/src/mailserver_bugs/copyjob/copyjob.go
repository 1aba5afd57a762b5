// Package copyjob copies between users: the first famous bug. It locks the
// source's user, and the target's user three packages further down; copying
// from a to b while somebody copies from b to a stops both.
package copyjob

import (
	"context"

	"fixtures/mailserver_bugs/account"
	"fixtures/mailserver_bugs/box"
	"fixtures/mailserver_bugs/message"

	"github.com/lockvet/lockvet/nslock"
)

// Copy copies one message of src to dst.
func Copy(ctx context.Context, o *nslock.Owner, src, dst nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, src.User, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	return message.CopyTo(ctx, o, dst, 1) // want `^users-unordered: calling message.CopyTo acquires namespace lock while holding namespace lock of src.User \(line 18\), in no fixed order: message.CopyTo calls target.Open calls LockUser \(target/target.go:20\); use LockUsers$`
}

// Direct does it without a detour.
func Direct(ctx context.Context, o *nslock.Owner, src, dst nslock.MailboxRef) error {
	from, err := o.LockUser(ctx, src.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, dst.User, nslock.Exclusive) // want `^users-unordered: acquiring namespace lock of dst.User while holding namespace lock of src.User \(line 28\), in no fixed order; use LockUsers$`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}

// Open copies out of a mailbox that is open.
func Open(ctx context.Context, o *nslock.Owner, src, dst nslock.MailboxRef) error {
	mb, err := box.Open(ctx, o, src)
	if err != nil {
		return err
	}
	defer mb.Close()
	return message.CopyTo(ctx, o, dst, 1) // want `^ns-under-mailbox: calling message.CopyTo acquires namespace lock while holding mailbox lock \(line 43\): message.CopyTo calls target.Open calls LockUser \(target/target.go:20\); order is namespace, then mailbox$`
}

// Callback copies in a function that runs while the source is open.
func Callback(ctx context.Context, o *nslock.Owner, src, dst nslock.MailboxRef) error {
	return box.With(ctx, o, src, func() error { // want `ns-under-mailbox: calling box.With acquires namespace lock while holding mailbox lock \(.*box.go:\d+\)`
		return message.CopyTo(ctx, o, dst, 1)
	})
}

// Greet asks a getter for the language while the mailbox is open.
func Greet(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (string, error) {
	mb, err := box.Open(ctx, o, ref)
	if err != nil {
		return "", err
	}
	defer mb.Close()
	return account.Language(ctx, o, ref.User) // want `^ns-under-mailbox: calling account.Language acquires namespace lock while holding mailbox lock \(line 60\): account.Language calls LockUser \(account/account.go:19\); order is namespace, then mailbox$`
}

// Notify locks the target in a deferred call, which runs before the mailbox
// is closed.
func Notify(ctx context.Context, o *nslock.Owner, src, dst nslock.MailboxRef) error {
	mb, err := box.Open(ctx, o, src)
	if err != nil {
		return err
	}
	defer mb.Close()
	defer message.CopyTo(ctx, o, dst, 2) // want `ns-under-mailbox: calling message.CopyTo acquires namespace lock`
	return ctx.Err()
}
