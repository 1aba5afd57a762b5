// Package vault has the accounts of a bank, each with a lock. It is the bottom
// of the program that docs/how-it-works.md follows a lock through.
//
//lockvet:class account ordered
package vault

import (
	"errors"
	"sync"
)

var accounts = map[string]*sync.Mutex{"ann": {}, "bob": {}}

// A Guard holds the lock of an account.
type Guard struct{ mu *sync.Mutex }

// Lock locks an account, if there is one of that name.
//
//lockvet:acquire account key=id
func Lock(id string) (*Guard, error) {
	mu := accounts[id]
	if mu == nil {
		return nil, errors.New("no account " + id)
	}
	mu.Lock()
	return &Guard{mu}, nil
}

// Release unlocks it.
//
//lockvet:release account
func (g *Guard) Release() { g.mu.Unlock() }
