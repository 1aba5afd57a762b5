package nslock_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lockvet/lockvet/nslock"
)

// newSpace opens the Space of a new directory for an example.
func newSpace(opts ...nslock.Option) (space *nslock.Space, done func()) {
	dir, err := os.MkdirTemp("", "locks")
	check(err)
	space, err = nslock.Open(dir, opts...)
	check(err)
	return space, func() {
		check(space.Close())
		check(os.RemoveAll(dir))
	}
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}

var inbox = nslock.MailboxRef{User: "alice", UniqueID: "0qx9c2wq5q0e"}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "lock")
	check(err)
	defer os.RemoveAll(dir)
	space, err := nslock.Open(dir) // Cyrus's mboxname_lockpath
	check(err)
	fmt.Println(space.Dir() == dir)
	check(space.Close())
	// Output: true
}

func ExampleOpenCyrus() {
	dir, err := os.MkdirTemp("", "cyrus")
	check(err)
	defer os.RemoveAll(dir)
	check(os.Mkdir(filepath.Join(dir, "lock"), 0o700))
	conf := filepath.Join(dir, "imapd.conf")
	check(os.WriteFile(conf, []byte("configdirectory: "+dir+"\nhashimapspool: yes\n"), 0o600))

	space, err := nslock.OpenCyrus(conf)
	check(err)
	defer space.Close()
	fmt.Println(filepath.Base(space.Dir()))
	// Output: lock
}

// A Space serves any number of owners, each of which is one thread of work.
func ExampleSpace() {
	space, done := newSpace()
	defer done()
	reader, writer := space.NewOwner("reader"), space.NewOwner("writer")
	defer reader.Close()
	defer writer.Close()

	ns, err := reader.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	_, err = writer.TryLockUser("alice", nslock.Exclusive)
	fmt.Println(err)
	ns.Release()
	_, err = writer.TryLockUser("alice", nslock.Exclusive)
	fmt.Println(err)
	fmt.Println(errors.Is(writer.Close(), nslock.ErrLeak))
	// Output:
	// nslock: lock is busy
	// <nil>
	// true
}

func ExampleSpace_Close() {
	space, done := newSpace()
	defer done()
	check(space.Close())
	_, err := space.NewOwner("late").LockUser(context.Background(), "alice", nslock.Shared)
	fmt.Println(errors.Is(err, nslock.ErrClosed))
	// Output: true
}

func ExampleSpace_Dir() {
	space, done := newSpace()
	defer done()
	fmt.Println(filepath.IsAbs(space.Dir()))
	// Output: true
}

func ExampleSpace_NewOwner() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("delivery 4711")
	_, err := o.LockUser(context.Background(), "alice", nslock.Exclusive)
	check(err)
	var leak *nslock.LeakError
	if errors.As(o.Close(), &leak) {
		fmt.Println(leak.Owner, "left", leak.Leaked[0].Key)
	}
	// Output: delivery 4711 left alice
}

func ExampleSpace_NewMutex() {
	space, done := newSpace()
	defer done()
	a, b := space.NewOwner("a"), space.NewOwner("b")
	check(space.NewMutex("cache").Lock(context.Background(), a))
	soon, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(space.NewMutex("cache").Lock(soon, b)) // the name is the lock
	fmt.Println(errors.Is(a.Close(), nslock.ErrLeak))
	// Output:
	// context deadline exceeded
	// true
}

func ExampleSpace_Holders() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("jmap")
	defer o.Close()
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	defer ns.Release()

	holders, err := space.Holders("alice")
	check(err)
	for _, h := range holders {
		fmt.Println(h.Owner, h.Mode, h.PID == os.Getpid())
	}
	// Output: jmap shared true
}

func ExampleSpace_AllHolders() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("copy")
	defer o.Close()
	ns, err := o.LockUsers(context.Background(), nslock.Exclusive, "bob", "alice")
	check(err)
	defer ns.Release()

	holders, err := space.AllHolders()
	check(err)
	for _, h := range holders {
		fmt.Println(h.Class, h.Key, h.File)
	}
	// Output:
	// namespace alice q/*U*alice.lock
	// namespace bob q/*U*bob.lock
}

// An Owner has what one request has locked, and gives up at its end what is
// left.
func ExampleOwner() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUser(context.Background(), "alice", nslock.Exclusive)
	check(err)
	mb, err := o.OpenMailbox(context.Background(), inbox, nslock.Exclusive)
	check(err)
	for _, h := range o.Held() {
		fmt.Println(h.Class, h.Mode)
	}
	mb.Close()
	ns.Release()
	fmt.Println(o.Close())
	// Output:
	// namespace exclusive
	// mailbox exclusive
	// index exclusive
	// <nil>
}

func ExampleOwner_Close() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	_, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	err = o.Close() // names the lock and the line that took it
	fmt.Println(errors.Is(err, nslock.ErrLeak))
	_, err = o.LockUser(context.Background(), "alice", nslock.Shared)
	fmt.Println(errors.Is(err, nslock.ErrClosed))
	// Output:
	// true
	// true
}

func ExampleOwner_Held() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUsers(context.Background(), nslock.Shared, "bob", "alice")
	check(err)
	for _, h := range o.Held() {
		fmt.Println(h.Class, h.Key, h.Mode)
	}
	ns.Release()
	fmt.Println(len(o.Held()))
	// Output:
	// namespace alice shared
	// namespace bob shared
	// 0
}

func ExampleOwner_LockUser() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	defer o.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ns, err := o.LockUser(ctx, "alice", nslock.Exclusive)
	check(err)
	defer ns.Release()
	fmt.Println(ns.Users())
	// Output: [alice]
}

func ExampleOwner_TryLockUser() {
	space, done := newSpace()
	defer done()
	backup, imap := space.NewOwner("backup"), space.NewOwner("imap")
	defer backup.Close()
	ns, err := imap.LockUser(context.Background(), "alice", nslock.Exclusive)
	check(err)
	defer ns.Release()

	_, err = backup.TryLockUser("alice", nslock.Shared)
	fmt.Println(errors.Is(err, nslock.ErrBusy))
	// Output: true
}

func ExampleOwner_LockUsers() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("copy")
	defer o.Close()
	ns, err := o.LockUsers(context.Background(), nslock.Exclusive, "bob", "alice", "bob", "")
	check(err)
	defer ns.Release()
	fmt.Println(ns.Users())
	// Output: [alice bob]
}

// The names sort bob's mailbox first; the locks are taken in the order of the
// users.
func ExampleOwner_LockMailboxUsers() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("rename")
	defer o.Close()
	ns, err := o.LockMailboxUsers(context.Background(), nslock.Exclusive,
		"example.com!user.bob", "user.alice.Sent", "shared.news")
	check(err)
	defer ns.Release()
	fmt.Println(ns.Users())
	// Output: [! alice bob@example.com]
}

func ExampleOwner_OpenMailbox() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	defer o.Close()
	_, err := o.OpenMailbox(context.Background(), inbox, nslock.Shared)
	var broken *nslock.OrderError
	if errors.As(err, &broken) {
		fmt.Println(broken.Category)
	}

	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	defer ns.Release()
	mb, err := o.OpenMailbox(context.Background(), inbox, nslock.Shared)
	check(err)
	defer mb.Close()
	_, err = o.LockUser(context.Background(), "bob", nslock.Shared)
	if errors.As(err, &broken) {
		fmt.Println(broken.Category)
	}
	// Output:
	// not-held
	// ns-under-mailbox
}

func ExampleOwner_TryRepack() {
	space, done := newSpace()
	defer done()
	reader, cleaner := space.NewOwner("reader"), space.NewOwner("cleaner")
	ns, err := reader.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	mb, err := reader.OpenMailbox(context.Background(), inbox, nslock.Shared)
	check(err)
	mb.Park() // and stream to a slow client
	ns.Release()

	ns, err = cleaner.LockUser(context.Background(), "alice", nslock.Exclusive)
	check(err)
	_, err = cleaner.TryRepack(inbox)
	fmt.Println(errors.Is(err, nslock.ErrBusy))
	mb.Close()
	repack, err := cleaner.TryRepack(inbox)
	fmt.Println(err)
	repack.Close()
	ns.Release()
	// Output:
	// true
	// <nil>
}

func ExampleOwner_LockMboxname() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("mupdate")
	defer o.Close()
	name, err := o.LockMboxname(context.Background(), inbox.UniqueID, nslock.Shared)
	check(err)
	_, err = o.LockUser(context.Background(), "alice", nslock.Shared)
	var broken *nslock.OrderError
	if errors.As(err, &broken) {
		fmt.Println(broken.Category)
	}
	name.Release()
	// Output: ns-under-mboxname
}

// A Namespace is released once, whoever else still calls Release.
func ExampleNamespace() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUser(context.Background(), nslock.SharedNamespace, nslock.Shared)
	check(err)
	defer ns.Release()
	ns.Release()
	fmt.Println(ns.Users(), len(o.Held()))
	// Output: [!] 0
}

func ExampleNamespace_Release() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	mb, err := o.OpenMailbox(context.Background(), inbox, nslock.Shared)
	check(err)
	ns.Release() // too early: the mailbox still holds its index lock
	mb.Close()
	var broken *nslock.OrderError
	if errors.As(o.Close(), &broken) {
		fmt.Println(broken.Category)
	}
	// Output: released-early
}

func ExampleNamespace_Users() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUsers(context.Background(), nslock.Shared, "carol", "bob")
	check(err)
	ns.Release()
	fmt.Println(ns.Users())
	// Output: [bob carol]
}

// Without an IndexPath the index lock excludes owners of this package alone.
func ExampleMailboxRef() {
	ref := nslock.MailboxRef{
		User:      "alice",
		UniqueID:  "0qx9c2wq5q0e",
		IndexPath: "/var/spool/cyrus/mail/a/user/alice/cyrus.index",
	}
	fmt.Println(ref.User)
	// Output: alice
}

// A slow reader parks while it streams, and takes the index lock again when it
// has to look.
func ExampleMailbox() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	defer o.Close()
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	mb, err := o.OpenMailbox(context.Background(), inbox, nslock.Shared)
	check(err)
	defer mb.Close()
	mb.Park()
	ns.Release()
	fmt.Println("streaming, the mailbox is open")
	// Output: streaming, the mailbox is open
}

func ExampleMailbox_Close() {
	var mb *nslock.Mailbox // an OpenMailbox that failed returns nil
	mb.Close()
	fmt.Println("closed")
	// Output: closed
}

func ExampleMailbox_Park() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	defer o.Close()
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	defer ns.Release()
	mb, err := o.OpenMailbox(context.Background(), inbox, nslock.Shared)
	check(err)
	defer mb.Close()
	classes := func() (list []string) {
		for _, h := range o.Held() {
			list = append(list, h.Class)
		}
		return list
	}
	fmt.Println(slices.Contains(classes(), "index"))
	mb.Park()
	fmt.Println(slices.Contains(classes(), "index"))
	// Output:
	// true
	// false
}

func ExampleMailbox_LockIndex() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	defer o.Close()
	ns, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	defer ns.Release()
	mb, err := o.OpenMailbox(context.Background(), inbox, nslock.Shared)
	check(err)
	defer mb.Close()
	mb.Park()
	fmt.Println(mb.LockIndex(context.Background(), nslock.Shared))
	// Output: <nil>
}

func ExampleMboxname() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("mupdate")
	defer o.Close()
	name, err := o.LockMboxname(context.Background(), inbox.UniqueID, nslock.Exclusive)
	check(err)
	defer name.Release()
	fmt.Println(o.Held()[0].Class)
	// Output: mboxname
}

func ExampleMboxname_Release() {
	var name *nslock.Mboxname // a LockMboxname that failed returns nil
	name.Release()
	fmt.Println("released")
	// Output: released
}
