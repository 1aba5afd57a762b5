// Package bench measures nslock beside other locks, in one run. It is a module of its own, so that
// none of them becomes a dependency of nslock.
package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/lockvet/lockvet/nslock"
	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/sasha-s/go-deadlock"
	"golang.org/x/sys/unix"
)

var bg = context.Background()

// childEnv makes the binary the other process of BenchmarkWakeAcrossProcesses.
const childEnv = "NSLOCK_BENCH_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		holdAndRelease(dir)
		return
	}
	os.Exit(m.Run())
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func space(tb testing.TB, dir string, opts ...nslock.Option) *nslock.Space {
	s, err := nslock.Open(dir, opts...)
	must(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func setLock(tb testing.TB, fd uintptr, kind int16) {
	lock := syscall.Flock_t{Type: kind}
	if err := syscall.FcntlFlock(fd, unix.F_OFD_SETLK, &lock); err != nil {
		tb.Fatal(err)
	}
}

// Uncontended: one lock and its release, exclusive.
func BenchmarkUncontended(b *testing.B) {
	b.Run("two_fcntl_calls", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "lock"))
		must(b, err)
		defer f.Close()
		fd := f.Fd()
		for b.Loop() {
			setLock(b, fd, syscall.F_WRLCK)
			setLock(b, fd, syscall.F_UNLCK)
		}
	})
	b.Run("nslock", func(b *testing.B) {
		o := space(b, b.TempDir()).NewOwner("bench")
		b.ReportAllocs()
		for b.Loop() {
			ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
			if err != nil {
				b.Fatal(err)
			}
			ns.Release()
		}
	})
	b.Run("nslock_new_owner", func(b *testing.B) {
		s := space(b, b.TempDir())
		b.ReportAllocs()
		for b.Loop() {
			o := s.NewOwner("bench")
			ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
			if err != nil {
				b.Fatal(err)
			}
			ns.Release()
			if err := o.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("nslock_two_users", func(b *testing.B) {
		o := space(b, b.TempDir()).NewOwner("bench")
		for b.Loop() {
			ns, err := o.LockUsers(bg, nslock.Exclusive, "bob", "alice")
			if err != nil {
				b.Fatal(err)
			}
			ns.Release()
		}
	})
	b.Run("nslock_observed", func(b *testing.B) {
		o := space(b, b.TempDir(), nslock.WithObserver(func(nslock.Event) {})).NewOwner("bench")
		for b.Loop() {
			ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
			if err != nil {
				b.Fatal(err)
			}
			ns.Release()
		}
	})
	b.Run("gofrs_flock", func(b *testing.B) {
		l := flock.New(filepath.Join(b.TempDir(), "lock"))
		for b.Loop() {
			if err := errors.Join(l.Lock(), l.Unlock()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("lockedfile", func(b *testing.B) {
		m := lockedfile.MutexAt(filepath.Join(b.TempDir(), "lock"))
		for b.Loop() {
			unlock, err := m.Lock()
			if err != nil {
				b.Fatal(err)
			}
			unlock()
		}
	})
	b.Run("sync_RWMutex", func(b *testing.B) {
		var m sync.RWMutex
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
	b.Run("go_deadlock", func(b *testing.B) {
		var m deadlock.RWMutex
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
}

// The two raw calls and nslock in turns of a hundred, so that other work on the machine weighs on
// both: the median of the turns' ratios.
func BenchmarkAgainstTwoCalls(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "lock"))
	must(b, err)
	defer f.Close()
	fd := f.Fd()
	o := space(b, b.TempDir()).NewOwner("bench")
	var ratios []float64
	for b.Loop() {
		from := time.Now()
		for range 100 {
			setLock(b, fd, syscall.F_WRLCK)
			setLock(b, fd, syscall.F_UNLCK)
		}
		raw := time.Since(from)
		for range 100 {
			ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
			if err != nil {
				b.Fatal(err)
			}
			ns.Release()
		}
		ratios = append(ratios, float64(time.Since(from)-raw)/float64(raw))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-two-calls")
}

// A user that is not among the last few hundred: the lock file is opened and closed.
func BenchmarkColdUser(b *testing.B) {
	o := space(b, b.TempDir(), nslock.MaxIdleFiles(0)).NewOwner("bench")
	for b.Loop() {
		ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
		if err != nil {
			b.Fatal(err)
		}
		ns.Release()
	}
}

// At most one lock in a millisecond: every one looks whether the lock file is still in its place.
func BenchmarkRareLock(b *testing.B) {
	o := space(b, b.TempDir()).NewOwner("bench")
	var total time.Duration
	for b.Loop() {
		time.Sleep(2 * time.Millisecond)
		from := time.Now()
		ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
		if err != nil {
			b.Fatal(err)
		}
		ns.Release()
		total += time.Since(from)
	}
	b.ReportMetric(float64(total.Nanoseconds())/float64(b.N), "ns/lock")
}

func BenchmarkReentry(b *testing.B) {
	o := space(b, b.TempDir()).NewOwner("bench")
	outer, err := o.LockUser(bg, "alice", nslock.Exclusive)
	must(b, err)
	defer outer.Release()
	b.ReportAllocs()
	for b.Loop() {
		ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
		if err != nil {
			b.Fatal(err)
		}
		ns.Release()
	}
}

// Shared locks of one user by every processor: those after the first make no system call.
func BenchmarkSharedParallel(b *testing.B) {
	b.Run("nslock", func(b *testing.B) {
		s := space(b, b.TempDir())
		b.RunParallel(func(pb *testing.PB) {
			o := s.NewOwner("bench")
			for pb.Next() {
				ns, err := o.LockUser(bg, "alice", nslock.Shared)
				if err != nil {
					b.Fatal(err)
				}
				ns.Release()
			}
		})
	})
	b.Run("sync_RWMutex", func(b *testing.B) {
		var m sync.RWMutex
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				m.RLock()
				m.RUnlock()
			}
		})
	})
}

// handOver measures how long after a release a waiter of this process goes on.
func handOver(b *testing.B, lock func(i int) (unlock func())) {
	var total time.Duration
	for b.Loop() {
		unlock := lock(0)
		waits, done := make(chan struct{}), make(chan time.Time)
		go func() {
			close(waits)
			unlock := lock(1)
			done <- time.Now()
			unlock()
		}()
		<-waits
		time.Sleep(200 * time.Microsecond)
		from := time.Now()
		unlock()
		total += (<-done).Sub(from)
	}
	b.ReportMetric(float64(total.Nanoseconds())/float64(b.N), "ns/wake")
}

func BenchmarkWakeInProcess(b *testing.B) {
	b.Run("nslock", func(b *testing.B) {
		s := space(b, b.TempDir())
		owners := []*nslock.Owner{s.NewOwner("0"), s.NewOwner("1")}
		handOver(b, func(i int) func() {
			ns, err := owners[i].LockUser(bg, "alice", nslock.Exclusive)
			must(b, err)
			return ns.Release
		})
	})
	b.Run("sync_RWMutex", func(b *testing.B) {
		var m sync.RWMutex
		handOver(b, func(int) func() {
			m.Lock()
			return m.Unlock
		})
	})
	b.Run("go_deadlock", func(b *testing.B) {
		var m deadlock.RWMutex
		handOver(b, func(int) func() {
			m.Lock()
			return m.Unlock
		})
	})
}

// holdAndRelease is the other process: for each line of input it locks alice, says so, and at
// the next line notes the time and releases.
func holdAndRelease(dir string) {
	s, err := nslock.Open(dir)
	if err != nil {
		panic(err)
	}
	o := s.NewOwner("other")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
		if err != nil {
			panic(err)
		}
		fmt.Println("locked")
		in.Scan()
		from := time.Now()
		ns.Release()
		fmt.Println(from.UnixNano())
	}
}

// How long after a release in another process a waiter goes on, after a wait of 20 ms.
func BenchmarkWakeAcrossProcesses(b *testing.B) {
	dir := b.TempDir()
	exe, err := os.Executable()
	must(b, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	in, err := cmd.StdinPipe()
	must(b, err)
	pipe, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	defer func() {
		_ = in.Close()
		_ = cmd.Wait()
	}()
	out := bufio.NewScanner(pipe)
	o := space(b, dir).NewOwner("bench")
	var total, worst time.Duration
	for b.Loop() {
		fmt.Fprintln(in)
		out.Scan()
		done := make(chan time.Time, 1)
		go func() {
			ns, err := o.LockUser(bg, "alice", nslock.Exclusive)
			if err != nil {
				b.Error(err)
			}
			done <- time.Now()
			ns.Release()
		}()
		time.Sleep(20 * time.Millisecond)
		fmt.Fprintln(in)
		out.Scan()
		var from int64
		_, err := fmt.Sscan(out.Text(), &from)
		must(b, err)
		late := (<-done).Sub(time.Unix(0, from))
		total += late
		worst = max(worst, late)
	}
	b.ReportMetric(float64(total.Nanoseconds())/float64(b.N), "ns/wake")
	b.ReportMetric(float64(worst.Nanoseconds()), "ns/worst")
}

// What waiting costs: 10,000 owners on one user whom another Space holds, as another process would.
func BenchmarkTenThousandWaiters(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		holder, err := space(b, dir).NewOwner("holder").LockUser(bg, "alice", nslock.Exclusive)
		must(b, err)
		s := space(b, dir)
		before := threads(b)
		ctx, cancel := context.WithCancel(bg)
		var wg sync.WaitGroup
		for range 10000 {
			wg.Go(func() {
				_, _ = s.NewOwner("waiter").LockUser(ctx, "alice", nslock.Exclusive)
			})
		}
		time.Sleep(300 * time.Millisecond)
		var use syscall.Rusage
		must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &use))
		from := cpu(use)
		time.Sleep(time.Second)
		must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &use))
		b.ReportMetric(float64((cpu(use) - from).Milliseconds()), "ms-cpu/s")
		b.ReportMetric(float64(threads(b)-before), "threads")
		cancel()
		wg.Wait()
		holder.Release()
	}
}

func cpu(use syscall.Rusage) time.Duration {
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func threads(tb testing.TB) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	tasks, err := os.ReadDir("/proc/self/task")
	must(tb, err)
	return len(tasks)
}
