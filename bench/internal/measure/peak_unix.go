//go:build unix

package measure

import (
	"os"
	"runtime"
	"syscall"
)

// peak is the memory of the largest process among one that has ended and those
// that it has waited for.
func peak(s *os.ProcessState) int64 {
	r, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return r.Maxrss // elsewhere it is in kilobytes
	}
	return r.Maxrss * 1024
}
