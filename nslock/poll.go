package nslock

import (
	"sync"
	"time"
)

// Waiting for another process. The system can wait for a lock (F_OFD_SETLKW), but such a wait takes
// a thread for each file, and cannot be cancelled: the signal that would interrupt it restarts the
// call, because the Go runtime installs every handler so. A thread left behind would take the
// lock one day for an owner that is gone. So one goroutine asks for all files that are waited
// for, without waiting, often at first and at least every millisecond.

const (
	pollFirst = 50 * time.Microsecond
	pollLast  = 850 * time.Microsecond // what the system adds to a sleep keeps it below 1 ms
)

// poller is the goroutine that asks; it runs while there is something to ask for.
type poller struct {
	s     *Space
	mu    sync.Mutex
	files []*entry
	last  int64 // when the youngest of the waits began
	runs  bool
}

// add has e asked for in the next round. The shard of e is locked.
func (p *poller) add(e *entry) {
	if e.polls {
		return
	}
	e.polls = true
	if e.asked == 0 {
		e.asked = p.s.now()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files = append(p.files, e)
	p.last = max(p.last, e.asked)
	if !p.runs {
		p.runs = true
		go p.run()
	}
}

func (p *poller) run() {
	for {
		p.mu.Lock()
		if len(p.files) == 0 {
			p.runs = false
			p.mu.Unlock()
			return
		}
		// The end of a wait is seen late by an eighth of its length.
		pause := min(max(time.Duration(p.s.now()-p.last)/8, pollFirst), pollLast)
		p.mu.Unlock()
		sleep(pause)
		p.mu.Lock()
		files := p.files
		p.files, p.last = nil, 0
		p.mu.Unlock()
		for _, e := range files {
			e.ask()
		}
	}
}
