package nslock

import (
	"syscall"
	"time"
	"unsafe"
)

// The commands for open-file-description locks, from <fcntl.h>; see fcntl_locking(2).
const (
	ofdGetLock = 36
	ofdSetLock = 37
)

// set asks for a lock on the whole file, or with mode 0 gives it up, without waiting. It reports
// whether somebody else holds the file in a mode that forbids it; the lock it had stays then.
func (f lockFile) set(mode Mode) (held bool, err error) {
	lock := syscall.Flock_t{Type: lockType(mode)}
	for {
		var errno syscall.Errno
		if f.near && unsafe.Sizeof(uintptr(0)) == 8 {
			_, _, errno = syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(f.fd), ofdSetLock, uintptr(unsafe.Pointer(&lock)))
		} else if err := syscall.FcntlFlock(uintptr(f.fd), ofdSetLock, &lock); err != nil {
			errno, _ = err.(syscall.Errno)
		}
		switch errno {
		case 0:
			return false, nil
		case syscall.EAGAIN, syscall.EACCES:
			return true, nil
		case syscall.EINTR:
		default:
			return false, errno
		}
	}
}

// near reports whether the file system of dir keeps its locks in the memory of this machine. There
// a call that does not wait is over in a fraction of a microsecond, and need not tell the Go
// scheduler that it might block, which would cost a tenth of it. One that asks a server could
// hold up the whole program.
func near(dir string) bool {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return false
	}
	switch uint32(st.Type) {
	case 0x01021994, // tmpfs
		0x858458f6, // ramfs
		0xef53,     // ext2 to ext4
		0x58465342, // xfs
		0x9123683e, // btrfs
		0x794c7630: // overlayfs
		return true
	}
	return false
}

// sleep sleeps d, and not a millisecond longer: the timers of a Go program that is otherwise idle
// are only as fine as that.
func sleep(d time.Duration) {
	left := syscall.NsecToTimespec(int64(d))
	_ = retry(func() error { return syscall.Nanosleep(&left, &left) })
}

// claim lets any number of Spaces share a directory: locks belong to their descriptors.
func claim(*Space) error { return nil }

func unclaim(*Space) {}
