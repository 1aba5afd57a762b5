// Package streams hands a writer with a callback in a field to a package that
// knows no locks. What the field holds is known where the writer is made.
package streams

import (
	"context"
	"io"

	"github.com/lockvet/lockvet/nslock"
)

type progress interface{ Step(n int) error }

type recorder struct {
	ctx  context.Context
	o    *nslock.Owner
	user string
}

func (r *recorder) Step(n int) error {
	ns, err := r.o.LockUser(r.ctx, r.user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	return nil
}

type counter struct{ n int }

func (c *counter) Step(n int) error { c.n += n; return nil }

type progressWriter struct {
	io.Writer
	p progress
}

func (w progressWriter) Write(b []byte) (int, error) {
	if err := w.p.Step(len(b)); err != nil {
		return 0, err
	}
	return w.Writer.Write(b)
}

// Send streams.
func Send(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, w io.Writer, r io.Reader) error {
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
	pw := progressWriter{w, &recorder{ctx, o, ref.User}}
	_, err = io.Copy(pw, r) // want `ns-under-mailbox: calling io.Copy acquires namespace lock`
	return err
}

// SendCounted streams with a counter.
func SendCounted(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, w io.Writer, r io.Reader) error {
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
	_, err = io.Copy(progressWriter{w, &counter{}}, r)
	return err
}
