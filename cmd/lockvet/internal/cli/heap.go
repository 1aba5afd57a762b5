package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// startPercent is GOGC until the first collection. The least heap that the
// runtime collects is GOGC hundredths of 4 MB, which makes this one 64 MB.
const startPercent = 1600

// startHeap lets the heap grow to 64 MB before it is collected for the first
// time. go vet runs the tool once for each package, in a process that ends
// after a fraction of a second with most of what it has made still in use:
// collecting a heap of 4, 8, 16 and 32 MB took a quarter of its time and freed
// next to nothing. cmd/compile does the same. Once the first collection has
// run, the heap grows as that of any Go program, and large packages take no
// more memory than before. Whoever has set GOGC or GOMEMLIMIT is obeyed.
func startHeap() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	before := debug.SetGCPercent(startPercent)
	sentinel := new([16]byte)
	runtime.SetFinalizer(sentinel, func(*[16]byte) { debug.SetGCPercent(before) })
}
