package nslock

import (
	"syscall"
	"time"
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
		switch err := syscall.FcntlFlock(uintptr(f.fd), ofdSetLock, &lock); err {
		case nil:
			return false, nil
		case syscall.EAGAIN, syscall.EACCES:
			return true, nil
		case syscall.EINTR:
		default:
			return false, err
		}
	}
}

// sleep sleeps d, and not a millisecond longer: the timers of a Go program that is otherwise idle
// are only as fine as that.
func sleep(d time.Duration) {
	left := syscall.NsecToTimespec(int64(d))
	for syscall.Nanosleep(&left, &left) == syscall.EINTR {
	}
}

// claim lets any number of Spaces share a directory: locks belong to their descriptors.
func claim(*Space) error { return nil }

func unclaim(*Space) {}
