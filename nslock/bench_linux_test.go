package nslock

import (
	"context"
	"os"
	"syscall"
	"testing"
)

func BenchmarkRawPair(b *testing.B) {
	f, err := os.Create(b.TempDir() + "/x")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	fd := f.Fd()
	for b.Loop() {
		w := syscall.Flock_t{Type: syscall.F_WRLCK}
		if err := syscall.FcntlFlock(fd, ofdSetLock, &w); err != nil {
			b.Fatal(err)
		}
		w.Type = syscall.F_UNLCK
		if err := syscall.FcntlFlock(fd, ofdSetLock, &w); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLockUser(b *testing.B) {
	s := openTest(b)
	o := s.NewOwner("bench")
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		ns, err := o.LockUser(ctx, "alice", Exclusive)
		if err != nil {
			b.Fatal(err)
		}
		ns.Release()
	}
}

func BenchmarkReentry(b *testing.B) {
	s := openTest(b)
	o := s.NewOwner("bench")
	ctx := context.Background()
	outer, err := o.LockUser(ctx, "alice", Exclusive)
	if err != nil {
		b.Fatal(err)
	}
	defer outer.Release()
	b.ReportAllocs()
	for b.Loop() {
		ns, err := o.LockUser(ctx, "alice", Exclusive)
		if err != nil {
			b.Fatal(err)
		}
		ns.Release()
	}
}
