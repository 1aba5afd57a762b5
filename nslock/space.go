package nslock

import (
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An Option changes how Open sets up a Space.
type Option func(*config)

// config is what the options set.
type config struct {
	naming
	strict    bool
	lenient   bool
	create    bool
	keepIndex bool
	maxIdle   int
	observe   func(Event)
	announce  bool
}

// Strict makes every broken rule panic with the error that a call would else return. It is meant
// for tests.
func Strict() Option { return func(c *config) { c.strict = true } }

// ReportOnly makes a call that breaks a rule tell the observer, and then go on as if there were no
// rules: it may wait forever. A lock that is held is entered again in the mode it is held in. It is
// for finding out what a program would be refused, before its rules are enforced. Strict comes first.
func ReportOnly() Option { return func(c *config) { c.lenient = true } }

// CreateDir makes Open create the lock directory if it is missing. Without it a missing directory
// is an error: a fresh one, beside the directory that the server uses, would exclude nobody.
func CreateDir() Option { return func(c *config) { c.create = true } }

// KeepIndexLock chooses the planned way to keep a slow reader safe: a parked mailbox keeps its
// index lock, shared, and there are no mboxname locks; LockMboxname is refused. Without the option
// it is today's way: an open mailbox holds its mboxname lock, shared, until Close, and Park gives
// the index lock up. Both keep a repack out for as long as a reader has the mailbox open.
//
// A parked reader makes writers of the same mailbox wait under this option, and not without it.
func KeepIndexLock() Option { return func(c *config) { c.keepIndex = true } }

// MaxIdleFiles bounds how many lock files that nobody holds stay open for the next time, about;
// the default is 512. With 0 every lock opens its file and every last release closes it.
func MaxIdleFiles(n int) Option { return func(c *config) { c.maxIdle = max(n, 0) } }

// WithObserver has f called on what happens to locks. f runs in the goroutine of the call that it
// reports, in the middle of it: it must be quick, may run at the same time for several owners, and
// must not use the owner.
func WithObserver(f func(Event)) Option { return func(c *config) { c.observe = f } }

// Unannounced keeps the Space from listening on a socket, named for the lock directory, through which
// Holders in other processes learn the names of owners. They see the process alone then.
func Unannounced() Option { return func(c *config) { c.announce = false } }

// WithLayout chooses the names of lock files; the default is Cyrus36.
func WithLayout(l Layout) Option { return func(c *config) { c.layout = l } }

// HashIMAPSpool is the option of that name in imapd.conf; the default here is true, as in
// Debian's package, while Cyrus's own is false.
func HashIMAPSpool(on bool) Option { return func(c *config) { c.hash = on } }

// FullDirHash is the option of that name in imapd.conf; the default is false. It counts only
// together with HashIMAPSpool.
func FullDirHash(on bool) Option { return func(c *config) { c.full = on } }

// DefaultDomain is the option of that name in imapd.conf: mailbox names of this domain carry none.
func DefaultDomain(domain string) Option { return func(c *config) { c.defaultDomain = domain } }

// DeletedPrefix is the option of that name in imapd.conf, below which deleted mailboxes keep the
// name of their owner; the default is "DELETED".
func DeletedPrefix(prefix string) Option { return func(c *config) { c.deletedPrefix = prefix } }

const shardCount = 64

// A Space is one lock directory: the locks of one mail store. Its methods may be called by any
// number of goroutines.
type Space struct {
	config
	dir   string
	start time.Time // monotonic; every other time is an offset from it
	seed  maphash.Seed
	near  bool // see near

	shards [shardCount]shard
	poll   poller
	graph  sync.Mutex // guards Owner.waiting, so that one search for a ring sees one picture
	closed atomic.Bool
	word   *announcer
}

// shard holds the lock files whose names fall to it. Its mutex guards them too: an uncontended
// lock costs one round of it, and so does a release.
type shard struct {
	mu    sync.Mutex
	files [entryKinds]map[string]*entry
	open  int // descriptors
	_     [24]byte
}

// Open returns the Space of dir, the mboxname_lockpath of a Cyrus server. It takes no lock and
// needs no server. On systems without locks that a server honours it returns ErrUnsupported; on
// Unix systems other than Linux the second Space of one directory in one process is refused,
// because their locks belong to the process.
func Open(dir string, opts ...Option) (*Space, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("nslock: %w", err)
	}
	s := &Space{dir: abs, start: time.Now(), seed: maphash.MakeSeed()}
	s.config = config{naming: naming{hash: true, deletedPrefix: "DELETED"}, maxIdle: 512, announce: true}
	for _, o := range opts {
		o(&s.config)
	}
	if s.create {
		if err := os.MkdirAll(abs, 0o755); err != nil {
			return nil, fmt.Errorf("nslock: create lock directory: %w", err)
		}
	}
	fi, err := os.Stat(abs)
	if err != nil {
		return nil, fmt.Errorf("nslock: lock directory: %w", err)
	}
	if !fi.IsDir() {
		return nil, fmt.Errorf("nslock: lock directory: %s is not a directory", abs)
	}
	if err := claim(s); err != nil {
		return nil, err
	}
	for i := range s.shards {
		for k := range s.shards[i].files {
			s.shards[i].files[k] = make(map[string]*entry)
		}
	}
	s.poll.s = s
	s.near = near(abs)
	if s.announce {
		s.word = announce(s)
	}
	return s, nil
}

// Dir returns the absolute path of the lock directory.
func (s *Space) Dir() string { return s.dir }

// Close closes the lock files. Calls that wait return ErrClosed. Locks that are still held stay
// held until their owners release them; the error, if there is one, names them.
func (s *Space) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var left []string
	for i := range s.shards {
		left = append(left, s.shards[i].shut()...)
	}
	s.word.stop()
	unclaim(s)
	if len(left) == 0 {
		return nil
	}
	sort.Strings(left)
	return fmt.Errorf("%w: held at Space.Close: %s", ErrLeak, strings.Join(left, "; "))
}

// shut fails the waiters of a shard, closes its idle files and names the locks that are held.
func (sh *shard) shut() (left []string) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, m := range sh.files {
		for _, e := range m {
			for w := e.queue.first(); w != nil; w = e.queue.first() {
				e.queue.remove(w)
				w.finish(ErrClosed, 0)
			}
			for _, h := range e.holds {
				left = append(left, fmt.Sprintf("%q holds %s", h.o.name, h.public()))
			}
			e.settle()
			e.idle()
		}
	}
	return left
}

// now returns the time since s was opened, which no change of the clock moves.
func (s *Space) now() int64 { return int64(time.Since(s.start)) }

// NewOwner returns an owner of locks, which holds none. The name appears in errors and in Holders;
// it need not be unique.
func (s *Space) NewOwner(name string) *Owner {
	o := &Owner{s: s, name: name}
	o.holds = o.room[:0]
	return o
}

// refuse hands a broken rule to the observer and back to the caller, or panics if s is strict.
// Under ReportOnly a broken order is no error to the caller.
func (s *Space) refuse(o *Owner, err error, want Held) error {
	if s.observe != nil {
		s.observe(Event{Kind: Refused, Owner: o.name, Lock: want, Err: err})
	}
	if s.strict && (errors.Is(err, ErrOrder) || errors.Is(err, ErrMisuse)) {
		panic(err)
	}
	if s.lenient && errors.Is(err, ErrOrder) {
		return nil
	}
	return err
}
