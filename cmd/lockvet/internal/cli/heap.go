package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// startPercent is GOGC until the first collection. The least heap that the
	// runtime collects is GOGC hundredths of 4 MB, which makes this one 64 MB.
	startPercent = 1600
	// softLimit, 2.75 GB, is where memory is collected more often than GOGC asks for: the
	// largest packages there are would take more, most of it garbage.
	softLimit = 11 << 28
)

// tuneHeap lets the heap grow to 64 MB before it is collected for the first
// time. go vet runs the tool once for each package, in a process that ends
// after a fraction of a second with most of what it has made still in use:
// collecting a heap of 4, 8, 16 and 32 MB took a quarter of its time and freed
// next to nothing. cmd/compile does the same. Once the first collection has
// run, the heap grows as that of any Go program, up to the soft limit. Whoever
// has set GOGC or GOMEMLIMIT is obeyed.
func tuneHeap() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softLimit)
	}
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	before := debug.SetGCPercent(startPercent)
	sentinel := new([16]byte)
	runtime.SetFinalizer(sentinel, func(*[16]byte) { debug.SetGCPercent(before) })
}
