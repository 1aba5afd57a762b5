//go:build unix && !linux

package nslock

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// Outside Linux there are only the record locks of POSIX, which belong to the process. They
// exclude other processes, and the entries of a Space sort out its goroutines; but a second Space
// of one directory in one process would not be excluded, and its closing a file would drop the
// first one's lock. So there can be one only. (The same is true of an index file that the program
// itself opens and closes: the documentation says so.)

var claims = struct {
	sync.Mutex
	dirs map[*Space]os.FileInfo
}{dirs: make(map[*Space]os.FileInfo)}

func claim(s *Space) error {
	fi, err := os.Stat(s.dir)
	if err != nil {
		return fmt.Errorf("nslock: lock directory: %w", err)
	}
	claims.Lock()
	defer claims.Unlock()
	for _, other := range claims.dirs {
		if os.SameFile(fi, other) {
			return fmt.Errorf("%w: lock directory %s is open in this process already", ErrUnsupported, s.dir)
		}
	}
	claims.dirs[s] = fi
	return nil
}

func unclaim(s *Space) {
	claims.Lock()
	defer claims.Unlock()
	delete(claims.dirs, s)
}

// set asks for a lock on the whole file, or with mode 0 gives it up, without waiting. It reports
// whether another process holds the file in a mode that forbids it.
func (f lockFile) set(mode Mode) (held bool, err error) {
	lock := syscall.Flock_t{Type: lockType(mode)}
	for {
		switch err := syscall.FcntlFlock(uintptr(f.fd), syscall.F_SETLK, &lock); err {
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

// near is for Linux.
func near(string) bool { return false }

func sleep(d time.Duration) { time.Sleep(d) }
