// Package lmtp delivers messages. A filter says first where a message goes,
// with nothing locked; then each mailbox is appended to, one user at a time.
package lmtp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"fixtures/mailserver/mboxlist"
	"fixtures/mailserver/transfer"

	"github.com/lockvet/lockvet/nslock"
)

// A Message is on its way to recipients.
type Message struct {
	Subject    string
	Recipients []string
}

// Actions is what a filter may ask for.
type Actions interface {
	Keep()
	FileInto(folder string)
	Discard()
}

// A Filter looks at a message and says what to do with it.
type Filter func(m Message, do Actions)

// A Server delivers messages with a number of workers.
type Server struct {
	store   *transfer.Store
	workers int

	mu      sync.Mutex
	filters map[string]Filter
	log     []string
}

// NewServer returns a server without filters.
func NewServer(store *transfer.Store, workers int) *Server {
	return &Server{store: store, workers: workers, filters: make(map[string]Filter)}
}

// SetFilter gives user a filter.
func (s *Server) SetFilter(user string, f Filter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters[user] = f
}

// Log returns what was delivered.
func (s *Server) Log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

// Deliver delivers messages and returns the errors of all.
func (s *Server) Deliver(ctx context.Context, messages []Message) error {
	queue := make(chan Message)
	errs := make([]error, s.workers)
	var wg sync.WaitGroup
	for i := range s.workers {
		wg.Go(func() {
			errs[i] = s.work(ctx, s.store.Space.NewOwner(fmt.Sprintf("lmtp %d", i)), queue)
		})
	}
	for _, m := range messages {
		queue <- m
	}
	close(queue)
	wg.Wait()
	return errors.Join(errs...)
}

func (s *Server) work(ctx context.Context, o *nslock.Owner, queue <-chan Message) (err error) {
	for m := range queue {
		for _, user := range m.Recipients {
			err = errors.Join(err, s.deliver(ctx, o, user, m))
		}
	}
	return errors.Join(err, o.Close())
}

// targets collects what a filter asks for.
type targets struct {
	user  string
	names []string
}

func (t *targets) Keep()                  { t.FileInto("") }
func (t *targets) Discard()               { t.names = nil }
func (t *targets) FileInto(folder string) { t.names = append(t.names, name(t.user, folder)) }

func name(user, folder string) string {
	if owner, rest, ok := strings.Cut(folder, "/"); ok {
		user, folder = owner, rest
	}
	return strings.TrimSuffix("user."+user+"."+folder, ".")
}

func (s *Server) deliver(ctx context.Context, o *nslock.Owner, user string, m Message) error {
	s.mu.Lock()
	filter := s.filters[user]
	s.mu.Unlock()
	t := &targets{user: user}
	if filter == nil {
		t.Keep()
	} else {
		filter(m, t)
	}
	for _, name := range t.names {
		err := s.append(ctx, o, name, m)
		if errors.Is(err, mboxlist.ErrNotFound) {
			err = s.append(ctx, o, "user."+user, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) append(ctx context.Context, o *nslock.Owner, name string, m Message) error {
	uid, err := s.store.Append(ctx, o, name, m.Subject)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprintf("%s/%d", name, uid))
	return nil
}
