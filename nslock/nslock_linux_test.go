package nslock

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var bg = context.Background()

// patience is how long a test lets something that must happen take, on a slow machine.
const patience = 20 * time.Second

// blocks runs f and checks that it waits. The function it returns checks that f has ended by now.
func blocks(t *testing.T, what string, f func()) (ends func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		t.Fatalf("%s did not wait", what)
	case <-time.After(30 * time.Millisecond):
	}
	return func() {
		t.Helper()
		select {
		case <-done:
		case <-time.After(patience):
			buf := make([]byte, 1<<20)
			t.Fatalf("%s still waits\n%s", what, buf[:runtime.Stack(buf, true)])
		}
	}
}

func lockUser(t *testing.T, o *Owner, user string, mode Mode) *Namespace {
	t.Helper()
	ns, err := o.LockUser(bg, user, mode)
	require.NoError(t, err)
	return ns
}

func broken(t *testing.T, err error, category, text string) {
	t.Helper()
	var oe *OrderError
	require.ErrorAs(t, err, &oe)
	require.ErrorIs(t, err, ErrOrder)
	require.Equal(t, category, oe.Category)
	require.Equal(t, text, err.Error())
	require.NotEmpty(t, oe.Wanted.Where)
}

func TestExclusiveExcludesBetweenOwners(t *testing.T) {
	s := openTest(t)
	a, b := s.NewOwner("a"), s.NewOwner("b")
	ns := lockUser(t, a, "alice", Exclusive)
	_, err := b.TryLockUser("alice", Shared)
	require.ErrorIs(t, err, ErrBusy)
	ends := blocks(t, "b", func() {
		n, err := b.LockUser(bg, "alice", Shared)
		if err == nil {
			n.Release()
		}
	})
	other := lockUser(t, s.NewOwner("c"), "bob", Exclusive)
	other.Release()
	ns.Release()
	ends()
	n, err := b.TryLockUser("alice", Exclusive)
	require.NoError(t, err)
	n.Release()
	n.Release()
}

// Two Spaces of one directory know nothing of each other, as two processes do.
func TestExclusionBetweenSpaces(t *testing.T) {
	dir := t.TempDir()
	s1, err := Open(dir)
	require.NoError(t, err)
	s2, err := Open(dir)
	require.NoError(t, err)
	a, b, c := s1.NewOwner("a"), s2.NewOwner("b"), s2.NewOwner("c")
	r1 := lockUser(t, a, "alice", Shared)
	r2 := lockUser(t, b, "alice", Shared)
	_, err = c.TryLockUser("alice", Exclusive)
	require.ErrorIs(t, err, ErrBusy)
	r2.Release()
	_, err = c.TryLockUser("alice", Exclusive)
	require.ErrorIs(t, err, ErrBusy)
	ends := blocks(t, "c", func() {
		n, err := c.LockUser(bg, "alice", Exclusive)
		if err == nil {
			n.Release()
		}
	})
	r1.Release()
	ends()
	require.NoError(t, s1.Close())
	require.NoError(t, s2.Close())
}

func TestReentryIsCounted(t *testing.T) {
	s := openTest(t)
	o, p := s.NewOwner("o"), s.NewOwner("p")
	n1 := lockUser(t, o, "alice", Exclusive)
	n2 := lockUser(t, o, "alice", Exclusive)
	n3, err := o.LockUsers(bg, Exclusive, "bob", "alice", "", "bob")
	require.NoError(t, err)
	require.Equal(t, []string{"alice", "bob"}, n3.Users())
	n1.Release()
	n1.Release()
	n2.Release()
	_, err = p.TryLockUser("alice", Shared)
	require.ErrorIs(t, err, ErrBusy)
	n3.Release()
	n, err := p.TryLockUser("alice", Shared)
	require.NoError(t, err)
	n.Release()
	require.Empty(t, o.Held())
	require.Equal(t, []string{"alice", "bob"}, n3.Users())
}

// A guard that was released twice must not release the lock that another guard holds.
func TestReleaseIsIdempotentForEachGuard(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	outer := lockUser(t, o, "alice", Exclusive)
	for range 50 {
		stale := lockUser(t, o, "alice", Exclusive)
		stale.Release()
		fresh := lockUser(t, o, "alice", Exclusive)
		for range 5 {
			stale.Release()
		}
		fresh.Release()
	}
	require.Len(t, o.Held(), 1)
	outer.Release()
	outer.Release()
	require.Empty(t, o.Held())
	(*Namespace)(nil).Release()
	(*Mailbox)(nil).Close()
	(*Mboxname)(nil).Release()
}

func TestModeChangeIsRefused(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	ns := lockUser(t, o, "alice", Shared)
	at := o.Held()[0].Where
	_, err := o.LockUser(bg, "alice", Exclusive)
	broken(t, err, "mode-change", `acquiring namespace lock of "alice" exclusively while holding it shared (`+at+`); its mode cannot change`)
	_, err = o.LockUsers(bg, Exclusive, "alice", "bob")
	require.ErrorIs(t, err, ErrOrder)
	require.Len(t, o.Held(), 1)
	_, err = o.TryLockUser("alice", Exclusive)
	require.ErrorIs(t, err, ErrBusy)
	ns.Release()
	ns = lockUser(t, o, "alice", Exclusive)
	_, err = o.LockUser(bg, "alice", Shared)
	require.ErrorIs(t, err, ErrOrder)
	ns.Release()
}

func TestUsersInNoOrderAreRefused(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	b := lockUser(t, o, "b", Exclusive)
	held := o.Held()[0].Where
	_, err := o.LockUser(bg, "a", Exclusive)
	broken(t, err, "users-unordered", `acquiring namespace lock of "a" while holding namespace lock of "b" (`+held+`), in no fixed order; use LockUsers`)
	_, err = o.LockUsers(bg, Exclusive, "c", "a")
	require.ErrorIs(t, err, ErrOrder)
	c, err := o.LockUsers(bg, Exclusive, "d", "b", "c")
	require.NoError(t, err)
	require.Equal(t, []string{"b", "c", "d"}, c.Users())
	a, err := o.TryLockUser("a", Exclusive)
	require.NoError(t, err, "a try cannot wait, so it breaks no order")
	a.Release()
	c.Release()
	b.Release()
}

func TestSharedNamespaceSortsFirst(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	ns, err := o.LockMailboxUsers(bg, Shared, "user.bob", "shared.news", "user.al^ice.Sent", "ex.org!user.zed", "DELETED.user.dora.Old.5F000000")
	require.NoError(t, err)
	require.Equal(t, []string{SharedNamespace, "al.ice", "bob", "dora", "zed@ex.org"}, ns.Users())
	ns.Release()
	none, err := o.LockUsers(bg, Shared, "", "")
	require.NoError(t, err)
	require.Empty(t, none.Users())
	none.Release()
}

func TestNamespaceUnderMailboxIsRefused(t *testing.T) {
	for _, keep := range []bool{false, true} {
		var opts []Option
		if keep {
			opts = append(opts, KeepIndexLock())
		}
		s := openTest(t, opts...)
		o := s.NewOwner("o")
		ns := lockUser(t, o, "alice", Shared)
		mb, err := o.OpenMailbox(bg, MailboxRef{User: "alice", UniqueID: "uid1"}, Shared)
		require.NoError(t, err)
		at := o.Held()[1].Where
		_, err = o.LockUser(bg, "bob", Exclusive)
		broken(t, err, "ns-under-mailbox", `acquiring namespace lock of "bob" while holding mailbox lock of "uid1" (`+at+`); order is namespace, then mailbox`)
		mb.Park()
		ns.Release()
		_, err = o.LockUser(bg, "alice", Shared)
		require.ErrorIs(t, err, ErrOrder, "a parked mailbox is open")
		_, err = o.LockUsers(bg, Shared, "x")
		require.ErrorIs(t, err, ErrOrder)
		try, err := o.TryLockUser("alice", Shared)
		require.NoError(t, err)
		require.NoError(t, mb.LockIndex(bg, Shared), "the namespace is held again")
		mb.Park()
		try.Release()
		mb.Close()
		mb.Close()
		require.NoError(t, o.Close())
	}
}

func TestNamespaceUnderMboxnameIsRefused(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	n, err := o.LockMboxname(bg, "uid1", Shared)
	require.NoError(t, err)
	at := o.Held()[0].Where
	_, err = o.LockUser(bg, "bob", Shared)
	broken(t, err, "ns-under-mboxname", `acquiring namespace lock of "bob" while holding mboxname lock of "uid1" (`+at+`); order is namespace, then mboxname`)
	n.Release()
	n.Release()
	lockUser(t, o, "bob", Shared).Release()
}

func TestMailboxNeedsItsNamespace(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	ref := MailboxRef{User: "alice", UniqueID: "uid1"}
	_, err := o.OpenMailbox(bg, ref, Shared)
	broken(t, err, "not-held", `opening mailbox requires holding namespace lock of "alice"; none is held`)
	_, err = o.OpenMailbox(bg, ref, Exclusive)
	broken(t, err, "not-held", `opening mailbox for writing requires holding namespace lock of "alice" exclusively; none is held`)
	bob := lockUser(t, o, "bob", Exclusive)
	_, err = o.OpenMailbox(bg, ref, Shared)
	require.ErrorIs(t, err, ErrOrder)
	bob.Release()
	ns := lockUser(t, o, "alice", Shared)
	at := o.Held()[0].Where
	_, err = o.OpenMailbox(bg, ref, Exclusive)
	broken(t, err, "shared-not-exclusive", `opening mailbox for writing requires holding namespace lock of "alice" exclusively; held shared (`+at+`)`)
	_, err = o.TryRepack(ref)
	broken(t, err, "shared-not-exclusive", `calling TryRepack requires holding namespace lock of "alice" exclusively; held shared (`+at+`)`)
	mb, err := o.OpenMailbox(bg, ref, Shared)
	require.NoError(t, err)
	_, err = o.OpenMailbox(bg, ref, Exclusive)
	require.ErrorIs(t, err, ErrOrder)
	require.ErrorIs(t, mb.LockIndex(bg, Exclusive), ErrOrder)
	require.NoError(t, mb.LockIndex(bg, Shared))
	mb.Park()
	ns.Release()
	broken(t, mb.LockIndex(bg, Shared), "not-held", `acquiring index lock requires holding namespace lock of "alice"; none is held`)
	mb.Close()
	require.ErrorIs(t, mb.LockIndex(bg, Shared), ErrClosed)
	require.NoError(t, o.Close())
}

func TestReleasedEarlyKeepsTheNamespace(t *testing.T) {
	s := openTest(t)
	o, p := s.NewOwner("o"), s.NewOwner("p")
	ns := lockUser(t, o, "alice", Exclusive)
	mb, err := o.OpenMailbox(bg, MailboxRef{User: "alice", UniqueID: "uid1"}, Exclusive)
	require.NoError(t, err)
	at := o.Held()[2].Where
	ns.Release()
	_, err = p.TryLockUser("alice", Shared)
	require.ErrorIs(t, err, ErrBusy, "the index lock still needs it")
	mb.Close()
	n, err := p.TryLockUser("alice", Shared)
	require.NoError(t, err)
	n.Release()
	err = o.Close()
	require.ErrorIs(t, err, ErrOrder)
	require.NotErrorIs(t, err, ErrLeak)
	require.ErrorContains(t, err, `releasing namespace lock of "alice" while holding index lock of "uid1" (`+at+`); park or close the mailbox first`)
}

func TestRepackWaitsForNoReader(t *testing.T) {
	for name, opts := range map[string][]Option{"mboxname": nil, "index": {KeepIndexLock()}} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, opts...)
			reader, packer := s.NewOwner("reader"), s.NewOwner("packer")
			ref := MailboxRef{User: "alice", UniqueID: "uid1"}
			rn := lockUser(t, reader, "alice", Shared)
			mb, err := reader.OpenMailbox(bg, ref, Shared)
			require.NoError(t, err)
			mb.Park()
			rn.Release()
			pn := lockUser(t, packer, "alice", Exclusive)
			_, err = packer.TryRepack(ref)
			require.ErrorIs(t, err, ErrBusy)
			require.Len(t, packer.Held(), 1)
			mb.Close()
			rp, err := packer.TryRepack(ref)
			require.NoError(t, err)
			rp.Close()
			pn.Release()
			require.NoError(t, reader.Close())
			require.NoError(t, packer.Close())
		})
	}
}

func TestParkedReaderAndWriter(t *testing.T) {
	for name, opts := range map[string][]Option{"mboxname": nil, "index": {KeepIndexLock()}} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, opts...)
			reader, writer := s.NewOwner("reader"), s.NewOwner("writer")
			ref := MailboxRef{User: "alice", UniqueID: "uid1"}
			rn := lockUser(t, reader, "alice", Exclusive)
			mb, err := reader.OpenMailbox(bg, ref, Exclusive)
			require.NoError(t, err)
			two, err := reader.OpenMailbox(bg, ref, Exclusive)
			require.NoError(t, err)
			mb.Park()
			two.Park()
			require.NoError(t, two.LockIndex(bg, Exclusive), "taken back, over its own shared one")
			two.Close()
			rn.Release()
			wn := lockUser(t, writer, "alice", Exclusive)
			write := func() {
				w, err := writer.OpenMailbox(bg, ref, Exclusive)
				if err == nil {
					w.Close()
				}
			}
			if name == "mboxname" {
				write()
			} else {
				ends := blocks(t, "writer", write)
				mb.Close()
				ends()
			}
			mb.Close()
			wn.Release()
			require.NoError(t, reader.Close())
			require.NoError(t, writer.Close())
		})
	}
}

func TestMboxnameIsRetiredWithKeepIndexLock(t *testing.T) {
	s := openTest(t, KeepIndexLock())
	_, err := s.NewOwner("o").LockMboxname(bg, "uid1", Shared)
	broken(t, err, "retired", `acquiring mboxname lock of "uid1"; class mboxname is retired`)
}

func TestMboxnameAndOpenMailboxShareAFile(t *testing.T) {
	s := openTest(t)
	o, p := s.NewOwner("o"), s.NewOwner("p")
	ref := MailboxRef{User: "alice", UniqueID: "uid1"}
	ns := lockUser(t, o, "alice", Shared)
	mb, err := o.OpenMailbox(bg, ref, Shared)
	require.NoError(t, err)
	_, err = o.LockMboxname(bg, "uid1", Exclusive)
	require.ErrorIs(t, err, ErrOrder, "it would wait for itself")
	ends := blocks(t, "p", func() {
		if n, err := p.LockMboxname(bg, "uid1", Exclusive); err == nil {
			n.Release()
		}
	})
	n, err := o.LockMboxname(bg, "uid1", Shared)
	require.NoError(t, err, "re-entry passes the queue")
	n.Release()
	mb.Close()
	ends()
	x, err := o.LockMboxname(bg, "uid1", Exclusive)
	require.NoError(t, err)
	mb, err = o.OpenMailbox(bg, ref, Shared)
	require.NoError(t, err)
	x.Release()
	q, err := p.LockMboxname(bg, "uid1", Shared)
	require.NoError(t, err, "what is left is shared")
	q.Release()
	mb.Close()
	ns.Release()
	require.NoError(t, o.Close())
}

// An index lock that is kept shared is taken exclusively only when no other reader keeps it.
func TestKeptIndexLockWaitsForOtherReaders(t *testing.T) {
	s := openTest(t, KeepIndexLock())
	reader, writer := s.NewOwner("reader"), s.NewOwner("writer")
	ref := MailboxRef{User: "alice", UniqueID: "uid1"}
	rn := lockUser(t, reader, "alice", Shared)
	parked, err := reader.OpenMailbox(bg, ref, Shared)
	require.NoError(t, err)
	parked.Park()
	rn.Release()
	wn := lockUser(t, writer, "alice", Exclusive)
	mb, err := writer.OpenMailbox(bg, ref, Shared)
	require.NoError(t, err)
	mb.Park()
	ctx, cancel := context.WithCancel(bg)
	var got error
	ends := blocks(t, "writer", func() { got = mb.LockIndex(ctx, Exclusive) })
	cancel()
	ends()
	require.ErrorIs(t, got, context.Canceled)
	require.Equal(t, Shared, writer.Held()[2].Mode, "what was kept is kept")
	ends = blocks(t, "writer", func() { got = mb.LockIndex(bg, Exclusive) })
	parked.Close()
	ends()
	require.NoError(t, got)
	require.Equal(t, Exclusive, writer.Held()[2].Mode)
	mb.Close()
	wn.Release()
	require.NoError(t, reader.Close())
	require.NoError(t, writer.Close())
}
