// Package rename renames mailboxes between users, and puts the two users in
// the order of the mailbox names: user.a.z comes after user.a-b.c, but a
// comes before a-b.
package rename

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A Mailbox is an entry of the mailbox list.
type Mailbox struct {
	Name string
	Ref  nslock.MailboxRef
}

var names = make(map[string]string)

// Rename renames from to to.
func Rename(ctx context.Context, o *nslock.Owner, from, to Mailbox) error {
	a, b := from, to
	if a.Name > b.Name {
		a, b = b, a
	}
	first, err := o.LockUser(ctx, a.Ref.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer first.Release()
	second, err := o.LockUser(ctx, b.Ref.User, nslock.Exclusive) // want `sort-key: acquiring namespace lock of b.Ref.User while holding namespace lock of a.Ref.User \(line \d+\)`
	if err != nil {
		return err
	}
	defer second.Release()
	names[from.Ref.UniqueID] = to.Name
	return nil
}

// Take renames with the target's user alone: the source's is not locked.
func Take(ctx context.Context, o *nslock.Owner, from, to nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, to.User, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	move(from, to) // want `not-held: calling move requires holding namespace lock of from.User`
	return nil
}

//lockvet:require namespace exclusive key=from.User
//lockvet:require namespace exclusive key=to.User
func move(from, to nslock.MailboxRef) { names[from.UniqueID] = to.IndexPath }
