// Package imap answers the commands of a client, and forgets between two of
// them that the selected mailbox is open.
package imap

import (
	"context"
	"errors"

	"fixtures/mailserver_bugs/box"
	"fixtures/mailserver_bugs/message"

	"github.com/lockvet/lockvet/nslock"
)

var errUnknown = errors.New("unknown command")

// A Command is one line from the client.
type Command struct {
	Name string
	Ref  nslock.MailboxRef
}

// A Quota is told what changes.
type Quota interface {
	Update(ctx context.Context, user string, n int) error
}

type conn struct {
	o        *nslock.Owner
	quota    Quota
	selected *nslock.Mailbox
}

// Serve answers the commands of one connection. SELECT leaves a mailbox open
// in the connection; COPY, which comes later, locks another user under it:
// the second famous bug.
func Serve(ctx context.Context, o *nslock.Owner, commands []Command) (err error) {
	c := &conn{o: o}
	defer c.unselect()
	for _, cmd := range commands {
		switch cmd.Name {
		case "SELECT":
			c.unselect()
			c.selected, err = box.Open(ctx, o, cmd.Ref)
		case "COPY":
			err = c.copyTo(ctx, cmd.Ref) // want `^ns-under-mailbox: calling (\S+\.)?copyTo acquires namespace lock while holding mailbox lock \(line 44\): .*copyTo calls message.CopyTo calls target.Open calls LockUser \(target/target.go:20\); order is namespace, then mailbox$`
		case "UNSELECT":
			c.unselect()
		default:
			err = errUnknown
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) unselect() {
	c.selected.Close()
	c.selected = nil
}

func (c *conn) copyTo(ctx context.Context, dst nslock.MailboxRef) error {
	return message.CopyTo(ctx, c.o, dst, 1)
}

// Expunge drops messages of ref and tells q, with ref still open.
func Expunge(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, q Quota) error {
	return box.With(ctx, o, ref, func() error { return q.Update(ctx, ref.User, -1) })
}
