package nslock

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"
)

// One entry stands for one lock file, and is where goroutines and processes meet. The process holds
// each file through a single descriptor, in the strongest mode that its owners need: the system
// is asked when the first owner comes and when the last one goes, and the owners in between are
// counted here. Owners queue in the order they came; an owner that comes while others queue
// queues too, so that a stream of readers does not pass a writer by.
//
// Everything in an entry is guarded by the mutex of its shard.

// entryKind tells lock files of different origin apart.
type entryKind uint8

const (
	kindUser    entryKind = iota // a user's lock file, by canonical userid
	kindMailbox                  // a mailbox's lock file, by its path below the lock directory
	kindIndex                    // a mailbox's index file, by its path
	kindShadow                   // stands for an index file that was not named, by its path
	kindMutex                    // no file: a Mutex of the program
	entryKinds
)

// entry is one lock file of a Space.
type entry struct {
	s    *Space
	sh   *shard
	kind entryKind
	name string
	path string
	file lockFile

	os      Mode  // how the process holds the file; 0 if it does not
	osSince int64 // since when
	checked int64 // when the file was last seen at its path
	used    int64 // when it was last taken, to close the idlest first

	holds []*hold
	excl  int // how many of holds grip exclusively: 0 or 1
	queue waiters

	polls bool  // the poller has it: the first of the queue waits for another process
	asked int64 // since when
}

// answer says whether an owner can have a lock.
type answer uint8

const (
	no      answer = iota // other owners of this process hold it, or come first
	outside               // another process holds it
	yes
)

const (
	// recheck is how long a lock file is trusted to be still the one at its path, in ns.
	recheck = int64(time.Millisecond)
	// turn is how long one process may hand an exclusive lock from owner to owner before it
	// lets go of the file for once, so that other processes get their turn.
	turn = int64(10 * time.Millisecond)
	// reopens bounds how often a lock file may be replaced between its opening and its lock.
	reopens = 10
)

// errHeld is the system's answer that another process holds the lock.
var errHeld = errors.New("held by another process")

func (s *Space) shard(kind entryKind, name string) *shard {
	return &s.shards[(maphash.String(s.seed, name)+uint64(kind))%shardCount]
}

// acquire grants h on the named file, waiting while it must and ctx allows; a nil ctx means that
// it must not wait.
func (s *Space) acquire(ctx context.Context, h *hold, kind entryKind, name string) error {
	if kind == kindMailbox || kind == kindShadow {
		path, err := s.mailboxPath(kind, name)
		if err != nil {
			return s.failed(h, err)
		}
		name = path // two names may have one file
	}
	sh := s.shard(kind, name)
	sh.mu.Lock()
	if s.closed.Load() {
		sh.mu.Unlock()
		return ErrClosed
	}
	e, err := sh.entry(s, kind, name)
	if err != nil {
		sh.mu.Unlock()
		return s.failed(h, err)
	}
	h.e = e
	h.since = s.now()
	answer, err := e.admit(h)
	if answer == yes {
		e.grant(h)
		sh.mu.Unlock()
		if s.observe != nil {
			s.observeAcquire(h, 0)
		}
		return nil
	}
	if err != nil {
		e.idle()
		sh.mu.Unlock()
		return s.failed(h, err)
	}
	if ctx == nil {
		e.idle()
		sh.mu.Unlock()
		return s.failed(h, ErrBusy)
	}
	w := e.enqueue(h)
	if answer == outside {
		s.poll.add(e)
	}
	sh.mu.Unlock()
	if err := w.wait(ctx); err != nil {
		return s.failed(h, err)
	}
	return nil
}

// failed tells the observer why h was not granted.
func (s *Space) failed(h *hold, err error) error {
	if s.observe != nil {
		s.observe(Event{Kind: Refused, Owner: h.o.name, Lock: h.public(), Err: err})
	}
	return err
}

func (s *Space) observeAcquire(h *hold, wait time.Duration) {
	if s.observe != nil {
		s.observe(Event{Kind: Acquired, Owner: h.o.name, Lock: h.public(), Wait: wait})
	}
}

func (o *Owner) observeRelease(h *hold) {
	age := time.Duration(o.s.now() - h.since)
	o.s.observe(Event{Kind: Released, Owner: o.name, Lock: h.public(), Age: age})
}

func (s *Space) mailboxPath(kind entryKind, uniqueid string) (string, error) {
	if kind == kindShadow {
		return s.indexFile(uniqueid)
	}
	return s.mailboxFile(uniqueid)
}

// entry returns the entry of a file, which need not be open yet.
func (sh *shard) entry(s *Space, kind entryKind, name string) (*entry, error) {
	if e := sh.files[kind][name]; e != nil {
		return e, nil
	}
	e := &entry{s: s, sh: sh, kind: kind, name: name, path: name, file: noFile}
	if kind == kindUser {
		path, err := s.userFile(name)
		if err != nil {
			return nil, err
		}
		e.path = path
	}
	sh.files[kind][name] = e
	return e, nil
}

// admit says whether h can have e now, and if so gets the file into the mode that takes.
func (e *entry) admit(h *hold) (answer, error) {
	mine := h.o.grip(e)
	if mine >= h.grip {
		return yes, nil // a stronger hold of the same owner covers it, whoever queues
	}
	if mine == 0 && e.queue.first() != nil {
		return no, nil
	}
	return e.fits(h, mine, h.since)
}

// fits is admit without regard to the queue. mine is how h's owner holds e already.
func (e *entry) fits(h *hold, mine Mode, now int64) (answer, error) {
	if h.grip == Exclusive {
		if mine == 0 && len(e.holds) > 0 || mine != 0 && e.others(h.o) > 0 {
			return no, nil
		}
	} else if e.excl > 0 {
		return no, nil
	}
	if e.kind == kindMutex {
		return yes, nil
	}
	switch err := e.reach(h.grip, now); {
	case err == nil:
		return yes, nil
	case errors.Is(err, errHeld):
		return outside, nil
	default:
		return no, err
	}
}

func (e *entry) others(o *Owner) (n int) {
	for _, h := range e.holds {
		if h.o != o {
			n++
		}
	}
	return n
}

// reach brings the process's lock on the file to at least mode, and sees that the file is still
// the one that others find at its path. It returns errHeld if another process holds it.
func (e *entry) reach(mode Mode, now int64) error {
	for range reopens {
		if e.file == noFile {
			if err := e.open(mode); err != nil {
				return err
			}
			e.checked = 0
		}
		fresh := e.os == 0
		if e.os < mode {
			held, err := e.file.set(mode)
			if err != nil {
				return fmt.Errorf("nslock: lock %s: %w", e.where(), err)
			}
			if held {
				if !fresh || e.still(now) {
					return errHeld
				}
				e.shut()
				continue
			}
			e.os = mode
			if fresh {
				e.osSince = now
			}
		}
		if e.still(now) {
			return nil
		}
		if len(e.holds) > 0 {
			return fmt.Errorf("%w: %s", ErrReplaced, e.where())
		}
		e.shut()
	}
	return fmt.Errorf("nslock: lock %s: it is replaced again and again", e.where())
}

// still reports whether the open file is the one at its path. The answer holds for a
// millisecond: a look costs as much as a lock.
func (e *entry) still(now int64) bool {
	if e.checked != 0 && now-e.checked < recheck && e.kind != kindIndex {
		return true
	}
	if !e.file.at(e.where()) {
		return false
	}
	e.checked = max(now, 1)
	return true
}

func (e *entry) grant(h *hold) {
	h.at = len(e.holds)
	e.holds = append(e.holds, h)
	if h.grip == Exclusive {
		e.excl++
	}
	e.used = h.since
}

// release takes h off e, and hands the lock on or gives it up.
func (e *entry) release(h *hold) {
	sh := e.sh
	sh.mu.Lock()
	last := len(e.holds) - 1
	moved := e.holds[last]
	e.holds[h.at], moved.at = moved, h.at
	e.holds[last] = nil
	e.holds = e.holds[:last]
	if h.grip == Exclusive {
		e.excl--
	}
	if e.queue.first() == nil {
		e.settle()
		e.idle()
	} else {
		e.next()
	}
	sh.mu.Unlock()
}

// weaken turns the exclusive grip of h into a shared one.
func (e *entry) weaken(h *hold) {
	e.sh.mu.Lock()
	defer e.sh.mu.Unlock()
	if h.grip == Exclusive {
		h.grip, h.mode = Shared, Shared
		e.excl--
		e.next()
	}
}

// next serves the queue as far as it goes, then gives up what nobody needs.
func (e *entry) next() {
	if e.os != 0 && len(e.holds) == 0 && e.queue.first() != nil && e.s.now()-e.osSince > turn {
		e.settle()
		e.s.poll.add(e)
		return
	}
	e.serve()
	e.settle()
	e.idle()
}

// serve grants from the front of the queue until one must wait.
func (e *entry) serve() {
	for w := e.queue.first(); w != nil; w = e.queue.first() {
		now := e.s.now()
		answer, err := e.fits(w.h, w.h.o.grip(e), now)
		if answer == outside {
			e.s.poll.add(e)
		}
		if answer != yes && err == nil {
			return
		}
		e.queue.remove(w)
		if err == nil {
			e.grant(w.h)
		}
		w.finish(err, now)
	}
}

// settle lowers the process's lock to what its holders need.
func (e *entry) settle() {
	need := Mode(0)
	switch {
	case e.excl > 0:
		need = Exclusive
	case len(e.holds) > 0:
		need = Shared
	}
	if need >= e.os || e.kind == kindMutex {
		return
	}
	if _, err := e.file.set(need); err != nil {
		// Only a broken file system refuses this. Closing the last descriptor unlocks.
		if need == 0 {
			e.shut()
		}
		return
	}
	e.os = need
}

// ask is the poller's turn: it serves the queue again, which hands e back to the poller if the
// file is still held by another process.
func (e *entry) ask() {
	e.sh.mu.Lock()
	defer e.sh.mu.Unlock()
	e.polls = false
	e.serve()
	e.settle()
	if !e.polls {
		e.asked = 0
	}
	e.idle()
}

// idle closes and forgets e if nobody has a use for it and it is not worth keeping.
func (e *entry) idle() {
	if len(e.holds) > 0 || e.queue.first() != nil || e.polls {
		return
	}
	// An index file is not kept: a repack puts another in its place.
	if e.kind < kindIndex && e.file != noFile && e.sh.open <= e.s.idlePerShard() && !e.s.closed.Load() {
		return
	}
	e.shut()
	delete(e.sh.files[e.kind], e.name)
}

func (s *Space) idlePerShard() int { return (s.maxIdle + shardCount - 1) / shardCount }

// shut closes the file, and with it the process's lock.
func (e *entry) shut() {
	if e.file != noFile {
		e.file.close()
		e.file = noFile
		e.sh.open--
	}
	e.os = 0
}

// open opens the file of e, at the cost of the idlest of its shard if there are many.
func (e *entry) open(mode Mode) error {
	if e.sh.open >= max(e.s.idlePerShard(), 1) {
		e.sh.evict(1)
	}
	f, err := e.openFile(mode)
	if err != nil && outOfFiles(err) {
		e.s.evictAll(e.sh)
		f, err = e.openFile(mode)
	}
	if err != nil {
		return err
	}
	e.file = f
	e.sh.open++
	return nil
}

// where returns the absolute path of the file.
func (e *entry) where() string {
	if e.kind == kindIndex {
		return e.path
	}
	return e.s.dir + "/" + e.path
}

// evict closes up to n idle files, the idlest first.
func (sh *shard) evict(n int) {
	var idle []*entry
	for _, m := range sh.files {
		for _, e := range m {
			if e.file != noFile && e.os == 0 && len(e.holds) == 0 && e.queue.first() == nil && !e.polls {
				idle = append(idle, e)
			}
		}
	}
	slices.SortFunc(idle, func(a, b *entry) int { return int(min(max(a.used-b.used, -1), 1)) })
	for _, e := range idle[:min(n, len(idle))] {
		e.shut()
		delete(sh.files[e.kind], e.name)
	}
}

// evictAll closes every idle file of the Space, when the process is out of descriptors. held is
// the shard that the caller has locked; a shard that is busy is left alone.
func (s *Space) evictAll(held *shard) {
	for i := range s.shards {
		sh := &s.shards[i]
		if sh == held {
			sh.evict(sh.open)
		} else if sh.mu.TryLock() {
			sh.evict(sh.open)
			sh.mu.Unlock()
		}
	}
}
