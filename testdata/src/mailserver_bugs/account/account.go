// Package account knows the users. Its getters look as if they only read.
package account

import (
	"context"
	"sync"

	"github.com/lockvet/lockvet/nslock"
)

var (
	mu       sync.Mutex
	settings = make(map[string]string)
	folders  = make(map[string]bool)
)

// Language returns the language of user, for which it locks the user.
func Language(ctx context.Context, o *nslock.Owner, user string) (string, error) {
	ns, err := o.LockUser(ctx, user, nslock.Shared)
	if err != nil {
		return "", err
	}
	defer ns.Release()
	mu.Lock()
	defer mu.Unlock()
	return settings[user], nil
}

// Folder makes sure that user has a folder; the first time it makes one.
func Folder(ctx context.Context, o *nslock.Owner, user, name string) error {
	mu.Lock()
	ok := folders[user+"/"+name]
	mu.Unlock()
	if ok {
		return nil
	}
	return create(ctx, o, user, name)
}

func create(ctx context.Context, o *nslock.Owner, user, name string) error {
	ns, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	mu.Lock()
	defer mu.Unlock()
	folders[user+"/"+name] = true
	return nil
}
