// Package nslock takes the locks of a Cyrus mail store: real locks, between processes and between
// goroutines, on the lock files of a running server. It does not read or write mail; it only keeps
// its callers, and the server, out of each other's way.
//
// Locks come in classes, and the classes have an order: the namespace lock of a user is taken
// before any mailbox is opened and before any mboxname or index lock. Two users are locked by one
// call, in order of their userids. This waits for a deadlock to happen:
//
//	src, err := o.LockUser(ctx, "bob", nslock.Exclusive)
//	...
//	dst, err := o.LockUser(ctx, "alice", nslock.Exclusive)
//
// and so its second call returns an *OrderError instead of a lock:
//
//	acquiring namespace lock of "alice" while holding namespace lock of "bob" (copy.go:29), in no fixed order; use LockUsers
//
// This is right:
//
//	both, err := o.LockUsers(ctx, nslock.Exclusive, "bob", "alice")
//
// A [Space] is a lock directory, an [Owner] a thread of work, to which locks belong. A call that
// locks returns a guard, whose Release or Close may be called twice, and on nil. Spaces are for any
// number of goroutines, owners and guards for one at a time. The lock files, the rules, the costs
// and the limits are described in docs/nslock.md.
//
//lockvet:order namespace mailbox
//lockvet:order namespace mboxname
//lockvet:order namespace index
//lockvet:class namespace ordered
//lockvet:class index within=namespace
package nslock
