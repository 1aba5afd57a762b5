// Package conv groups the messages of a user into conversations by subject.
package conv

import (
	"context"
	"strings"
	"sync"

	"github.com/lockvet/lockvet/nslock"
)

// A DB has the conversations of all users. Its mutex guards the map alone;
// what belongs to one user is guarded by that user's namespace lock.
type DB struct {
	mu    sync.RWMutex
	users map[string]*threads
}

type threads struct{ sizes map[string]int }

// New returns an empty DB.
func New() *DB { return &DB{users: make(map[string]*threads)} }

// Add adds a message to its conversation.
//
//lockvet:require namespace exclusive key=user
func (db *DB) Add(user, subject string) { db.of(user).sizes[base(subject)]++ }

// Drop takes a message out of its conversation.
//
//lockvet:require namespace exclusive key=user
func (db *DB) Drop(user, subject string) {
	t, key := db.of(user), base(subject)
	if t.sizes[key]--; t.sizes[key] <= 0 {
		delete(t.sizes, key)
	}
}

// Count locks user and returns the number of conversations.
func (db *DB) Count(ctx context.Context, o *nslock.Owner, user string) (int, error) {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return 0, err
	}
	defer ns.Release()
	return len(db.of(user).sizes), nil
}

func (db *DB) of(user string) *threads {
	db.mu.RLock()
	t, ok := db.users[user]
	db.mu.RUnlock()
	if ok {
		return t
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if t, ok = db.users[user]; !ok {
		t = &threads{sizes: make(map[string]int)}
		db.users[user] = t
	}
	return t
}

// base strips the prefixes that replies add to a subject.
func base(subject string) string {
	for {
		rest, ok := strings.CutPrefix(strings.ToLower(subject), "re: ")
		if !ok {
			return rest
		}
		subject = rest
	}
}
