// Package wrap keeps a mailbox with its two locks in a type of its own.
package wrap

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A Mailbox is an open mailbox.
type Mailbox struct {
	lock *nslock.Mailbox
	n    int
}

// Open opens ref.
//
//lockvet:require namespace mode=mode key=ref.User
func Open(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, mode nslock.Mode) (*Mailbox, error) {
	lock, err := o.OpenMailbox(ctx, ref, mode)
	if err != nil {
		return nil, err
	}
	return &Mailbox{lock: lock}, nil
}

// Len returns the number of messages.
func (m *Mailbox) Len() int { return m.n }

// Close closes it, index lock and all.
func (m *Mailbox) Close() { m.lock.Close() }
