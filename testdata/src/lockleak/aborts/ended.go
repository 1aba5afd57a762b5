package aborts

import (
	"context"
	"fmt"

	"github.com/lockvet/lockvet/nslock"
)

// An ending may be ended more than once, and be nil.
type ending struct {
	ns   *nslock.Namespace
	done bool
	void bool
}

func start(ctx context.Context, o *nslock.Owner, user string) (e *ending, err error) {
	e = &ending{}
	defer func() {
		if err != nil {
			e.abort()
			e = nil
		}
	}()
	if e.ns, err = o.LockUser(ctx, user, nslock.Exclusive); err != nil {
		return e, fmt.Errorf("start: %w", err)
	}
	if over(user) {
		return e, fmt.Errorf("start: %w", errQuota)
	}
	return e, nil
}

// One condition of two is enough for nothing to be done.
func (e *ending) abort() {
	if e == nil || e.done {
		return
	}
	e.end()
}

// Three conditions, one after the other.
func (e *ending) cancel() {
	if e == nil {
		return
	}
	if e.done {
		return
	}
	if e.void {
		return
	}
	e.end()
}

func (e *ending) end() {
	e.ns.Release()
	e.done = true
}

func (e *ending) commit() { e.end() }

// EndedTwice aborts what it has not committed.
func EndedTwice(ctx context.Context, o *nslock.Owner, user string) error {
	e, err := start(ctx, o, user)
	if err != nil {
		return err
	}
	defer e.abort()
	if over(user) {
		return errQuota
	}
	e.commit()
	return nil
}

// Cancelled does so by the other method.
func Cancelled(ctx context.Context, o *nslock.Owner, user string) error {
	e, err := start(ctx, o, user)
	if err != nil {
		return err
	}
	defer e.cancel()
	if over(user) {
		return errQuota
	}
	e.commit()
	return nil
}

// MarkedFirst says that it has ended before it has, so that nothing ends it.
func MarkedFirst(ctx context.Context, o *nslock.Owner, user string) error {
	e, err := start(ctx, o, user) // want `^leak: `
	if err != nil {
		return err
	}
	e.done = true
	e.abort()
	return nil
}

// Voided is not cancelled either.
func Voided(ctx context.Context, o *nslock.Owner, user string) error {
	e, err := start(ctx, o, user) // want `^leak: `
	if err != nil {
		return err
	}
	e.void = true
	e.cancel()
	return nil
}
