// Package imap answers the commands of clients. A session keeps the selected
// mailbox open, parked, from one command to the next; a command that locks a
// user closes it first and opens it again under the lock.
package imap

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fixtures/mailserver/mbox"
	"fixtures/mailserver/transfer"

	"github.com/lockvet/lockvet/nslock"
)

// The errors of a session.
var (
	ErrSyntax      = errors.New("bad command")
	ErrNotSelected = errors.New("no mailbox selected")
)

type command struct {
	args int
	run  func(*Session, context.Context, []string) (string, error)
}

var commands = map[string]command{
	"SELECT":   {1, (*Session).selectMailbox},
	"UNSELECT": {0, (*Session).unselect},
	"FETCH":    {0, (*Session).fetch},
	"CREATE":   {1, (*Session).create},
	"APPEND":   {2, (*Session).appendTo},
	"COPY":     {2, (*Session).copyTo},
	"EXPUNGE":  {1, (*Session).expunge},
	"RENAME":   {2, (*Session).rename},
	"LIST":     {1, (*Session).list},
	"QUOTA":    {1, (*Session).quota},
	"THREADS":  {1, (*Session).threads},
}

// A Session is one client's connection; one goroutine uses it.
type Session struct {
	store *transfer.Store
	o     *nslock.Owner
	name  string        // of the selected mailbox, or ""
	open  *mbox.Mailbox // the selected mailbox, parked, or nil
}

// NewSession returns a session of the client name.
func NewSession(store *transfer.Store, client string) *Session {
	return &Session{store: store, o: store.Space.NewOwner(client)}
}

// Close ends the session.
func (s *Session) Close() error {
	s.suspend()
	return s.o.Close()
}

// Serve answers commands until one fails.
func (s *Session) Serve(ctx context.Context, lines []string) (answers []string, err error) {
	for _, line := range lines {
		answer, err := s.Do(ctx, line)
		if err != nil {
			return answers, fmt.Errorf("%s: %w", line, err)
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// Do answers one command.
func (s *Session) Do(ctx context.Context, line string) (string, error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return "", ErrSyntax
	}
	cmd, ok := commands[words[0]]
	if !ok || len(words)-1 < cmd.args {
		return "", ErrSyntax
	}
	return cmd.run(s, ctx, words[1:])
}

// suspend closes the selected mailbox, so that users may be locked. The
// session remembers its name.
func (s *Session) suspend() {
	s.open.Close()
	s.open = nil
}

// resume opens the selected mailbox again, if there is one.
func (s *Session) resume(ctx context.Context) error {
	if s.name == "" {
		return nil
	}
	ref, err := s.store.List.Find(s.name)
	if err != nil {
		s.name = ""
		return err
	}
	s.suspend()
	ns, err := s.o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := mbox.Open(ctx, s.o, ref, nslock.Shared)
	if err != nil {
		return err
	}
	mb.Park()
	s.open = mb
	return nil
}

func (s *Session) selectMailbox(ctx context.Context, args []string) (string, error) {
	s.name = args[0]
	if err := s.resume(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d messages", s.open.Len()), nil
}

func (s *Session) unselect(context.Context, []string) (string, error) {
	s.suspend()
	s.name = ""
	return "closed", nil
}

// fetch sends what the parked mailbox has; it locks nobody.
func (s *Session) fetch(context.Context, []string) (string, error) {
	if s.open == nil {
		return "", ErrNotSelected
	}
	var out []string
	for _, msg := range s.open.Messages() {
		out = append(out, msg.Subject)
	}
	return strings.Join(out, ", "), nil
}

func (s *Session) create(ctx context.Context, args []string) (string, error) {
	s.suspend()
	if err := s.store.Create(ctx, s.o, args[0]); err != nil {
		return "", err
	}
	return "created", s.resume(ctx)
}

func (s *Session) appendTo(ctx context.Context, args []string) (string, error) {
	s.suspend()
	uid, err := s.store.Append(ctx, s.o, args[0], strings.Join(args[1:], " "))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("uid %d", uid), s.resume(ctx)
}

func (s *Session) copyTo(ctx context.Context, args []string) (string, error) {
	if s.name == "" {
		return "", ErrNotSelected
	}
	uid, err := strconv.Atoi(args[0])
	if err != nil {
		return "", ErrSyntax
	}
	s.suspend()
	uid, err = s.store.Copy(ctx, s.o, s.name, args[1], uid)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("uid %d", uid), s.resume(ctx)
}

func (s *Session) expunge(ctx context.Context, args []string) (string, error) {
	if s.name == "" {
		return "", ErrNotSelected
	}
	uids := make([]int, 0, len(args))
	for _, arg := range args {
		uid, err := strconv.Atoi(arg)
		if err != nil {
			return "", ErrSyntax
		}
		uids = append(uids, uid)
	}
	s.suspend()
	n, err := s.store.Expunge(ctx, s.o, s.name, uids...)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d expunged", n), s.resume(ctx)
}

func (s *Session) rename(ctx context.Context, args []string) (string, error) {
	s.suspend()
	if err := s.store.Rename(ctx, s.o, args[0], args[1]); err != nil {
		return "", err
	}
	if s.name == args[0] {
		s.name = args[1]
	}
	return "renamed", s.resume(ctx)
}

func (s *Session) list(_ context.Context, args []string) (string, error) {
	return strings.Join(s.store.List.Names(args[0]), " "), nil
}

func (s *Session) quota(ctx context.Context, args []string) (string, error) {
	s.suspend()
	used, err := s.used(ctx, args[0])
	if err != nil {
		return "", err
	}
	return strconv.Itoa(used), s.resume(ctx)
}

func (s *Session) used(ctx context.Context, user string) (int, error) {
	ns, err := s.o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return 0, err
	}
	defer ns.Release()
	return s.store.Quota.Used(user)
}

func (s *Session) threads(ctx context.Context, args []string) (string, error) {
	s.suspend()
	n, err := s.store.Conv.Count(ctx, s.o, args[0])
	if err != nil {
		return "", err
	}
	return strconv.Itoa(n), s.resume(ctx)
}
