// Package made calls what constructors of other packages have put into an
// interface. The types are known, although nothing else can name them.
package made

import (
	"context"

	"fixtures/inversion/ifaces/made/quotas"
	"fixtures/inversion/ifaces/made/svc"

	"github.com/lockvet/lockvet/nslock"
)

// Stored counts in the store.
func Stored(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := open(ctx, o, ref)
	if err != nil {
		return err
	}
	defer mb.Close()
	q := quotas.Stored(o)
	return q.Add(ctx, ref.User, 1) // want `ns-under-mailbox: calling q.Add acquires namespace lock while holding mailbox lock \(line 16\): Add of quotas.stored through quotas.Counter calls LockUser`
}

// Audited counts through a promoted method.
func Audited(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := open(ctx, o, ref)
	if err != nil {
		return err
	}
	defer mb.Close()
	return quotas.Audited(o).Add(ctx, ref.User, 1) // want `ns-under-mailbox: calling quotas.Audited\(o\).Add acquires namespace lock`
}

// InMemory counts where no lock is.
func InMemory(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := open(ctx, o, ref)
	if err != nil {
		return err
	}
	defer mb.Close()
	return quotas.InMemory().Add(ctx, ref.User, 1)
}

// Default touches by a service that keeps a counter which locks.
func Default(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := open(ctx, o, ref)
	if err != nil {
		return err
	}
	defer mb.Close()
	return svc.Default(o).Touch(ctx, ref.User) // want `ns-under-mailbox: calling svc.Service.Touch acquires namespace lock`
}

// Scratch touches by one whose counter does not.
func Scratch(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := open(ctx, o, ref)
	if err != nil {
		return err
	}
	defer mb.Close()
	return svc.New(&svc.Memory{}).Touch(ctx, ref.User)
}

// A Server has a service of which nothing is known here.
type Server struct{ s *svc.Service }

// NewServer makes one.
func NewServer(o *nslock.Owner) *Server { return &Server{svc.Default(o)} }

// Touch touches by what the server has.
func (v *Server) Touch(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	mb, err := open(ctx, o, ref)
	if err != nil {
		return err
	}
	defer mb.Close()
	return v.s.Touch(ctx, ref.User) // want `ns-under-mailbox: calling svc.Service.Touch acquires namespace lock`
}

func open(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (*nslock.Mailbox, error) {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return nil, err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		return nil, err
	}
	mb.Park()
	return mb, nil
}
