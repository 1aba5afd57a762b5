package nslock

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The soak: thousands of owners in several processes take random locks of hundreds of users, and
// note in a file that all processes map who is in. Set NSLOCK_SOAK to a duration such as 60s for
// a long one.
const (
	soakEnv       = "NSLOCK_SOAK"
	soakProcesses = 4
	soakOwners    = 500 // in each process
	soakUsers     = 300
)

// slot is who is in one user's namespace, and in the index of the user's mailbox.
type slot struct {
	readers, writers           atomic.Int32
	indexReaders, indexWriters atomic.Int32
}

type ledger [soakUsers]slot

func mapLedger(path string) (*ledger, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := int(unsafe.Sizeof(ledger{}))
	if err := f.Truncate(int64(size)); err != nil {
		return nil, err
	}
	mem, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return (*ledger)(unsafe.Pointer(&mem[0])), nil
}

// enter notes that somebody is in, and reports whether nobody is who must not be. leave is for
// the release, before it.
func enter(readers, writers *atomic.Int32, mode Mode) (alone bool, leave func()) {
	if mode == Shared {
		readers.Add(1)
		return writers.Load() == 0, func() { readers.Add(-1) }
	}
	alone = writers.Add(1) == 1 && readers.Load() == 0
	return alone, func() { writers.Add(-1) }
}

func TestSoak(t *testing.T) {
	length := 2 * time.Second
	if v := os.Getenv(soakEnv); v != "" {
		d, err := time.ParseDuration(v)
		require.NoError(t, err)
		length = d
	}
	dir := t.TempDir()
	book := filepath.Join(t.TempDir(), "ledger")
	_, err := mapLedger(book)
	require.NoError(t, err)
	type outcome struct {
		lines []string
		err   error
	}
	done := make(chan outcome, soakProcesses)
	for i := range soakProcesses {
		option := ""
		if os.Getenv("NSLOCK_SOAK_KEEPINDEX") != "" {
			option = "keep"
		}
		cmd, lines := child(t, "soak", dir, book, strconv.Itoa(i), length.String(), option)
		go func() {
			var o outcome
			for lines.Scan() {
				o.lines = append(o.lines, lines.Text())
			}
			o.err = cmd.Wait()
			done <- o
		}()
	}
	deadline := time.After(length + 3*patience)
	for range soakProcesses {
		select {
		case o := <-done:
			require.NoError(t, o.err, strings.Join(o.lines, "\n"))
			require.NotEmpty(t, o.lines)
			require.Contains(t, o.lines[len(o.lines)-1], "violations 0")
			t.Log(o.lines[len(o.lines)-1])
		case <-deadline:
			t.Fatal("the soak hangs")
		}
	}
}

// soaker is one process of the soak.
type soaker struct {
	space   *Space
	book    *ledger
	until   time.Time
	ops     atomic.Int64
	busy    atomic.Int64
	rings   atomic.Int64
	cancels atomic.Int64
	wrong   atomic.Int64
	longest atomic.Int64
}

func soakChild(args []string) {
	var opts []Option
	if args[4] == "keep" {
		opts = append(opts, KeepIndexLock())
	}
	space, err := Open(args[0], opts...)
	check(err)
	book, err := mapLedger(args[1])
	check(err)
	seed, err := strconv.Atoi(args[2])
	check(err)
	length, err := time.ParseDuration(args[3])
	check(err)
	s := &soaker{space: space, book: book, until: time.Now().Add(length)}
	var wg sync.WaitGroup
	for i := range soakOwners {
		wg.Go(func() { s.owner(rand.New(rand.NewPCG(uint64(seed), uint64(i))), fmt.Sprint("owner ", i)) })
	}
	wg.Wait()
	check(space.Close())
	fmt.Printf("ops %d, busy %d, rings %d, cancelled %d, longest wait %v, violations %d\n", s.ops.Load(), s.busy.Load(),
		s.rings.Load(), s.cancels.Load(), time.Duration(s.longest.Load()).Round(time.Millisecond), s.wrong.Load())
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// owner does random things until the time is over.
func (s *soaker) owner(r *rand.Rand, name string) {
	o := s.space.NewOwner(name)
	for time.Now().Before(s.until) {
		s.step(r, o)
		s.ops.Add(1)
		if r.IntN(50) == 0 {
			check(o.Close())
			o = s.space.NewOwner(name)
		}
		time.Sleep(time.Duration(r.IntN(2000)) * time.Microsecond)
	}
	check(o.Close())
}

func (s *soaker) step(r *rand.Rand, o *Owner) {
	ctx := context.Background()
	if r.IntN(5) == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(3000))*time.Microsecond)
		defer cancel()
	}
	mode := Mode(1 + r.IntN(2))
	// A few users are wanted by many.
	pick := func() int {
		if r.IntN(3) == 0 {
			return r.IntN(5)
		}
		return r.IntN(soakUsers)
	}
	users := []int{pick()}
	from := time.Now()
	var ns *Namespace
	var err error
	switch r.IntN(4) {
	case 0:
		ns, err = o.TryLockUser(soakUser(users[0]), mode)
	case 1:
		users = append(users, pick(), pick())
		names := []string{soakUser(users[0]), soakUser(users[1]), soakUser(users[2])}
		ns, err = o.LockUsers(ctx, mode, names...)
	default:
		ns, err = o.LockUser(ctx, soakUser(users[0]), mode)
	}
	if !s.took(err, from) {
		return
	}
	defer ns.Release()
	for _, user := range ns.Users() {
		i, err := strconv.Atoi(user[4:])
		check(err)
		alone, leave := enter(&s.book[i].readers, &s.book[i].writers, mode)
		s.judge(alone)
		defer leave()
	}
	again, err := o.LockUser(ctx, ns.Users()[0], mode)
	if s.took(err, from) {
		again.Release()
	}
	if r.IntN(2) == 0 {
		s.mailbox(ctx, r, o, ns.Users()[0], mode)
	}
}

func soakUser(i int) string { return fmt.Sprintf("user%03d", i) }

// mailbox opens, parks, locks again or repacks the user's mailbox.
func (s *soaker) mailbox(ctx context.Context, r *rand.Rand, o *Owner, user string, mode Mode) {
	i, err := strconv.Atoi(user[4:])
	check(err)
	ref := MailboxRef{User: user, UniqueID: "id" + user}
	from := time.Now()
	var mb *Mailbox
	if mode == Exclusive && r.IntN(3) == 0 {
		mb, err = o.TryRepack(ref)
	} else {
		mb, err = o.OpenMailbox(ctx, ref, mode)
	}
	if !s.took(err, from) {
		return
	}
	defer mb.Close()
	in := &s.book[i]
	alone, leave := enter(&in.indexReaders, &in.indexWriters, mode)
	s.judge(alone)
	leave()
	if r.IntN(2) == 0 {
		mb.Park()
		if s.took(mb.LockIndex(ctx, mode), from) {
			alone, leave := enter(&in.indexReaders, &in.indexWriters, mode)
			s.judge(alone)
			leave()
		}
	}
}

func (s *soaker) judge(alone bool) {
	if !alone {
		s.wrong.Add(1)
	}
}

// took reports whether a lock was granted, and ends the process on an error that must not be.
func (s *soaker) took(err error, from time.Time) bool {
	for wait := int64(time.Since(from)); ; {
		old := s.longest.Load()
		if wait <= old || s.longest.CompareAndSwap(old, wait) {
			break
		}
	}
	switch {
	case err == nil:
		return true
	case errors.Is(err, ErrBusy):
		s.busy.Add(1)
	case errors.Is(err, ErrDeadlock):
		s.rings.Add(1)
	case errors.Is(err, context.DeadlineExceeded):
		s.cancels.Add(1)
	default:
		check(err)
	}
	return false
}
