package stored

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A Pool makes its map when it is first needed.
type Pool struct {
	o    *nslock.Owner
	open map[string]*nslock.Mailbox
}

// Get opens a mailbox and keeps it.
func (p *Pool) Get(ctx context.Context, ref nslock.MailboxRef) error {
	ns, err := p.o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := p.o.OpenMailbox(ctx, ref, nslock.Shared)
	if err != nil {
		return err
	}
	mb.Park()
	if p.open == nil {
		p.open = make(map[string]*nslock.Mailbox)
	}
	p.open[ref.UniqueID] = mb
	return nil
}

// Reset closes what is open.
func (p *Pool) Reset() {
	for id, mb := range p.open {
		mb.Close()
		delete(p.open, id)
	}
}

// Rename locks the user.
func (p *Pool) Rename(ctx context.Context, user string) error {
	ns, err := p.o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	ns.Release()
	return nil
}

// LazyMap renames while the pool has a mailbox open.
func LazyMap(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	p := &Pool{o: o}
	defer p.Reset()
	if err := p.Get(ctx, ref); err != nil {
		return err
	}
	return p.Rename(ctx, ref.User) // want `ns-under-mailbox: calling Pool.Rename acquires namespace lock`
}

// LazyMapReset closes it before.
func LazyMapReset(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	p := &Pool{o: o}
	defer p.Reset()
	if err := p.Get(ctx, ref); err != nil {
		return err
	}
	p.Reset()
	return p.Rename(ctx, ref.User)
}

var commands = map[string]func(*Pool, context.Context, nslock.MailboxRef) error{
	"GET": (*Pool).Get,
	"NEW": func(p *Pool, ctx context.Context, ref nslock.MailboxRef) error { return p.Rename(ctx, ref.User) },
}

// LazyMapServe runs commands one after the other, which find the pool as the
// ones before have left it.
func LazyMapServe(ctx context.Context, o *nslock.Owner, names []string, ref nslock.MailboxRef) error {
	p := &Pool{o: o}
	defer p.Reset()
	for _, name := range names {
		if err := commands[name](p, ctx, ref); err != nil { // want `ns-under-mailbox: calling commands\[name\] acquires namespace lock while holding mailbox lock`
			return err
		}
	}
	return nil
}
