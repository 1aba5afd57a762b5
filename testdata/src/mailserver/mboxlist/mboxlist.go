// Package mboxlist is the list of all mailboxes: which names there are, whose
// they are and where they lie. The list has a mutex of its own, under which
// nothing else is locked.
package mboxlist

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/lockvet/lockvet/nslock"
)

// The errors that callers tell apart.
var (
	ErrNotFound = errors.New("no such mailbox")
	ErrExists   = errors.New("mailbox exists")
	ErrName     = errors.New("bad mailbox name")
)

// A List is safe for use by many goroutines.
type List struct {
	dir string

	mu      sync.Mutex
	next    int
	entries map[string]nslock.MailboxRef
}

// New returns an empty list of mailboxes that lie below dir.
func New(dir string) *List {
	return &List{dir: dir, entries: make(map[string]nslock.MailboxRef)}
}

// Owner returns the user of a mailbox name: alice, for user.alice.Sent.
func Owner(name string) (string, error) {
	rest, ok := strings.CutPrefix(name, "user.")
	user, _, _ := strings.Cut(rest, ".")
	if !ok || user == "" {
		return "", fmt.Errorf("%q: %w", name, ErrName)
	}
	return user, nil
}

// Find returns the mailbox of that name.
func (l *List) Find(name string) (nslock.MailboxRef, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ref, ok := l.entries[name]
	if !ok {
		return nslock.MailboxRef{}, fmt.Errorf("%q: %w", name, ErrNotFound)
	}
	return ref, nil
}

// Names returns the names that begin with prefix, sorted.
func (l *List) Names(prefix string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name := range l.entries {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Users returns every user who has a mailbox, in no order.
func (l *List) Users() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	users := make(map[string]bool)
	for _, ref := range l.entries {
		users[ref.User] = true
	}
	return slices.Collect(maps.Keys(users))
}

// Create adds a mailbox of user.
//
//lockvet:require namespace exclusive key=user
func (l *List) Create(user, name string) (nslock.MailboxRef, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.entries[name]; ok {
		return nslock.MailboxRef{}, fmt.Errorf("%q: %w", name, ErrExists)
	}
	l.next++
	id := fmt.Sprintf("%s-%d", user, l.next)
	ref := nslock.MailboxRef{User: user, UniqueID: id, IndexPath: filepath.Join(l.dir, user, id)}
	l.entries[name] = ref
	return ref, nil
}

// Remove removes the mailbox of user that has that name.
//
//lockvet:require namespace exclusive key=user
func (l *List) Remove(user, name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	ref, ok := l.entries[name]
	if !ok || ref.User != user {
		return fmt.Errorf("%q: %w", name, ErrNotFound)
	}
	delete(l.entries, name)
	return nil
}
