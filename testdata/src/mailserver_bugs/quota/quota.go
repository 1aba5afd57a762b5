// Package quota keeps count of what users have, in a table that locks the
// user for every change. It knows nothing of those who call it through
// interfaces of their own.
package quota

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

// A Table has the count of every user.
type Table struct {
	o    *nslock.Owner
	used map[string]int
}

// NewTable returns an empty table that works for o.
func NewTable(o *nslock.Owner) *Table { return &Table{o: o, used: make(map[string]int)} }

// Update adds n to what user has.
func (t *Table) Update(ctx context.Context, user string, n int) error {
	ns, err := t.o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer ns.Release()
	t.used[user] += n
	return nil
}
