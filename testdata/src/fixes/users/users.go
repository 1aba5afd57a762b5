// Package users takes two locks in a row that one ordered call replaces, and
// two that it does not.
package users

import (
	"context"
	"errors"

	"github.com/lockvet/lockvet/nslock"
)

// Copy takes both in a row.
func Copy(ctx context.Context, o *nslock.Owner, src, dst string) error {
	from, err := o.LockUser(ctx, src, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}

// Modes takes them in different modes: no one call does that.
func Modes(ctx context.Context, o *nslock.Owner, src, dst string) error {
	from, err := o.LockUser(ctx, src, nslock.Shared)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}

// Both has something to do between the locks: the fix would do it later.
func Both(ctx context.Context, o *nslock.Owner, src, dst string, log func(string)) error {
	from, err := o.LockUser(ctx, src, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Release()
	log(src)
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}

// Told handles the second error in another way.
func Told(ctx context.Context, o *nslock.Owner, src, dst string) error {
	from, err := o.LockUser(ctx, src, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst`
	if err != nil {
		return errors.New("busy")
	}
	defer to.Release()
	return nil
}

// Early gives one of them up before the other.
func Early(ctx context.Context, o *nslock.Owner, src, dst string) error {
	from, err := o.LockUser(ctx, src, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst`
	if err != nil {
		return err
	}
	defer to.Release()
	from.Release()
	return nil
}

// Next asks for the name of the second when it has the first.
func Next(ctx context.Context, o *nslock.Owner, src string, next func() string) error {
	from, err := o.LockUser(ctx, src, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer from.Release()
	to, err := o.LockUser(ctx, next(), nslock.Exclusive) // want `users-unordered: acquiring namespace lock of next`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}

// Session has the owner and the names in fields, and an error of its own for
// the second.
type Session struct {
	owner    *nslock.Owner
	src, dst string
}

// Move takes both in a case of a switch.
func (s *Session) Move(ctx context.Context, verb string) error {
	switch verb {
	case "MOVE":
		from, err := s.owner.LockUser(ctx, s.src, nslock.Exclusive)
		if err != nil {
			return err
		}
		defer from.Release()
		to, err2 := s.owner.LockUser(ctx, s.dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of s.dst`
		if err2 != nil {
			return err2
		}
		defer to.Release()
	}
	return nil
}
