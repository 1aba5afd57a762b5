// Package nslock takes the locks of a Cyrus mail store: real locks, between
// processes and between goroutines, on the lock files of a running server. It does not read or
// write mail; it only keeps its callers, and the server, out of each other's way.
//
// Locks come in classes, and the classes have an order: the namespace lock of a user is taken
// before any mailbox is opened and before any mboxname or index lock. Two users are locked by one
// call, LockUsers, in order of their userids. A call that would break a rule returns an *OrderError
// instead of waiting for a deadlock to happen.
//
//lockvet:order namespace mailbox
//lockvet:order namespace mboxname
//lockvet:order namespace index
//lockvet:class namespace ordered
//lockvet:class index within=namespace
package nslock
