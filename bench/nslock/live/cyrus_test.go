package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap"
	"github.com/lockvet/lockvet/nslock"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

var bg = context.Background()

// blocks runs f and checks that it waits; the function it returns checks that f ends, well.
func blocks(t *testing.T, what string, f func() error) (ends func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		t.Fatalf("%s did not wait (%v)", what, err)
	case <-time.After(300 * time.Millisecond):
	}
	return func() {
		t.Helper()
		from := time.Now()
		select {
		case err := <-done:
			require.NoError(t, err, what)
			t.Logf("%s went on %v after the release", what, time.Since(from).Round(time.Microsecond))
		case <-time.After(patience):
			buf := make([]byte, 1<<20)
			t.Fatalf("%s still waits\n%s", what, buf[:runtime.Stack(buf, true)])
		}
	}
}

func TestLiveCyrus(t *testing.T) {
	srv := startServer(t)
	admin := srv.login(t, "cyrus")
	srv.addUser(t, admin, "alice", "bob")
	srv.addUser(t, admin, "bob", "alice")
	srv.addUser(t, admin, "a.b")
	space, err := nslock.Open(srv.lock)
	require.NoError(t, err)
	defer func() { require.NoError(t, space.Close()) }()

	for _, user := range []string{"alice", "a.b"} {
		t.Run("exclusive/"+user, func(t *testing.T) { exclusive(t, srv, space, user) })
		t.Run("shared/"+user, func(t *testing.T) { shared(t, srv, space, user) })
		t.Run("server/"+user, func(t *testing.T) { whileTheServerHolds(t, srv, space, user) })
		t.Run("repack/"+user, func(t *testing.T) { repack(t, srv, space, user) })
	}
	t.Run("new files", func(t *testing.T) { newFiles(t, srv, space, admin) })
	t.Run("copies", func(t *testing.T) { copies(t, srv) })
}

// exclusive: while nslock holds a user, a SELECT of the inbox waits.
func exclusive(t *testing.T, srv *server, space *nslock.Space, user string) {
	c := srv.login(t, user)
	o := space.NewOwner("test")
	ns, err := o.LockUser(bg, user, nslock.Exclusive)
	require.NoError(t, err)
	defer ns.Release()
	ends := blocks(t, "SELECT", func() error {
		_, err := c.Select("INBOX", false)
		return err
	})
	ns.Release()
	ends()
	require.NoError(t, c.Unselect())
	require.NoError(t, o.Close())
}

// shared: while nslock reads, an IMAP session may look into the inbox, and an APPEND waits.
func shared(t *testing.T, srv *server, space *nslock.Space, user string) {
	c := srv.login(t, user)
	o := space.NewOwner("test")
	ns, err := o.LockUser(bg, user, nslock.Shared)
	require.NoError(t, err)
	defer ns.Release()
	// EXAMINE, which is SELECT for reading only. Cyrus 3.6 opens the mailbox of a SELECT to write,
	// with the namespace exclusive, so that one waits.
	_, err = c.Select("INBOX", true)
	require.NoError(t, err)
	require.NoError(t, c.Unselect())
	before := count(t, c, "INBOX")
	ends := blocks(t, "APPEND", func() error { return add(c, "INBOX", "shared") })
	ns.Release()
	ends()
	require.Equal(t, before+1, count(t, c, "INBOX"))
	require.NoError(t, o.Close())
}

// whileTheServerHolds: an APPEND that waits for the index lock holds the namespace lock. nslock
// waits for it, and knows by whom it is held.
func whileTheServerHolds(t *testing.T, srv *server, space *nslock.Space, user string) {
	c := srv.login(t, user)
	require.NoError(t, add(c, "INBOX", "first"))
	_, index := srv.mailbox(t, user)
	hold := holdFile(t, index)
	ends := blocks(t, "APPEND", func() error { return add(c, "INBOX", "second") })
	_, err := space.NewOwner("try").TryLockUser(user, nslock.Shared)
	require.ErrorIs(t, err, nslock.ErrBusy)
	holders, err := space.Holders(user)
	require.NoError(t, err)
	require.Len(t, holders, 1)
	require.Equal(t, nslock.Exclusive, holders[0].Mode)
	exe, err := os.ReadFile("/proc/" + strconv.Itoa(holders[0].PID) + "/comm")
	require.NoError(t, err)
	require.Equal(t, "imapd\n", string(exe))
	other := space.NewOwner("waiter")
	waits := blocks(t, "LockUser", func() error {
		ns, err := other.LockUser(bg, user, nslock.Exclusive)
		ns.Release()
		return err
	})
	require.NoError(t, hold.Close())
	ends()
	waits()
	require.NoError(t, other.Close())
}

// repack: a mailbox that an IMAP session has open is not free for a repack. Cyrus has a selected
// mailbox open only while a command runs, so the session is a slow reader: it asks for more mail
// than the connection takes, and does not read it. It ends when the connection does.
func repack(t *testing.T, srv *server, space *nslock.Space, user string) {
	c := srv.login(t, user)
	id, index := srv.mailbox(t, user)
	ref := nslock.MailboxRef{User: user, UniqueID: id, IndexPath: index}
	require.NoError(t, add(c, "INBOX", strings.Repeat("slow", 2<<20)))
	slow := srv.fetchAll(t, user)
	o := space.NewOwner("repack")
	tryRepack := func() error {
		ns, err := o.LockUser(bg, user, nslock.Exclusive)
		require.NoError(t, err)
		defer ns.Release()
		mb, err := o.TryRepack(ref)
		if err == nil {
			defer mb.Close()
			select {
			case err := <-async(func() error { return add(c, "INBOX", "while repacking") }):
				t.Errorf("APPEND did not wait for the repack (%v)", err)
			case <-time.After(300 * time.Millisecond):
			}
		}
		return err
	}
	require.ErrorIs(t, tryRepack(), nslock.ErrBusy)
	require.Len(t, o.Held(), 0)
	require.NoError(t, slow.Close())
	require.Eventually(t, func() bool { return tryRepack() == nil }, patience, 10*time.Millisecond)
	require.NoError(t, o.Close())
}

func async(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

// newFiles: a lock file that nslock creates is one that the server can use.
func newFiles(t *testing.T, srv *server, space *nslock.Space, admin interface{ Create(string) error }) {
	o := space.NewOwner("first")
	ns, err := o.LockUser(bg, "new.user", nslock.Exclusive)
	require.NoError(t, err)
	defer ns.Release()
	ends := blocks(t, "CREATE", func() error { return admin.Create("user/new.user") })
	ns.Release()
	ends()
	require.NoError(t, o.Close())
}

// copies: IMAP copies both ways between two users while nslock locks both, also both ways. Nothing
// hangs, and the mail is all there.
func copies(t *testing.T, srv *server) {
	rounds := 60
	if n, err := strconv.Atoi(os.Getenv("NSLOCK_LIVE_ROUNDS")); err == nil {
		rounds = n
	}
	a, b := srv.login(t, "alice"), srv.login(t, "bob")
	require.NoError(t, add(a, "INBOX", "seed"))
	require.NoError(t, add(b, "INBOX", "seed"))
	startA, startB := count(t, a, "INBOX"), count(t, b, "INBOX")
	stop := make(chan struct{})
	var locks sync.WaitGroup
	pairs := make([]int, 4)
	for i := range pairs {
		space, err := nslock.Open(srv.lock)
		require.NoError(t, err)
		defer func() { require.NoError(t, space.Close()) }()
		locks.Go(func() { pairs[i] = lockBoth(t, srv, space, i, stop) })
	}
	var copiers sync.WaitGroup
	for _, side := range []struct {
		name string
		to   string
	}{{"alice", "user/bob"}, {"bob", "user/alice"}} {
		copiers.Go(func() {
			refused, err := copyMany(t, srv, side.name, side.to, rounds)
			if err != nil {
				t.Errorf("%s: %v", side.name, err)
			}
			t.Logf("%s: the server refused %d copies", side.name, refused)
		})
	}
	finished := make(chan struct{})
	go func() {
		copiers.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-time.After(3 * patience):
		buf := make([]byte, 1<<20)
		t.Fatalf("the copies hang\n%s", buf[:runtime.Stack(buf, true)])
	}
	close(stop)
	locks.Wait()
	require.Equal(t, startA+uint32(rounds), count(t, a, "INBOX"), "mail of alice")
	require.Equal(t, startB+uint32(rounds), count(t, b, "INBOX"), "mail of bob")
	t.Logf("%d copies each way, pairs locked: %v", rounds, pairs)
	for i, n := range pairs {
		require.Positive(t, n, "locker %d never had a turn", i)
	}
}

// copyMany copies the first message of a user's inbox to another mailbox, many times. Copies both
// ways at once are what Cyrus 3.6 itself cannot do: the two servers wait for each other's user, the
// system sees the ring among its record locks, and one of them answers NO. (It does without
// nslock as well.) Such a copy has not happened; it is made again.
func copyMany(t *testing.T, srv *server, user, to string, rounds int) (refused int, err error) {
	c := srv.login(t, user)
	if _, err := c.Select("INBOX", false); err != nil {
		return 0, err
	}
	one := new(imap.SeqSet)
	one.AddNum(1)
	for done := 0; done < rounds; {
		if err := c.Copy(one, to); err == nil {
			done++
		} else if refused++; refused > 20*rounds || !strings.Contains(err.Error(), "251") {
			return refused, fmt.Errorf("copy %d: %w", done, err)
		}
	}
	return refused, nil
}

// lockBoth locks two users in every round, in either order of the arguments, and sees that the
// server leaves an inbox alone meanwhile. It returns the number of rounds.
func lockBoth(t *testing.T, srv *server, space *nslock.Space, i int, stop <-chan struct{}) (rounds int) {
	users := []string{"alice", "bob"}
	if i%2 == 1 {
		users[0], users[1] = users[1], users[0]
	}
	id, index := srv.mailbox(t, users[0])
	o := space.NewOwner(fmt.Sprint("locker ", i))
	for {
		select {
		case <-stop:
			if err := o.Close(); err != nil {
				t.Error(err)
			}
			return rounds
		case <-time.After(time.Duration(i) * time.Millisecond):
		}
		if err := lockOnce(o, users, nslock.MailboxRef{User: users[0], UniqueID: id, IndexPath: index}); err != nil {
			t.Error(err)
		}
		rounds++
	}
}

func lockOnce(o *nslock.Owner, users []string, ref nslock.MailboxRef) error {
	ns, err := o.LockUsers(bg, nslock.Exclusive, users...)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.OpenMailbox(bg, ref, nslock.Exclusive)
	if err != nil {
		return err
	}
	defer mb.Close()
	before, err := os.ReadFile(ref.IndexPath)
	if err != nil {
		return err
	}
	time.Sleep(time.Millisecond)
	after, err := os.ReadFile(ref.IndexPath)
	if err != nil {
		return err
	}
	if string(before) != string(after) {
		return errors.New("the server wrote to a mailbox that is locked")
	}
	return nil
}

// holdFile locks a file shared, as a program outside the rules would, so that the server waits for
// it in the middle of a command.
func holdFile(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	require.NoError(t, syscall.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &syscall.Flock_t{Type: syscall.F_RDLCK}))
	return f
}
