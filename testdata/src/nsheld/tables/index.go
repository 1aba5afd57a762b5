package tables

import (
	"context"

	"github.com/lockvet/lockvet/nslock"
)

func each(ctx context.Context, o *nslock.Owner, user string, yield func()) {
	ns, err := o.LockUser(ctx, user, nslock.Exclusive)
	if err != nil {
		return
	}
	defer ns.Release()
	yield()
}

// Reindex has another lock, shared, under the one that the mailbox needs, which
// a caller holds.
func Reindex(ctx context.Context, o *nslock.Owner) {
	each(ctx, o, "admin", func() {
		other, err := o.TryLockUser("guest", nslock.Shared)
		if err != nil {
			return
		}
		defer other.Release()
		mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: "admin", UniqueID: "m"}, nslock.Exclusive)
		if err != nil {
			return
		}
		defer mb.Close()
		mb.Park()
		_ = mb.LockIndex(ctx, nslock.Exclusive)
	})
}
