package nslock

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadersCannotStarveAWriter(t *testing.T) {
	s := openTest(t)
	r1 := lockUser(t, s.NewOwner("r1"), "alice", Shared)
	w := s.NewOwner("w")
	var wrote atomic.Bool
	wEnds := blocks(t, "writer", func() {
		n, err := w.LockUser(bg, "alice", Exclusive)
		if err == nil {
			wrote.Store(true)
			n.Release()
		}
	})
	r2 := s.NewOwner("r2")
	_, err := r2.TryLockUser("alice", Shared)
	require.ErrorIs(t, err, ErrBusy)
	rEnds := blocks(t, "second reader", func() {
		n, err := r2.LockUser(bg, "alice", Shared)
		if err == nil {
			if !wrote.Load() {
				err = errors.New("the reader passed the writer")
			}
			n.Release()
		}
		if err != nil {
			t.Error(err)
		}
	})
	r1.Release()
	wEnds()
	rEnds()
}

func TestWaitersAreServedInOrder(t *testing.T) {
	s := openTest(t)
	first := lockUser(t, s.NewOwner("first"), "alice", Exclusive)
	var mu sync.Mutex
	var order []int
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Add(1)
		o := s.NewOwner("w")
		go func() {
			defer wg.Done()
			n, err := o.LockUser(bg, "alice", Exclusive)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, i)
			mu.Unlock()
			n.Release()
		}()
		require.Eventually(t, func() bool { return queued(s, kindUser, "alice") == i+1 }, patience, time.Millisecond)
	}
	first.Release()
	wg.Wait()
	for i, got := range order {
		require.Equal(t, i, got)
	}
}

// queued returns how many wait for a file.
func queued(s *Space, kind entryKind, name string) (n int) {
	sh := s.shard(kind, name)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if e := sh.files[kind][name]; e != nil {
		for w := e.queue.first(); w != nil; w = w.next {
			n++
		}
	}
	return n
}

func TestCancelLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s1, err := Open(dir)
	require.NoError(t, err)
	s2, err := Open(dir)
	require.NoError(t, err)
	held := lockUser(t, s1.NewOwner("holder"), "bob", Exclusive)
	for _, s := range []*Space{s1, s2} { // in this process, and as if in another
		o := s.NewOwner("o")
		ctx, cancel := context.WithCancel(bg)
		var got error
		ends := blocks(t, "o", func() { _, got = o.LockUsers(ctx, Exclusive, "alice", "bob") })
		cancel()
		ends()
		require.ErrorIs(t, got, context.Canceled)
		require.Empty(t, o.Held())
		n, err := s1.NewOwner("p").TryLockUser("alice", Exclusive)
		require.NoError(t, err, "the first of the pair is free again")
		n.Release()
		_, err = o.LockUser(ctx, "carol", Shared)
		require.ErrorIs(t, err, context.Canceled)
		ctx2, cancel2 := context.WithTimeout(bg, 5*time.Millisecond)
		_, err = o.LockUser(ctx2, "bob", Shared)
		cancel2()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, o.Close())
	}
	held.Release()
	lockUser(t, s2.NewOwner("q"), "bob", Exclusive).Release()
	require.NoError(t, s1.Close())
	require.NoError(t, s2.Close())
}

// A writer that gives up must let the readers behind it in.
func TestCancelledWriterLetsReadersIn(t *testing.T) {
	s := openTest(t)
	r := lockUser(t, s.NewOwner("r"), "alice", Shared)
	ctx, cancel := context.WithCancel(bg)
	w := blocks(t, "writer", func() { _, _ = s.NewOwner("w").LockUser(ctx, "alice", Exclusive) })
	r2 := blocks(t, "reader", func() {
		n, err := s.NewOwner("r2").LockUser(bg, "alice", Shared)
		if err == nil {
			n.Release()
		}
	})
	cancel()
	w()
	r2()
	r.Release()
}

func TestDeadlockThroughMboxnames(t *testing.T) {
	s := openTest(t)
	a, b := s.NewOwner("a"), s.NewOwner("b")
	_, err := a.LockMboxname(bg, "x", Exclusive)
	require.NoError(t, err)
	_, err = b.LockMboxname(bg, "y", Exclusive)
	require.NoError(t, err)
	ends := blocks(t, "a", func() { _, _ = a.LockMboxname(bg, "y", Exclusive) })
	_, err = b.LockMboxname(bg, "x", Exclusive)
	require.ErrorIs(t, err, ErrDeadlock)
	var ring *DeadlockError
	require.ErrorAs(t, err, &ring)
	require.Len(t, ring.Ring, 2)
	require.Regexp(t, `^nslock: deadlock: "b" waits for mboxname lock of "x" \([a-z_]+_test.go:\d+\), held by "a" \([a-z_]+_test.go:\d+\), `+
		`"a" waits for mboxname lock of "y" \([a-z_]+_test.go:\d+\), held by "b" \([a-z_]+_test.go:\d+\)$`, err.Error())
	require.ErrorIs(t, b.Close(), ErrLeak)
	ends()
	require.ErrorIs(t, a.Close(), ErrLeak)
}

func TestDeadlockThroughAMutexOfTheProgram(t *testing.T) {
	s := openTest(t)
	m := s.NewMutex("cache")
	a, b, c := s.NewOwner("a"), s.NewOwner("b"), s.NewOwner("c")
	na := lockUser(t, a, "alice", Shared)
	nc := lockUser(t, c, "alice", Shared)
	require.NoError(t, m.Lock(bg, b))
	require.NoError(t, m.Lock(bg, b))
	m.Unlock(b)
	ends := blocks(t, "a", func() {
		if m.Lock(bg, a) == nil {
			m.Unlock(a)
		}
	})
	_, err := b.LockUser(bg, "alice", Exclusive)
	require.ErrorIs(t, err, ErrDeadlock)
	m.Unlock(b)
	m.Unlock(b)
	ends()
	na.Release()
	nc.Release()
	lockUser(t, b, "alice", Exclusive).Release()
}

func TestOwnerCloseNamesLeaks(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("req 7")
	ns := lockUser(t, o, "alice", Exclusive)
	mb, err := o.OpenMailbox(bg, MailboxRef{User: "alice", UniqueID: "uid1"}, Shared)
	require.NoError(t, err)
	err = o.Close()
	require.ErrorIs(t, err, ErrLeak)
	require.Regexp(t, `^nslock: owner "req 7" closed: namespace lock of "alice", exclusive \([a-z_]+_test.go:\d+\) was not released; `+
		`mailbox lock of "uid1", shared \([a-z_]+_test.go:\d+\) was not released; index lock of "uid1", shared \([a-z_]+_test.go:\d+\) was not released$`, err.Error())
	var leak *LeakError
	require.ErrorAs(t, err, &leak)
	require.Len(t, leak.Leaked, 3)
	mb.Close()
	ns.Release()
	require.NoError(t, o.Close())
	_, err = o.LockUser(bg, "alice", Shared)
	require.ErrorIs(t, err, ErrClosed)
	lockUser(t, s.NewOwner("p"), "alice", Exclusive).Release()
}

func TestMisuseIsReportedAndHarmless(t *testing.T) {
	s := openTest(t)
	holder := lockUser(t, s.NewOwner("holder"), "bob", Exclusive)
	o := s.NewOwner("o")
	alice := lockUser(t, o, "alice", Exclusive)
	var bob *Namespace
	ends := blocks(t, "o", func() { bob, _ = o.LockUser(bg, "bob", Exclusive) })
	_, err := o.LockUser(bg, "carol", Shared)
	require.ErrorIs(t, err, ErrMisuse)
	require.Nil(t, o.Held())
	require.ErrorIs(t, o.Close(), ErrMisuse)
	alice.Release() // takes effect when the other call is over
	_, err = s.NewOwner("p").TryLockUser("alice", Shared)
	require.ErrorIs(t, err, ErrBusy)
	holder.Release()
	ends()
	n, err := s.NewOwner("p").TryLockUser("alice", Shared)
	require.NoError(t, err)
	n.Release()
	require.Len(t, o.Held(), 1)
	bob.Release()
	err = o.Close()
	require.ErrorIs(t, err, ErrMisuse)
	require.NotErrorIs(t, err, ErrLeak)
}

// Goroutines that share an owner, which they must not, neither corrupt it nor break exclusion.
func TestMisuseHammer(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 300 {
				n, err := o.LockUser(bg, "alice", Exclusive)
				if err == nil {
					n.Release()
				} else if !errors.Is(err, ErrMisuse) {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	require.Empty(t, o.Held())
	lockUser(t, s.NewOwner("p"), "alice", Exclusive).Release()
}

func TestStrictPanics(t *testing.T) {
	s := openTest(t, Strict())
	o := s.NewOwner("o")
	n, err := o.LockMboxname(bg, "uid1", Shared)
	require.NoError(t, err)
	require.Panics(t, func() { _, _ = o.LockUser(bg, "bob", Shared) })
	n.Release()
	require.NotPanics(t, func() { lockUser(t, o, "bob", Shared).Release() }, "the owner is usable after a panic")
}

// TestReportOnly breaks each rule: the observer is told, the caller is not.
func TestReportOnly(t *testing.T) {
	var got []string
	s := openTest(t, ReportOnly(), WithObserver(func(e Event) {
		var broken *OrderError
		if errors.As(e.Err, &broken) {
			got = append(got, broken.Category+" "+e.Lock.Key)
		}
	}))
	o := s.NewOwner("o")
	open := func(user, id string, mode Mode) *Mailbox {
		m, err := o.OpenMailbox(bg, MailboxRef{User: user, UniqueID: id}, mode)
		require.NoError(t, err)
		return m
	}
	b := lockUser(t, o, "b", Shared)
	_ = lockUser(t, o, "a", Shared)
	again, err := o.LockUsers(bg, Exclusive, "b")
	require.NoError(t, err)
	lockUser(t, o, "b", Exclusive).Release()
	again.Release()
	m := open("c", "m1", Shared)
	open("b", "m2", Exclusive).Close()
	require.NoError(t, m.LockIndex(bg, Exclusive))
	_ = lockUser(t, o, "d", Shared)
	n, err := o.LockMboxname(bg, "m3", Shared)
	require.NoError(t, err)
	again2, err := o.LockMboxname(bg, "m3", Exclusive)
	require.NoError(t, err)
	again2.Release()
	n.Release()
	m2 := open("b", "m2", Shared)
	b.Release()
	m2.Close()
	require.Equal(t, []string{
		"users-unordered a",
		"mode-change b", "mode-change b",
		"not-held m1", "shared-not-exclusive m2", "not-held m1", "mode-change m1",
		"ns-under-mailbox d",
		"mode-change m3",
		"released-early b",
	}, got)
	var keys []string
	for _, h := range o.Held() {
		keys = append(keys, h.Class+" "+h.Key)
	}
	require.Equal(t, []string{"namespace a", "mailbox m1", "index m1", "namespace d"}, keys)
	require.ErrorIs(t, o.Close(), ErrLeak)
}

func TestObserver(t *testing.T) {
	var mu sync.Mutex
	var got []string
	s := openTest(t, WithObserver(func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		text := e.Kind.String() + " " + e.Lock.Class + " " + e.Lock.Key + " " + e.Lock.Mode.String() + " by " + e.Owner
		if e.Wait > 20*time.Millisecond {
			text += " waited"
		}
		if e.Age > 20*time.Millisecond {
			text += " old"
		}
		if errors.Is(e.Err, ErrBusy) {
			text += " busy"
		}
		got = append(got, text)
	}))
	a, b := s.NewOwner("a"), s.NewOwner("b")
	n := lockUser(t, a, "alice", Exclusive)
	lockUser(t, a, "alice", Exclusive).Release()
	_, _ = b.TryLockUser("alice", Shared)
	ends := blocks(t, "b", func() { lockUser(t, b, "alice", Shared) })
	n.Release()
	ends()
	require.ErrorIs(t, b.Close(), ErrLeak)
	want := []string{
		"acquired namespace alice exclusive by a",
		"refused namespace alice shared by b busy",
		"released namespace alice exclusive by a old",
		"acquired namespace alice shared by b waited",
		"released namespace alice shared by b",
	}
	if len(got) == 5 && got[2] == want[3] { // the two owners report on their own goroutines
		got[2], got[3] = got[3], got[2]
	}
	require.Equal(t, want, got)
}

func TestSpaceClose(t *testing.T) {
	s, err := Open(t.TempDir())
	require.NoError(t, err)
	o := s.NewOwner("o")
	n := lockUser(t, o, "alice", Exclusive)
	var got error
	ends := blocks(t, "waiter", func() { _, got = s.NewOwner("w").LockUser(bg, "alice", Shared) })
	err = s.Close()
	require.ErrorIs(t, err, ErrLeak)
	require.ErrorContains(t, err, `"o" holds namespace lock of "alice", exclusive`)
	ends()
	require.ErrorIs(t, got, ErrClosed)
	_, err = o.LockUser(bg, "bob", Shared)
	require.ErrorIs(t, err, ErrClosed)
	n.Release()
	require.NoError(t, s.Close())
}

func TestTenThousandWaitersTakeNoThreads(t *testing.T) {
	s := openTest(t)
	n := lockUser(t, s.NewOwner("holder"), "alice", Exclusive)
	before := threads(t)
	const owners = 10000
	var wg sync.WaitGroup
	wg.Add(owners)
	for range owners {
		go func() {
			defer wg.Done()
			o := s.NewOwner("w")
			x, err := o.LockUser(bg, "alice", Exclusive)
			if err != nil {
				t.Error(err)
				return
			}
			x.Release()
		}()
	}
	require.Eventually(t, func() bool { return queued(s, kindUser, "alice") == owners }, 2*patience, 5*time.Millisecond)
	require.Less(t, threads(t)-before, 50)
	n.Release()
	wg.Wait()
}

func TestReentryAllocatesNothing(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	defer lockUser(t, o, "alice", Exclusive).Release()
	require.Zero(t, testing.AllocsPerRun(10000, func() {
		n, err := o.LockUser(bg, "alice", Exclusive)
		if err != nil {
			panic(err)
		}
		n.Release()
	}))
}

func TestBadArguments(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	for _, user := range []string{"", "a/b", "../x", "a\x00b", "a!b", " a", "a\nb", string(make([]byte, 1000))} {
		_, err := o.LockUser(bg, user, Shared)
		require.ErrorIs(t, err, ErrName, "%q", user)
	}
	for _, mode := range []Mode{0, 3} {
		_, err := o.LockUser(bg, "alice", mode)
		require.ErrorIs(t, err, ErrMode)
		_, err = o.LockMboxname(bg, "x", mode)
		require.ErrorIs(t, err, ErrMode)
		_, err = o.OpenMailbox(bg, MailboxRef{User: "alice", UniqueID: "x"}, mode)
		require.ErrorIs(t, err, ErrMode)
	}
	for _, id := range []string{"", "*U*alice", "$GLOBAL", "a..b", "../x", "..!x", "x/y"} {
		_, err := o.LockMboxname(bg, id, Shared)
		require.ErrorIs(t, err, ErrName, "%q", id)
	}
	_, err := o.LockMailboxUsers(bg, Shared, "user.")
	require.ErrorIs(t, err, ErrName)
	require.Empty(t, o.Held())
}

// Owners of one process who hand an exclusive lock to each other without a pause let another
// process in all the same.
func TestOtherProcessesGetTheirTurn(t *testing.T) {
	s := openTest(t)
	other, err := Open(s.Dir())
	require.NoError(t, err)
	defer other.Close()
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			o := s.NewOwner("busy")
			for !stop.Load() {
				n, err := o.LockUser(bg, "alice", Exclusive)
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Millisecond)
				n.Release()
			}
		})
	}
	ctx, cancel := context.WithTimeout(bg, patience)
	defer cancel()
	o := other.NewOwner("other")
	for range 3 {
		n, err := o.LockUser(ctx, "alice", Exclusive)
		if err != nil {
			t.Error(err)
			break
		}
		n.Release()
	}
	stop.Store(true)
	wg.Wait()
}
