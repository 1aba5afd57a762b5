// Package svc has a service with a counter.
package svc

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A Counter counts what a user has.
type Counter interface {
	Add(ctx context.Context, user string, n int) error
}

// Stored keeps it.
type Stored struct{ O *nslock.Owner }

// Add adds.
func (s *Stored) Add(ctx context.Context, user string, n int) error {
	ns, err := s.O.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	return nil
}

// Memory forgets it.
type Memory struct{ n map[string]int }

// Add adds.
func (m *Memory) Add(ctx context.Context, user string, n int) error {
	m.n[user] += n
	return nil
}

// A Service touches.
type Service struct {
	c Counter
}

// New makes one.
func New(c Counter) *Service { return &Service{c: c} }

// Default makes one that keeps it.
func Default(o *nslock.Owner) *Service { return New(&Stored{o}) }

// Touch counts.
func (s *Service) Touch(ctx context.Context, user string) error {
	return s.c.Add(ctx, user, 1)
}
