package nslock

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHoldersOfThisProcess(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("req 1")
	n := lockUser(t, o, "alice", Exclusive)
	defer n.Release()
	got, err := s.Holders("alice")
	require.NoError(t, err)
	require.Len(t, got, 1)
	h := got[0]
	require.Equal(t, os.Getpid(), h.PID)
	require.Equal(t, "req 1", h.Owner)
	require.Equal(t, Exclusive, h.Mode)
	require.Equal(t, "q/*U*alice.lock", h.File)
	require.Regexp(t, `^nslock_linux_test.go:\d+$`, h.Where)
	require.WithinDuration(t, time.Now(), h.Since, time.Minute)
	got, err = s.Holders("bob")
	require.NoError(t, err)
	require.Empty(t, got)
	_, err = s.Holders("a/b")
	require.ErrorIs(t, err, ErrName)
}

// Another Space answers as another process would: through its socket.
func TestHoldersOfAnotherSpace(t *testing.T) {
	dir := t.TempDir()
	s1, err := Open(dir)
	require.NoError(t, err)
	defer s1.Close()
	s2, err := Open(dir)
	require.NoError(t, err)
	defer s2.Close()
	defer lockUser(t, s1.NewOwner("one"), "alice", Shared).Release()
	defer lockUser(t, s2.NewOwner("two"), "alice", Shared).Release()
	got, err := s1.Holders("alice")
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, "one", got[0].Owner)
	require.Equal(t, "two", got[1].Owner)
	all, err := s2.AllHolders()
	require.NoError(t, err)
	require.Len(t, all, len(got))
	text, err := json.Marshal(all)
	require.NoError(t, err)
	require.Contains(t, string(text), `"owner":"one"`)
}

// A process that does not use this package shows by its pid: with a POSIX lock, as Cyrus takes
// it, and with an OFD lock. flock(1)'s own kind of lock is another one and does not count.
func TestHoldersOfAForeignProcess(t *testing.T) {
	s := openTest(t, Unannounced())
	n := lockUser(t, s.NewOwner("o"), "alice", Shared)
	n.Release()
	path := filepath.Join(s.Dir(), "q/*U*alice.lock")
	for _, kind := range []string{"posix", "ofd"} {
		pid := lockInChild(t, kind, path)
		got, err := s.Holders("alice")
		require.NoError(t, err)
		require.Len(t, got, 1, kind)
		require.Equal(t, Holder{PID: pid, File: "q/*U*alice.lock", Mode: Exclusive}, got[0])
		_, err = s.NewOwner("p").TryLockUser("alice", Shared)
		require.ErrorIs(t, err, ErrBusy)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		lockUser(t, s.NewOwner("q"), "alice", Exclusive).Release()
	}
}

func TestParseLocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "locks")
	require.NoError(t, os.WriteFile(path, []byte(`1: POSIX  ADVISORY  WRITE 4711 08:01:12 0 EOF
1: -> POSIX  ADVISORY  WRITE 4712 08:01:12 0 EOF
2: OFDLCK ADVISORY  READ -1 08:01:12 0 EOF
3: FLOCK  ADVISORY  WRITE 9 08:01:12 0 EOF
4: POSIX  ADVISORY  READ 10 08:01:13 0 EOF
5: junk
`), 0o600))
	got, err := readLocks(path, map[string]string{"08:01:12": "x"})
	require.NoError(t, err)
	require.Equal(t, []heldLock{{"08:01:12", 4711, Exclusive}, {"08:01:12", -1, Shared}}, got)
}
