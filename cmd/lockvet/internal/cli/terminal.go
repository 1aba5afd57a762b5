package cli

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// isTerminal reports whether w is a terminal. A character device is taken for
// one, the null device excepted.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// A progress is the line on a terminal that says that a long run is alive.
type progress struct {
	w        io.Writer
	packages atomic.Int64
	stop     chan struct{}
	stopped  chan struct{}
}

// A short run prints no progress; a long one prints it this often.
const (
	quiet = 2 * time.Second
	pause = 500 * time.Millisecond
)

// newProgress starts a progress on w. It returns nil if w is no terminal.
func newProgress(w io.Writer) *progress {
	if !isTerminal(w) {
		return nil
	}
	p := &progress{w: w, stop: make(chan struct{}), stopped: make(chan struct{})}
	go p.run(time.Now())
	return p
}

// done says how many packages are analysed.
func (p *progress) done(packages int) { p.packages.Store(int64(packages)) }

func (p *progress) run(start time.Time) {
	defer close(p.stopped)
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			fmt.Fprint(p.w, "\r\x1b[K")
			return
		case now := <-ticker.C:
			p.draw(now.Sub(start))
		}
	}
}

// draw prints the line anew. The dependencies come first, of which a driver
// says nothing.
func (p *progress) draw(elapsed time.Duration) {
	if elapsed < quiet {
		return
	}
	done := "analysing dependencies"
	if n := int(p.packages.Load()); n > 0 {
		done = plural(n, "package") + " analysed"
	}
	fmt.Fprintf(p.w, "\r\x1b[Klockvet: %s, %s", done, elapsed.Round(time.Second))
}

// clear takes the line off the terminal and ends the progress.
func (p *progress) clear() {
	close(p.stop)
	<-p.stopped
}
