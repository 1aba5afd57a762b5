package nslock_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lockvet/lockvet/nslock"
)

// files prints the lock files that LockUser and LockMailboxUsers use in a Space
// with options.
func files(users []string, opts ...nslock.Option) {
	space, done := newSpace(opts...)
	defer done()
	o := space.NewOwner("example")
	ns, err := o.LockUsers(context.Background(), nslock.Shared, users...)
	check(err)
	defer ns.Release()
	holders, err := space.AllHolders()
	check(err)
	for _, h := range holders {
		fmt.Println(h.File)
	}
}

// owners prints whose locks the mailboxes are under in a Space with options.
func owners(mailbox string, opts ...nslock.Option) {
	space, done := newSpace(opts...)
	defer done()
	o := space.NewOwner("example")
	ns, err := o.LockMailboxUsers(context.Background(), nslock.Shared, mailbox)
	check(err)
	defer ns.Release()
	fmt.Println(ns.Users())
}

// Options are given to Open or OpenCyrus.
func ExampleOption() {
	dir, err := os.MkdirTemp("", "locks")
	check(err)
	defer os.RemoveAll(dir)
	opts := []nslock.Option{nslock.FullDirHash(true), nslock.DefaultDomain("example.com")}
	space, err := nslock.Open(dir, opts...)
	check(err)
	fmt.Println(space.Close())
	// Output: <nil>
}

func ExampleCreateDir() {
	dir, err := os.MkdirTemp("", "locks")
	check(err)
	defer os.RemoveAll(dir)
	dir = filepath.Join(dir, "new")
	_, err = nslock.Open(dir)
	fmt.Println(errors.Is(err, os.ErrNotExist))
	space, err := nslock.Open(dir, nslock.CreateDir())
	check(err)
	fmt.Println(space.Close())
	// Output:
	// true
	// <nil>
}

func ExampleDefaultDomain() {
	owners("example.com!user.bob")
	owners("example.com!user.bob", nslock.DefaultDomain("example.com"))
	// Output:
	// [bob@example.com]
	// [bob]
}

func ExampleDeletedPrefix() {
	owners("DELETED.user.alice.old.5F3C9A01")
	owners("TRASH.user.alice.old.5F3C9A01", nslock.DeletedPrefix("TRASH"))
	// Output:
	// [alice]
	// [alice]
}

func ExampleFullDirHash() {
	files([]string{"alice"})
	files([]string{"alice"}, nslock.FullDirHash(true))
	// Output:
	// q/*U*alice.lock
	// U/*U*alice.lock
}

func ExampleHashIMAPSpool() {
	files([]string{"alice"})
	files([]string{"alice"}, nslock.HashIMAPSpool(false))
	// Output:
	// q/*U*alice.lock
	// *U*alice.lock
}

func ExampleLayout() {
	for _, layout := range []nslock.Layout{nslock.Cyrus36, nslock.Cyrus312} {
		files([]string{"bob@example.com"}, nslock.WithLayout(layout))
	}
	// Output:
	// q/*U*bob@example^com.lock
	// domain/q/*U*example.com/b/user/bob.lock
}

func ExampleWithLayout() {
	files([]string{"alice"}, nslock.WithLayout(nslock.Cyrus312))
	// Output: a/*U*user/alice.lock
}

// Under the planned way a parked reader keeps its index lock, shared, and the
// class mboxname is no more.
func ExampleKeepIndexLock() {
	space, done := newSpace(nslock.KeepIndexLock())
	defer done()
	o := space.NewOwner("imap")
	defer o.Close()
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	mb, err := o.OpenMailbox(context.Background(), inbox, nslock.Shared)
	check(err)
	mb.Park()
	for _, h := range o.Held() {
		fmt.Println(h.Class, h.Mode)
	}
	mb.Close()
	ns.Release()
	_, err = o.LockMboxname(context.Background(), inbox.UniqueID, nslock.Shared)
	var broken *nslock.OrderError
	if errors.As(err, &broken) {
		fmt.Println(broken.Category)
	}
	// Output:
	// namespace shared
	// mailbox shared
	// index shared
	// retired
}

func ExampleMaxIdleFiles() {
	files([]string{"alice", "bob"}, nslock.MaxIdleFiles(0)) // each release closes the file
	// Output:
	// q/*U*alice.lock
	// q/*U*bob.lock
}

func ExampleStrict() {
	space, done := newSpace(nslock.Strict())
	defer done()
	o := space.NewOwner("copy")
	ns, err := o.LockUser(context.Background(), "bob", nslock.Exclusive)
	check(err)
	defer ns.Release()
	defer func() {
		var broken *nslock.OrderError
		if err, ok := recover().(error); ok && errors.As(err, &broken) {
			fmt.Println("panic:", broken.Category)
		}
	}()
	_, _ = o.LockUser(context.Background(), "alice", nslock.Exclusive)
	// Output: panic: users-unordered
}

// A program that is new to the rules runs on, and its observer hears of what
// would be refused.
func ExampleReportOnly() {
	space, done := newSpace(nslock.ReportOnly(), nslock.WithObserver(func(e nslock.Event) {
		var broken *nslock.OrderError
		if errors.As(e.Err, &broken) {
			fmt.Println("broken:", broken.Category)
		}
	}))
	defer done()
	o := space.NewOwner("copy")
	bob, err := o.LockUser(context.Background(), "bob", nslock.Exclusive)
	check(err)
	defer bob.Release()
	alice, err := o.LockUser(context.Background(), "alice", nslock.Exclusive)
	check(err)
	defer alice.Release()
	fmt.Println("has", alice.Users())
	// Output:
	// broken: users-unordered
	// has [alice]
}

// Other processes see the pid, and no owner.
func ExampleUnannounced() {
	space, done := newSpace(nslock.Unannounced())
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	fmt.Println(ns.Users())
	ns.Release()
	// Output: [alice]
}

func ExampleWithObserver() {
	space, done := newSpace(nslock.WithObserver(func(e nslock.Event) {
		if e.Kind == nslock.Acquired {
			fmt.Println(e.Owner, "has", e.Lock.Class, e.Lock.Key)
		}
	}))
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	ns.Release()
	// Output: imap has namespace alice
}
