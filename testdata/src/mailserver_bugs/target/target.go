// Package target is where messages go: it locks the user and opens the
// mailbox for writing.
package target

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A Target is a mailbox that is open for writing, under its user's lock.
type Target struct {
	ns   *nslock.Namespace
	mb   *nslock.Mailbox
	uids []int
}

// Open locks the user of ref and opens ref.
func Open(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (*Target, error) {
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return nil, err
	}
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
	if err != nil {
		ns.Release()
		return nil, err
	}
	return &Target{ns: ns, mb: mb}, nil
}

// Add adds a message.
func (t *Target) Add(uid int) { t.uids = append(t.uids, uid) }

// Close ends the writing.
func (t *Target) Close() {
	t.mb.Close()
	t.ns.Release()
}
