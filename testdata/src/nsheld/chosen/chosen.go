package chosen

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

func modeFor(write bool) nslock.Mode {
	if write {
		return nslock.Exclusive
	}
	return nslock.Shared
}

// Open is right.
func Open(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, write bool) error {
	ns, err := o.LockUser(ctx, ref.User, modeFor(write))
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, modeFor(write))
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

// OpenWrong locks for the other.
func OpenWrong(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, write bool) error {
	mode := nslock.Exclusive
	if write {
		mode = nslock.Shared
	}
	ns, err := o.LockUser(ctx, ref.User, mode)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, modeFor(write)) // want `shared-not-exclusive: opening mailbox for writing requires holding namespace lock`
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

func modeOf(write bool) nslock.Mode {
	mode := nslock.Shared
	if write {
		mode = nslock.Exclusive
	}
	return mode
}

// OpenFixed asks one function for both modes, with the values turned round.
func OpenFixed(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, modeOf(false))
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, modeOf(true)) // want `shared-not-exclusive: opening mailbox for writing requires holding namespace lock`
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

// OpenFixedRight does it the right way round.
func OpenFixedRight(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, modeOf(true))
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, modeOf(true))
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

// modeForVerb has two verbs that write.
func modeForVerb(verb string) nslock.Mode {
	switch verb {
	case "APPEND", "STORE":
		return nslock.Exclusive
	}
	return nslock.Shared
}

// OpenVerb asks twice for one verb.
func OpenVerb(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, verb string) error {
	ns, err := o.LockUser(ctx, ref.User, modeForVerb(verb))
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, modeForVerb(verb))
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}

// OpenVerbs asks for two, which may not be one.
func OpenVerbs(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, verb, next string) error {
	ns, err := o.LockUser(ctx, ref.User, modeForVerb(verb))
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(ctx, ref, modeForVerb(next)) // want `shared-not-exclusive: opening mailbox for writing requires holding namespace lock`
	if err != nil {
		return err
	}
	defer mb.Close()
	return nil
}
