// Package chosen chooses modes: by options that set them in a configuration,
// and by functions.
package chosen

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

type config struct {
	user     string
	readOnly bool
	mode     nslock.Mode
}

type option func(*config)

func readOnly() option { return func(c *config) { c.mode, c.readOnly = nslock.Shared, true } }
func writable() option { return func(c *config) { c.mode = nslock.Exclusive } }

func lock(ctx context.Context, o *nslock.Owner, user string, opts ...option) (*nslock.Namespace, error) {
	c := &config{user: user, mode: nslock.Shared}
	for _, opt := range opts {
		opt(c)
	}
	return o.LockUser(ctx, c.user, c.mode)
}

// Read reads.
func Read(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := lock(ctx, o, ref.User, readOnly())
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

// Write writes.
func Write(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := lock(ctx, o, ref.User, writable())
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}
