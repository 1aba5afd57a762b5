// Package aborts undoes a transaction in a deferred function that looks at the
// error; the method that undoes it bears to be called on nothing.
package aborts

import (
	"context"
	"errors"

	"github.com/lockvet/lockvet/nslock"
)

type txn struct {
	ns *nslock.Namespace
	mb *nslock.Mailbox
}

func (t *txn) abort() {
	t.mb.Close()
	t.ns.Release()
}

func (t *txn) abortAny() {
	if t == nil {
		return
	}
	t.mb.Close()
	t.ns.Release()
}

var errQuota = errors.New("quota")

func over(user string) bool { return len(user) > 10 }

// Plain calls a method that needs its receiver.
func Plain(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (_ *txn, err error) {
	t := &txn{}
	defer func() {
		if err != nil {
			t.abort()
		}
	}()
	if t.ns, err = o.LockUser(ctx, ref.User, nslock.Exclusive); err != nil {
		return nil, err
	}
	if over(ref.User) {
		return nil, errQuota
	}
	return t, nil
}

// NilSafe calls one that does not: but the transaction is there.
func NilSafe(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (_ *txn, err error) {
	t := &txn{}
	defer func() {
		if err != nil {
			t.abortAny()
		}
	}()
	if t.ns, err = o.LockUser(ctx, ref.User, nslock.Exclusive); err != nil {
		return nil, err
	}
	if over(ref.User) {
		return nil, errors.New("x")
	}
	return t, nil
}

// Guard releases the field.
func Guard(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (_ *txn, err error) {
	t := &txn{}
	defer func() {
		if err != nil {
			t.ns.Release()
		}
	}()
	t.ns, err = o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return nil, err
	}
	if over(ref.User) {
		return nil, errQuota
	}
	return t, nil
}

// Local releases the guard itself.
func Local(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (_ *txn, err error) {
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			ns.Release()
		}
	}()
	if over(ref.User) {
		return nil, errQuota
	}
	return &txn{ns: ns}, nil
}

// Late makes the transaction after the function that undoes it.
func Late(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) (_ *txn, err error) {
	var t *txn
	defer func() {
		if err != nil {
			t.abortAny()
		}
	}()
	ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive) // want `leak: acquiring namespace lock of ref.User without releasing it on the way out on line 1\d\d`
	if err != nil {
		return nil, err
	}
	if over(ref.User) {
		return nil, errQuota
	}
	t = &txn{ns: ns}
	return t, nil
}
