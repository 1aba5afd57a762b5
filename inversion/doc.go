// Package inversion checks that locks are taken in the declared order of their
// classes. It does not look at two locks of one class, which is the work of
// nsorder, and it does not find a wrong order in attempts, which never wait.
//
// # Analyzer inversion
//
// inversion: report locks that are taken against the declared order
//
// An order of lock classes is declared by directives, and one acquired before
// another is called outer. A thread that takes an outer lock while it holds an
// inner one waits in the wrong direction: as soon as another thread takes the
// two in the right order, each can hold what the other waits for, and both
// stand still for good. The check follows calls, so the two locks may be taken
// in different functions and packages; the message then names every call on the
// way.
//
// A lock that was taken by an attempt counts as held, but an attempt is never
// an inversion. A lock that a function requires by directive counts as held in
// it. One call is reported once, with the gravest of its faults.
//
// # Category ns-under-mailbox
//
// A namespace lock is taken while a mailbox is open. Whoever opens a mailbox
// holds it, shared at least, until it is closed, and parking does not change
// that. A thread that wants to repack the mailbox holds its user's namespace
// lock and waits for the mailbox; a thread that holds the mailbox and waits for
// that namespace lock, or for one whose holder waits for it, never lets go.
//
//	func Share(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, sharee string) error {
//		own, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer own.Release()
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer mb.Close()
//		other, err := o.LockUser(ctx, sharee, nslock.Exclusive)
//		// lockvet: acquiring namespace lock of sharee while holding mailbox lock (line 7); order is namespace, then mailbox
//		if err != nil {
//			return err
//		}
//		defer other.Release()
//		return nil
//	}
//
// Take all namespace locks first, and open the mailbox under them:
//
//	func Share(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, sharee string) error {
//		both, err := o.LockUsers(ctx, nslock.Exclusive, ref.User, sharee)
//		if err != nil {
//			return err
//		}
//		defer both.Release()
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer mb.Close()
//		return nil
//	}
//
// Where the order cannot matter, because nothing else runs yet, say so on the
// line of the call or above it: //lockvet:ignore ns-under-mailbox -- reason.
//
// # Category ns-under-mboxname
//
// A namespace lock is taken while a mboxname lock is held, be it only shared.
// A mboxname lock keeps a mailbox from being renamed or deleted, both of which
// are done under the namespace lock: the renamer holds that and waits for the
// name, the thread reported here holds the name and waits for the namespace.
//
//	func Notify(ctx context.Context, o *nslock.Owner, uniqueid, user string) error {
//		name, err := o.LockMboxname(ctx, uniqueid, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer name.Release()
//		ns, err := o.LockUser(ctx, user, nslock.Shared)
//		// lockvet: acquiring namespace lock of user while holding mboxname lock (line 2); order is namespace, then mboxname
//		if err != nil {
//			return err
//		}
//		defer ns.Release()
//		return nil
//	}
//
// Take the namespace lock first:
//
//	func Notify(ctx context.Context, o *nslock.Owner, uniqueid, user string) error {
//		ns, err := o.LockUser(ctx, user, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer ns.Release()
//		name, err := o.LockMboxname(ctx, uniqueid, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer name.Release()
//		return nil
//	}
//
// Silence a report that is not a fault by //lockvet:ignore ns-under-mboxname -- reason.
//
// # Category order
//
// Two locks of other classes are taken against their declared order. It goes
// wrong in the same way: two threads that meet in the middle wait for each
// other. The order may be declared in several pieces, in several packages; the
// message gives the shortest way from the one class to the other.
//
//	//lockvet:order accounts journal
//	package bank
//
//	import "sync"
//
//	type Bank struct {
//		accounts sync.Mutex //lockvet:class accounts
//		journal  sync.Mutex //lockvet:class journal
//	}
//
//	func (b *Bank) Audit() {
//		b.journal.Lock()
//		defer b.journal.Unlock()
//		b.accounts.Lock()
//		// lockvet: acquiring accounts lock of b while holding journal lock (line 12); order is accounts, then journal
//		defer b.accounts.Unlock()
//	}
//
// Take them as declared:
//
//	//lockvet:order accounts journal
//	package bank
//
//	import "sync"
//
//	type Bank struct {
//		accounts sync.Mutex //lockvet:class accounts
//		journal  sync.Mutex //lockvet:class journal
//	}
//
//	func (b *Bank) Audit() {
//		b.accounts.Lock()
//		defer b.accounts.Unlock()
//		b.journal.Lock()
//		defer b.journal.Unlock()
//	}
//
// Silence a report that is not a fault by //lockvet:ignore order -- reason.
//
// # Category retired
//
// A lock is taken of a class that is marked retired: a class that the project
// wants to be rid of. Nothing goes wrong at run time; but as long as one piece
// of code takes the lock, all others have to reckon with it.
//
//	//lockvet:class dotfile retired
//	package spool
//
//	type Dotfile struct{}
//
//	//lockvet:acquire dotfile exclusive key=path
//	func Take(path string) *Dotfile { return &Dotfile{} }
//
//	//lockvet:release dotfile
//	func (d *Dotfile) Drop() {}
//
//	func Deliver(path string) {
//		d := Take(path)
//		// lockvet: acquiring dotfile lock of path; class dotfile is retired
//		defer d.Drop()
//	}
//
// Do the work under a lock that stays, and drop the call:
//
//	package spool
//
//	import "sync"
//
//	var mu sync.Mutex
//
//	func Deliver(path string) {
//		mu.Lock()
//		defer mu.Unlock()
//	}
//
// A use that has to stay for a while is silenced by
// //lockvet:ignore retired -- reason.
//
// # Category cycle
//
// A lock B is taken under a lock A in one place, and A under B in another, or
// the ring is longer. Two threads in the two places wait for each other. It is
// looked for with -infer only. Not reported is a ring whose every step is taken
// under one and the same further lock, since that lock admits one thread at a
// time, nor one that needs an object which no other thread can see yet.
//
//	package store
//
//	import "sync"
//
//	var index, data sync.Mutex
//
//	func Put() {
//		index.Lock()
//		defer index.Unlock()
//		data.Lock()
//		defer data.Unlock()
//	}
//
//	func Sweep() {
//		data.Lock()
//		defer data.Unlock()
//		index.Lock()
//		// lockvet: acquiring store.index lock while holding store.data lock closes a ring: Sweep holds store.data (store/store.go:15) and takes store.index (store/store.go:17), Put holds store.index (store/store.go:8) and takes store.data (store/store.go:10); take them in one order everywhere
//		defer index.Unlock()
//	}
//
// The message tells each step, who takes which lock while holding which. A lock
// that is shared on both sides counts if somebody takes it exclusively: waiting
// for the one, he stops the other. Choose one order, and write it down, so that
// it is kept from then on:
//
//	//lockvet:order store.index store.data
//	package store
//
//	import "sync"
//
//	var index, data sync.Mutex
//
//	func Put() {
//		index.Lock()
//		defer index.Unlock()
//		data.Lock()
//		defer data.Unlock()
//	}
//
//	func Sweep() {
//		index.Lock()
//		defer index.Unlock()
//		data.Lock()
//		defer data.Unlock()
//	}
//
// Silence a ring that cannot close by //lockvet:ignore cycle -- reason.
package inversion
