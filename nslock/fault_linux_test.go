package nslock

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func init() {
	children["soak"] = soakChild
	children["pair"] = pairChild
	children["pairs"] = pairsChild
	children["files"] = filesChild
}

// pairChild locks users, says so after each lock, and stays.
func pairChild(args []string) {
	s, err := Open(args[0])
	check(err)
	o := s.NewOwner("pair")
	fmt.Println("starts")
	_, err = o.LockUsers(bg, Exclusive, args[1:]...)
	check(err)
	fmt.Println("locked")
	syscall.Pause()
}

// A process that is killed holds nothing any more, wherever it was: with its locks, waiting for
// one, or between the two of a pair.
func TestKilledWhileHoldingWaitingAndBetween(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	free := func(users ...string) {
		for _, u := range users {
			n, err := o.TryLockUser(u, Exclusive)
			require.NoError(t, err, u)
			n.Release()
		}
	}
	cmd, lines := child(t, "pair", s.Dir(), "a", "b")
	expect(t, lines, "starts")
	expect(t, lines, "locked")
	_, err := o.TryLockUser("a", Shared)
	require.ErrorIs(t, err, ErrBusy)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	free("a", "b")

	for _, mine := range []string{"a", "b"} { // it waits for the first, or holds it and waits for the second
		n := lockUser(t, o, mine, Exclusive)
		cmd, lines = child(t, "pair", s.Dir(), "a", "b")
		expect(t, lines, "starts")
		if mine == "b" {
			require.Eventually(t, func() bool {
				x, err := s.NewOwner("x").TryLockUser("a", Exclusive)
				x.Release()
				return errors.Is(err, ErrBusy)
			}, patience, time.Millisecond)
		} else {
			time.Sleep(20 * time.Millisecond)
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		n.Release()
		free("a", "b")
	}
}

// pairsChild takes random pairs for ever.
func pairsChild(args []string) {
	s, err := Open(args[0])
	check(err)
	fmt.Println("starts")
	for i := range 20 {
		o := s.NewOwner(strconv.Itoa(i))
		go func() {
			for {
				n, err := o.LockUsers(bg, Exclusive, strconv.Itoa(rand.IntN(6)), strconv.Itoa(rand.IntN(6)))
				check(err)
				n.Release()
			}
		}()
	}
	syscall.Pause()
	select {}
}

func TestKilledAtRandom(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	for range 8 {
		one, lines := child(t, "pairs", s.Dir())
		expect(t, lines, "starts")
		two, lines := child(t, "pairs", s.Dir())
		expect(t, lines, "starts")
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		for range 5 { // it goes on beside them
			n, err := o.LockUsers(bg, Exclusive, "5", "0")
			require.NoError(t, err)
			n.Release()
		}
		require.NoError(t, one.Process.Kill())
		require.NoError(t, two.Process.Kill())
		_, _ = one.Wait(), two.Wait()
		for u := range 6 {
			n, err := o.TryLockUser(strconv.Itoa(u), Exclusive)
			require.NoError(t, err)
			n.Release()
		}
	}
}

// Locks are lost by no other descriptor's close, as record locks would be.
func TestAnotherDescriptorsClose(t *testing.T) {
	s := openTest(t)
	defer lockUser(t, s.NewOwner("o"), "alice", Exclusive).Release()
	f, err := os.OpenFile(filepath.Join(s.Dir(), "q/*U*alice.lock"), os.O_RDWR|os.O_TRUNC, 0)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	other, err := Open(s.Dir())
	require.NoError(t, err)
	defer other.Close()
	_, err = other.NewOwner("p").TryLockUser("alice", Shared)
	require.ErrorIs(t, err, ErrBusy)
}

func TestMissingDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "locks")
	_, err := Open(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoDirExists(t, dir)
	require.NoError(t, os.WriteFile(dir, nil, 0o600))
	_, err = Open(dir)
	require.ErrorContains(t, err, "is not a directory")
	require.NoError(t, os.Remove(dir))
	s, err := Open(dir, CreateDir())
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, os.RemoveAll(dir))
	o := s.NewOwner("o")
	_, err = o.LockUser(bg, "alice", Shared)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoDirExists(t, dir, "a lock directory that went away is not made anew")
	require.Empty(t, o.Held())
}

// A lock directory that is replaced is noticed, and its new files are used; a lock that is held on
// an old file is not shared with newcomers.
func TestReplacedDirectory(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "locks")
	s, err := Open(dir, CreateDir())
	require.NoError(t, err)
	defer s.Close()
	o, p := s.NewOwner("o"), s.NewOwner("p")
	lockUser(t, o, "alice", Exclusive).Release()
	held := lockUser(t, o, "bob", Shared)
	require.NoError(t, os.Rename(dir, filepath.Join(top, "old")))
	require.NoError(t, os.Mkdir(dir, 0o755))
	other, err := Open(dir)
	require.NoError(t, err)
	defer other.Close()
	time.Sleep(2 * time.Millisecond) // the files are looked at once in a millisecond
	n := lockUser(t, p, "alice", Exclusive)
	_, err = other.NewOwner("q").TryLockUser("alice", Exclusive)
	require.ErrorIs(t, err, ErrBusy, "both are on the new file")
	n.Release()
	_, err = p.LockUser(bg, "bob", Shared)
	require.ErrorIs(t, err, ErrReplaced)
	held.Release()
	n = lockUser(t, p, "bob", Exclusive)
	_, err = other.NewOwner("q").TryLockUser("bob", Shared)
	require.ErrorIs(t, err, ErrBusy)
	n.Release()
}

// The same for a file that somebody deleted, while another process holds the old one: the wait
// ends on the new file.
func TestDeletedFileWhileWaiting(t *testing.T) {
	s := openTest(t)
	other, err := Open(s.Dir())
	require.NoError(t, err)
	defer other.Close()
	held := lockUser(t, other.NewOwner("other"), "alice", Exclusive)
	defer held.Release()
	o := s.NewOwner("o")
	ends := blocks(t, "o", func() {
		if n, err := o.LockUser(bg, "alice", Exclusive); err == nil {
			n.Release()
		}
	})
	require.NoError(t, os.Remove(filepath.Join(s.Dir(), "q/*U*alice.lock")))
	ends()
}

// mountTemp mounts a small tmpfs, or skips: it takes root.
func mountTemp(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		reason := fmt.Sprintf("SKIPPED: a full or read-only file system needs root and mount: %v", err)
		fmt.Fprintln(os.Stderr, "nslock: "+t.Name()+": "+reason)
		t.Skip(reason)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := mountTemp(t, "size=64k,nr_inodes=4") // the root, q, and two files
	s, err := Open(dir)
	require.NoError(t, err)
	defer s.Close()
	o := s.NewOwner("o")
	a, err := o.LockUsers(bg, Exclusive, "a", "b")
	require.NoError(t, err)
	_, err = o.LockUser(bg, "c", Exclusive)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, "q/*U*c.lock")
	_, err = o.LockUsers(bg, Exclusive, "b", "c", "d")
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Len(t, o.Held(), 2)
	_, err = s.NewOwner("p").TryLockUser("a", Shared)
	require.ErrorIs(t, err, ErrBusy)
	a.Release()
	lockUser(t, o, "b", Exclusive).Release()
}

func TestReadOnlyDirectory(t *testing.T) {
	dir := mountTemp(t, "size=64k")
	s, err := Open(dir, MaxIdleFiles(0))
	require.NoError(t, err)
	defer s.Close()
	o := s.NewOwner("o")
	lockUser(t, o, "alice", Exclusive).Release()
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	for _, user := range []string{"alice", "bob"} {
		_, err = o.LockUser(bg, user, Shared)
		require.ErrorIs(t, err, syscall.EROFS)
		require.ErrorContains(t, err, "nslock: lock file: ")
	}
	require.Empty(t, o.Held())
}

// filesChild has few descriptors. It locks users until they are used up, which is an error and
// neither a hang nor a lock less than there should be.
func filesChild(args []string) {
	s, err := Open(args[0])
	check(err)
	o := s.NewOwner("o")
	for i := range 100 { // leaves idle files open
		n, err := o.LockUser(bg, fmt.Sprintf("idle%03d", i), Shared)
		check(err)
		n.Release()
	}
	check(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 120, Max: 120}))
	locked := 0
	for ; ; locked++ {
		if _, err = o.LockUser(bg, fmt.Sprintf("user%03d", locked), Exclusive); err != nil {
			break
		}
	}
	if !errors.Is(err, syscall.EMFILE) {
		check(fmt.Errorf("after %d: %w", locked, err))
	}
	if locked < 90 { // the idle ones made room
		check(fmt.Errorf("only %d locks", locked))
	}
	if len(o.Held()) != locked {
		check(fmt.Errorf("holds %d of %d", len(o.Held()), locked))
	}
	fmt.Println("full")
	syscall.Pause()
}

func TestNoDescriptorsLeft(t *testing.T) {
	s := openTest(t)
	_, lines := child(t, "files", s.Dir())
	expect(t, lines, "full")
	o := s.NewOwner("o")
	for _, user := range []string{"user000", "user050", "user089"} {
		_, err := o.TryLockUser(user, Shared)
		require.ErrorIs(t, err, ErrBusy, user)
	}
}

func TestIdleFilesAreClosed(t *testing.T) {
	s := openTest(t, MaxIdleFiles(64))
	o := s.NewOwner("o")
	for i := range 1000 {
		lockUser(t, o, fmt.Sprint("user", i), Shared).Release()
	}
	files, entries := 0, 0
	for i := range s.shards {
		files += s.shards[i].open
		entries += len(s.shards[i].files[kindUser])
	}
	require.LessOrEqual(t, files, 64)
	require.LessOrEqual(t, entries, 64)
}

// Files that are no lock files, put where one belongs, are refused and not followed.
func TestPlantedFiles(t *testing.T) {
	s := openTest(t)
	outside := filepath.Join(t.TempDir(), "outside")
	q := filepath.Join(s.Dir(), "q")
	require.NoError(t, os.Mkdir(q, 0o755))
	require.NoError(t, os.WriteFile(outside, nil, 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(q, "*U*link.lock")))
	require.NoError(t, os.Symlink(outside+"2", filepath.Join(q, "*U*dangling.lock")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(q, "*U*fifo.lock"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(q, "*U*dir.lock"), 0o755))
	o := s.NewOwner("o")
	for _, user := range []string{"link", "dangling", "fifo", "dir"} {
		_, err := o.LockUser(bg, user, Shared)
		require.Error(t, err, user)
	}
	require.NoFileExists(t, outside+"2")
	require.Empty(t, o.Held())
}

// What nslock creates has the owner of the lock directory, and is open to others only as far as
// the directory is.
func TestPermissions(t *testing.T) {
	for _, c := range []struct{ dir, file fs.FileMode }{{0o755, 0o600}, {0o700, 0o600}, {0o775, 0o660}, {0o777, 0o666}} {
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, c.dir))
		if os.Geteuid() == 0 {
			require.NoError(t, os.Chown(dir, 12345, 54321))
		}
		s, err := Open(dir)
		require.NoError(t, err)
		lockUser(t, s.NewOwner("o"), "alice", Exclusive).Release()
		require.NoError(t, s.Close())
		for path, want := range map[string]fs.FileMode{"q": c.dir, "q/*U*alice.lock": c.file} {
			fi, err := os.Stat(filepath.Join(dir, path))
			require.NoError(t, err)
			require.Equal(t, want, fi.Mode().Perm(), path)
			if os.Geteuid() == 0 {
				require.Equal(t, uint32(12345), fi.Sys().(*syscall.Stat_t).Uid)
				require.Equal(t, uint32(54321), fi.Sys().(*syscall.Stat_t).Gid)
			}
		}
	}
}

func TestIndexFileThatIsReplaced(t *testing.T) {
	s := openTest(t)
	index := filepath.Join(t.TempDir(), "cyrus.index")
	require.NoError(t, os.WriteFile(index, []byte("one"), 0o600))
	o := s.NewOwner("o")
	defer lockUser(t, o, "alice", Exclusive).Release()
	ref := MailboxRef{User: "alice", UniqueID: "uid1", IndexPath: index}
	mb, err := o.OpenMailbox(bg, ref, Exclusive)
	require.NoError(t, err)
	mb.Park()
	require.NoError(t, os.WriteFile(index+".NEW", []byte("two"), 0o600))
	require.NoError(t, os.Rename(index+".NEW", index))
	require.NoError(t, mb.LockIndex(bg, Exclusive))
	f, err := os.OpenFile(index, os.O_RDWR, 0)
	require.NoError(t, err)
	require.ErrorIs(t, syscall.FcntlFlock(f.Fd(), ofdSetLock, &syscall.Flock_t{Type: syscall.F_WRLCK}), syscall.EAGAIN, "the lock is on the new file")
	require.NoError(t, f.Close())
	mb.Close()
	require.NoError(t, os.Remove(index))
	_, err = o.OpenMailbox(bg, ref, Shared)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Len(t, o.Held(), 1)
}

// Whatever the names, nothing appears outside the lock directory, and inside it only directories
// and empty lock files.
func FuzzNothingOutside(f *testing.F) {
	for _, s := range odd {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		top := t.TempDir()
		dir := filepath.Join(top, "a", "b", "locks")
		require.NoError(t, os.MkdirAll(dir, 0o755))
		s, err := Open(dir, Unannounced())
		require.NoError(t, err)
		defer s.Close()
		try := func(lock func(o *Owner)) {
			o := s.NewOwner(name)
			lock(o)
			_ = o.Close()
		}
		try(func(o *Owner) { _, _ = o.TryLockUser(name, Shared) })
		try(func(o *Owner) { _, _ = o.LockUsers(bg, Exclusive, name, name+"x", "y"+name) })
		try(func(o *Owner) { _, _ = o.LockMailboxUsers(bg, Exclusive, name, "user."+name) })
		try(func(o *Owner) { _, _ = o.LockMboxname(bg, name, Shared) })
		try(func(o *Owner) {
			if _, err := o.LockUser(bg, "alice", Exclusive); err == nil {
				_, _ = o.OpenMailbox(bg, MailboxRef{User: "alice", UniqueID: name}, Exclusive)
			}
		})
		require.NoError(t, filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			require.NoError(t, err)
			rel, err := filepath.Rel(dir, path)
			require.NoError(t, err)
			if !d.IsDir() {
				fi, err := d.Info()
				require.NoError(t, err)
				require.True(t, filepath.IsLocal(rel), "%q", rel)
				require.True(t, fi.Mode().IsRegular() && fi.Size() == 0, "%q", rel)
			} else if !filepath.IsLocal(rel) {
				require.Contains(t, []string{"..", "../..", "../../.."}, rel)
			}
			return nil
		}))
	})
}
