// Package quotas counts.
package quotas

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A Counter counts what a user has.
type Counter interface {
	Add(ctx context.Context, user string, n int) error
}

type stored struct{ o *nslock.Owner }

func (s *stored) Add(ctx context.Context, user string, n int) error {
	ns, err := s.o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	return nil
}

type inMemory map[string]int

func (m inMemory) Add(ctx context.Context, user string, n int) error {
	m[user] += n
	return nil
}

type audited struct{ *stored }

// Audited returns a counter whose method is promoted.
func Audited(o *nslock.Owner) Counter { return audited{&stored{o}} }

// Stored returns a counter that is kept.
func Stored(o *nslock.Owner) Counter { return &stored{o} }

// InMemory returns one that is not.
func InMemory() Counter { return inMemory{} }
