// Package jmap answers method calls. The dispatcher locks the accounts that a
// method works on, as the method's entry in the table says, and runs the
// method under them.
package jmap

import (
	"context"
	"errors"
	"fmt"

	"fixtures/mailserver/mbox"
	"fixtures/mailserver/transfer"

	"github.com/lockvet/lockvet/nslock"
)

// ErrUnknownMethod answers a method that is not in the table.
var ErrUnknownMethod = errors.New("unknownMethod")

// A Request is one method call.
type Request struct {
	Method      string
	Account     string
	FromAccount string // of methods that copy, or ""
	Mailbox     string
}

type call struct {
	store *transfer.Store
	o     *nslock.Owner
	req   Request
	notes []func(context.Context) error // to be run when the accounts are free again
}

type method struct {
	mode nslock.Mode
	run  func(*call, context.Context) (string, error)
}

// A Server answers requests.
type Server struct {
	store   *transfer.Store
	methods map[string]method
	changes map[string]int
}

// NewServer returns a server with the methods that it knows.
func NewServer(store *transfer.Store) *Server {
	s := &Server{store: store, changes: make(map[string]int)}
	s.methods = map[string]method{
		"Mailbox/get":  {mode: nslock.Shared, run: (*call).get},
		"Email/import": {mode: nslock.Exclusive, run: s.imported},
		"Quota/get":    {mode: nslock.Shared, run: (*call).quota},
	}
	return s
}

// Do answers one request.
func (s *Server) Do(ctx context.Context, o *nslock.Owner, req Request) (string, error) {
	m, ok := s.methods[req.Method]
	if !ok {
		return "", fmt.Errorf("%s: %w", req.Method, ErrUnknownMethod)
	}
	c := &call{store: s.store, o: o, req: req}
	answer, err := c.locked(ctx, m)
	if err != nil {
		return "", err
	}
	for _, note := range c.notes {
		if err := note(ctx); err != nil {
			return "", err
		}
	}
	return answer, nil
}

// locked runs m with the accounts locked.
func (c *call) locked(ctx context.Context, m method) (string, error) {
	ns, err := c.o.LockUsers(ctx, m.mode, c.req.Account, c.req.FromAccount)
	if err != nil {
		return "", err
	}
	defer ns.Release()
	return m.run(c, ctx)
}

func (c *call) get(ctx context.Context) (string, error) {
	ref, err := c.store.List.Find(c.req.Mailbox)
	if err != nil {
		return "", err
	}
	mb, err := mbox.Open(ctx, c.o, ref, nslock.Shared)
	if err != nil {
		return "", err
	}
	defer mb.Close()
	return fmt.Sprintf("%d emails", mb.Len()), nil
}

func (c *call) quota(context.Context) (string, error) {
	used, err := c.store.Quota.Used(c.req.Account)
	return fmt.Sprint(used), err
}

// imported appends a message and tells the other account when both are free.
func (s *Server) imported(c *call, ctx context.Context) (string, error) {
	ref, err := c.store.List.Find(c.req.Mailbox)
	if err != nil {
		return "", err
	}
	uid, err := c.store.Deposit(ctx, c.o, ref, "imported")
	if err != nil {
		return "", err
	}
	if other := c.req.FromAccount; other != "" {
		c.notes = append(c.notes, func(ctx context.Context) error { return s.notify(ctx, c.o, other) })
	}
	return fmt.Sprint(uid), nil
}

// notify counts a change that user should hear of.
func (s *Server) notify(ctx context.Context, o *nslock.Owner, user string) error {
	ns, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	s.changes[user]++
	return nil
}
