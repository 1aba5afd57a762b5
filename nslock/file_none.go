//go:build !unix

package nslock

import (
	"fmt"
	"runtime"
	"time"
)

// Systems without fcntl locks have none that a mail server honours. Open says so; what follows is
// never reached.

type lockFile struct{ fd int }

var noFile = lockFile{fd: -1}

func claim(*Space) error { return fmt.Errorf("%w: %s", ErrUnsupported, runtime.GOOS) }

func unclaim(*Space) {}

func (e *entry) openFile(Mode) (lockFile, error) { return noFile, ErrUnsupported }

func (f lockFile) set(Mode) (held bool, err error) { return false, ErrUnsupported }

func (f lockFile) at(string) bool { return false }

func (f lockFile) close() {}

func outOfFiles(error) bool { return false }

func near(string) bool { return false }

func sleep(d time.Duration) { time.Sleep(d) }
