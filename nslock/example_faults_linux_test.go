package nslock_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lockvet/lockvet/nslock"
)

func ExampleMode() {
	fmt.Println(nslock.Shared, nslock.Exclusive)
	space, done := newSpace()
	defer done()
	var zero nslock.Mode
	_, err := space.NewOwner("imap").LockUser(context.Background(), "alice", zero)
	fmt.Println(errors.Is(err, nslock.ErrMode))
	// Output:
	// shared exclusive
	// true
}

func ExampleHeld() {
	h := nslock.Held{Class: "namespace", Key: "alice", Mode: nslock.Shared, Where: "copy.go:29"}
	fmt.Println(h)
	// Output: namespace lock of "alice", shared (copy.go:29)
}

func ExampleHolder() {
	h := nslock.Holder{PID: 4711, Owner: "copy", Class: "namespace", Key: "alice", File: "q/*U*alice.lock", Mode: nslock.Exclusive}
	fmt.Println(h)
	// Output: q/*U*alice.lock exclusive pid 4711 owner "copy"
}

// A rule that is broken is an error instead of a wait, and names both locks.
func ExampleOrderError() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("copy")
	ns, err := o.LockUser(context.Background(), "bob", nslock.Exclusive)
	check(err)
	defer ns.Release()
	_, err = o.LockUser(context.Background(), "alice", nslock.Exclusive)
	fmt.Println(errors.Is(err, nslock.ErrOrder))
	var broken *nslock.OrderError
	if errors.As(err, &broken) {
		fmt.Println(broken.Category, broken.Wanted.Key, broken.Held.Key)
	}
	// Output:
	// true
	// users-unordered alice bob
}

// Two owners wait for each other, one of them for a lock of the program's own.
// Whoever would close the ring is told.
func ExampleDeadlockError() {
	space, done := newSpace()
	defer done()
	ctx := context.Background()
	cache := space.NewMutex("cache")
	a, b := space.NewOwner("a"), space.NewOwner("b")
	ns, err := a.LockUser(ctx, "alice", nslock.Exclusive)
	check(err)
	check(cache.Lock(ctx, b))

	failed := make(chan error, 2)
	ended := make(chan bool, 2)
	go func() {
		if err := cache.Lock(ctx, a); err != nil {
			failed <- err
		}
		cache.Unlock(a)
		ns.Release()
		ended <- true
	}()
	go func() {
		mine, err := b.LockUser(ctx, "alice", nslock.Exclusive)
		if err != nil {
			failed <- err
		}
		mine.Release()
		cache.Unlock(b)
		ended <- true
	}()
	err = <-failed
	<-ended
	<-ended

	fmt.Println(errors.Is(err, nslock.ErrDeadlock))
	var ring *nslock.DeadlockError
	if errors.As(err, &ring) {
		fmt.Println(len(ring.Ring), "owners")
	}
	// Output:
	// true
	// 2 owners
}

func ExampleWaits() {
	ring := &nslock.DeadlockError{Ring: []nslock.Waits{{
		Owner: "a",
		For:   nslock.Held{Class: "mutex", Key: "cache", Mode: nslock.Exclusive, Where: "a.go:7"},
		By:    nslock.Held{Class: "mutex", Key: "cache", Mode: nslock.Exclusive, Where: "b.go:4"},
	}, {
		Owner: "b",
		For:   nslock.Held{Class: "namespace", Key: "alice", Mode: nslock.Exclusive, Where: "b.go:9"},
		By:    nslock.Held{Class: "namespace", Key: "alice", Mode: nslock.Exclusive, Where: "a.go:3"},
	}}}
	fmt.Println(ring)
	// Output: nslock: deadlock: "a" waits for mutex lock of "cache" (a.go:7), held by "b" (b.go:4), "b" waits for namespace lock of "alice" (b.go:9), held by "a" (a.go:3)
}

// What Owner.Close found is named, and so are the faults that calls without a
// result met.
func ExampleLeakError() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	_, err := o.LockUser(context.Background(), "alice", nslock.Shared)
	check(err)
	var leak *nslock.LeakError
	if errors.As(o.Close(), &leak) {
		fmt.Println(leak.Owner, leak.Leaked[0].Class, leak.Leaked[0].Key, len(leak.Faults))
	}
	// Output: imap namespace alice 0
}

func ExampleEvent() {
	var events []nslock.Event
	space, done := newSpace(nslock.WithObserver(func(e nslock.Event) { events = append(events, e) }))
	defer done()
	o := space.NewOwner("imap")
	ns, err := o.LockUser(context.Background(), "bob", nslock.Shared)
	check(err)
	if _, err := o.LockUser(context.Background(), "alice", nslock.Shared); err == nil {
		panic("not refused")
	}
	ns.Release()
	for _, e := range events {
		fmt.Println(e.Owner, e.Kind, e.Lock.Key, e.Err != nil)
	}
	// Output:
	// imap acquired bob false
	// imap refused alice true
	// imap released bob false
}

func ExampleEventKind() {
	fmt.Println(nslock.Acquired, nslock.Released, nslock.Refused)
	// Output: acquired released refused
}

// A Mutex takes part in the search for rings that a sync.Mutex would hide.
func ExampleMutex() {
	space, done := newSpace()
	defer done()
	ctx := context.Background()
	o := space.NewOwner("imap")
	cache := space.NewMutex("cache")
	check(cache.Lock(ctx, o))
	ns, err := o.LockUser(ctx, "alice", nslock.Shared)
	check(err)
	fmt.Println(len(o.Held()), "locks")
	ns.Release()
	cache.Unlock(o)
	// Output: 2 locks
}

func ExampleMutex_Lock() {
	space, done := newSpace()
	defer done()
	a, b := space.NewOwner("a"), space.NewOwner("b")
	cache := space.NewMutex("cache")
	check(cache.Lock(context.Background(), a))
	defer cache.Unlock(a)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	fmt.Println(cache.Lock(ctx, b))
	// Output: context canceled
}

func ExampleMutex_Unlock() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	cache := space.NewMutex("cache")
	check(cache.Lock(context.Background(), o))
	check(cache.Lock(context.Background(), o)) // entered again
	cache.Unlock(o)
	fmt.Println(len(o.Held()))
	cache.Unlock(o)
	fmt.Println(len(o.Held()))
	// Output:
	// 1
	// 0
}

// The errors are told apart with errors.Is.
func Example_errors() {
	space, done := newSpace()
	defer done()
	o := space.NewOwner("imap")
	for _, name := range []string{"alice", "../etc", "a b"} {
		ns, err := o.LockUser(context.Background(), name, nslock.Shared)
		switch {
		case err == nil:
			fmt.Println(name, "locked")
		case errors.Is(err, nslock.ErrName):
			fmt.Println(name, "cannot name a lock file")
		case slices.ContainsFunc([]error{nslock.ErrReplaced, nslock.ErrMisuse, nslock.ErrUnsupported}, func(e error) bool { return errors.Is(err, e) }):
			fmt.Println("not while this example runs:", err)
		}
		ns.Release()
	}
	check(o.Close())
	// Output:
	// alice locked
	// ../etc cannot name a lock file
	// a b locked
}
