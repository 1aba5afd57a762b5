package nslock

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A model of the whole lock runtime, without files, queues or threads: who holds what, and what a
// call must answer. Random schedules of calls run on both, on owners of two Spaces of one
// directory, which are to each other as processes are. A call that must wait is made with a
// context that is done soon, and must leave nothing.

var modelUsers = []string{SharedNamespace, "a", "a-b", "a.z", "b"}

// modelID is the uniqueid of a user's mailbox.
func modelID(user string) string {
	if user == SharedNamespace {
		return "id-shared"
	}
	return "id-" + user
}

type modelLock struct {
	class, key string
	mode       Mode
	n          int
	kept       int // parked guards that keep an index lock
}

// modelGuard is one guard: what it gives back.
type modelGuard struct {
	class  string
	keys   []string
	parked bool
	ns     *Namespace
	mb     *Mailbox
	mn     *Mboxname
}

type modelOwner struct {
	real   *Owner
	locks  []*modelLock
	guards []*modelGuard
}

func (o *modelOwner) find(class, key string) *modelLock {
	for _, l := range o.locks {
		if l.class == class && l.key == key {
			return l
		}
	}
	return nil
}

func (o *modelOwner) has(class string) bool {
	return slices.ContainsFunc(o.locks, func(l *modelLock) bool { return l.class == class })
}

func (o *modelOwner) add(class, key string, mode Mode) {
	if l := o.find(class, key); l != nil {
		l.n++
		l.mode = mode
		return
	}
	o.locks = append(o.locks, &modelLock{class, key, mode, 1, 0})
}

func (o *modelOwner) sub(class, key string) {
	l := o.find(class, key)
	if l.n--; l.n > 0 {
		return
	}
	if l.kept > 0 {
		l.mode = Shared
	} else {
		o.locks = slices.DeleteFunc(o.locks, func(x *modelLock) bool { return x == l })
	}
}

// index returns the index lock of a mailbox, unless parked guards alone keep it.
func (o *modelOwner) index(key string) *modelLock {
	if l := o.find(classIndex, key); l != nil && l.n > 0 {
		return l
	}
	return nil
}

// unkeep takes a parked guard off an index lock.
func (o *modelOwner) unkeep(key string) {
	l := o.find(classIndex, key)
	l.kept--
	if l.n == 0 && l.kept == 0 {
		o.locks = slices.DeleteFunc(o.locks, func(x *modelLock) bool { return x == l })
	}
}

type model struct {
	t      *testing.T
	keep   bool // KeepIndexLock
	owners []*modelOwner
}

// free reports whether nobody but o holds the file behind a lock in a mode that excludes this one.
// An open mailbox holds its file shared in either mode, and so does a mboxname lock in its own.
func (m *model) free(o *modelOwner, class, key string, mode Mode) bool {
	if m.keep && class == classMailbox {
		return true
	}
	for _, p := range m.owners {
		if p == o {
			continue
		}
		for _, l := range p.locks {
			grip, same := l.mode, l.class == class
			if class == classMboxname || class == classMailbox {
				same = l.class == classMboxname || l.class == classMailbox
				if l.class == classMailbox {
					grip = Shared
				}
			}
			if same && l.key == key && (grip == Exclusive || mode == Exclusive) {
				return false
			}
		}
	}
	return true
}

// errWaits is the model's answer for a call that must wait.
var errWaits = errors.New("would wait")

// lockUsers is the answer to LockUser and LockUsers, for sorted users.
func (m *model) lockUsers(o *modelOwner, mode Mode, users []string) error {
	for _, u := range users {
		if l := o.find(classNamespace, u); l != nil {
			if l.mode != mode {
				return ErrOrder
			}
			continue
		}
		if o.has(classMailbox) || o.has(classMboxname) {
			return ErrOrder
		}
		for _, l := range o.locks {
			if l.class == classNamespace && l.key > u {
				return ErrOrder
			}
		}
	}
	for _, u := range users {
		if o.find(classNamespace, u) == nil && !m.free(o, classNamespace, u, mode) {
			return errWaits
		}
	}
	return nil
}

func (m *model) open(o *modelOwner, user string, mode Mode) error {
	ns := o.find(classNamespace, user)
	if ns == nil || ns.mode < mode {
		return ErrOrder
	}
	key := modelID(user)
	for _, l := range []*modelLock{o.find(classMailbox, key), o.index(key)} {
		if l != nil && l.mode != mode {
			return ErrOrder
		}
	}
	if o.find(classMailbox, key) == nil && !m.free(o, classMailbox, key, Shared) {
		return errWaits
	}
	return m.takeIndex(o, key, mode)
}

// takeIndex is the answer for an index lock that is not held, or only kept.
func (m *model) takeIndex(o *modelOwner, key string, mode Mode) error {
	l := o.find(classIndex, key)
	if l != nil && (l.n > 0 || mode == Shared) || m.free(o, classIndex, key, mode) {
		return nil
	}
	return errWaits
}

func (m *model) mboxname(o *modelOwner, user string, mode Mode) error {
	key := modelID(user)
	if m.keep {
		return ErrOrder
	}
	if l := o.find(classMboxname, key); l != nil {
		if l.mode != mode {
			return ErrOrder
		}
		return nil
	}
	if o.find(classMailbox, key) != nil && mode == Exclusive {
		return ErrOrder
	}
	if !m.free(o, classMboxname, key, mode) {
		return errWaits
	}
	return nil
}

// compare checks an answer, and what the owner holds after it.
func (m *model) compare(what string, got, want error) {
	m.t.Helper()
	switch {
	case want == nil:
		require.NoError(m.t, got, what)
	case errors.Is(want, errWaits):
		require.True(m.t, errors.Is(got, context.DeadlineExceeded) || errors.Is(got, ErrDeadlock), "%s: %v", what, got)
	default:
		require.ErrorIs(m.t, got, want, what)
	}
}

func (m *model) settled(what string) {
	m.t.Helper()
	for i, o := range m.owners {
		var want, got []string
		for _, l := range o.locks {
			want = append(want, fmt.Sprint(l.class, l.key, l.mode))
		}
		for _, h := range o.real.Held() {
			got = append(got, fmt.Sprint(h.Class, h.Key, h.Mode))
		}
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(m.t, want, got, "owner %d after %s", i, what)
	}
}

// choices is where the model's schedule comes from: a generator, or the fuzzer's bytes.
type choices interface{ IntN(n int) int }

func runModel(t *testing.T, c choices, steps int) {
	t.Helper()
	dir := t.TempDir()
	m := &model{t: t, keep: c.IntN(2) == 1}
	opts := []Option{Unannounced()}
	if m.keep {
		opts = append(opts, KeepIndexLock())
	}
	for i := range 4 {
		var s *Space
		var err error
		if i%2 == 0 {
			s, err = Open(dir, opts...)
			require.NoError(t, err)
			t.Cleanup(func() { _ = s.Close() })
		} else {
			s = m.owners[i-1].real.s
		}
		m.owners = append(m.owners, &modelOwner{real: s.NewOwner(strconv.Itoa(i))})
	}
	for range steps {
		m.settled(m.step(c))
	}
	for _, o := range m.owners {
		for len(o.guards) > 0 {
			m.release(o, len(o.guards)-1)
		}
		require.Empty(t, o.real.Held())
	}
}

// patient returns the context for a call: one that is soon done if the call must wait.
func patient(want error) (context.Context, context.CancelFunc) {
	if errors.Is(want, errWaits) {
		return context.WithTimeout(bg, 1500*time.Microsecond)
	}
	return context.WithTimeout(bg, patience)
}

func (m *model) step(c choices) string {
	o := m.owners[c.IntN(len(m.owners))]
	user, mode := modelUsers[c.IntN(len(modelUsers))], Mode(1+c.IntN(2))
	switch c.IntN(9) {
	case 0:
		return m.lock(o, mode, []string{user}, func(ctx context.Context) (*Namespace, error) { return o.real.LockUser(ctx, user, mode) })
	case 1:
		other := modelUsers[c.IntN(len(modelUsers))]
		users := []string{user, other}
		slices.Sort(users)
		users = slices.Compact(users)
		return m.lock(o, mode, users, func(ctx context.Context) (*Namespace, error) {
			return o.real.LockUsers(ctx, mode, other, user, "")
		})
	case 2:
		return m.tryLock(o, user, mode)
	case 3:
		return m.openMailbox(o, user, mode)
	case 4:
		return m.lockMboxname(o, user, mode)
	case 5:
		return m.parkOrUnpark(o, c, mode)
	case 6:
		return m.repack(o, user)
	}
	if len(o.guards) == 0 {
		return "nothing"
	}
	return m.release(o, c.IntN(len(o.guards)))
}

func (m *model) lock(o *modelOwner, mode Mode, users []string, call func(context.Context) (*Namespace, error)) string {
	want := m.lockUsers(o, mode, users)
	ctx, cancel := patient(want)
	defer cancel()
	ns, err := call(ctx)
	what := fmt.Sprintf("lock %v %v", users, mode)
	m.compare(what, err, want)
	if err == nil {
		for _, u := range users {
			o.add(classNamespace, u, mode)
		}
		o.guards = append(o.guards, &modelGuard{class: classNamespace, keys: users, ns: ns})
	}
	return what
}

func (m *model) tryLock(o *modelOwner, user string, mode Mode) string {
	var want error
	if l := o.find(classNamespace, user); l != nil && l.mode != mode || l == nil && !m.free(o, classNamespace, user, mode) {
		want = ErrBusy
	}
	ns, err := o.real.TryLockUser(user, mode)
	m.compare("try "+user, err, want)
	if err == nil {
		o.add(classNamespace, user, mode)
		o.guards = append(o.guards, &modelGuard{class: classNamespace, keys: []string{user}, ns: ns})
	}
	return "try " + user
}

func (m *model) openMailbox(o *modelOwner, user string, mode Mode) string {
	want := m.open(o, user, mode)
	ctx, cancel := patient(want)
	defer cancel()
	mb, err := o.real.OpenMailbox(ctx, MailboxRef{User: user, UniqueID: modelID(user)}, mode)
	what := fmt.Sprintf("open %s %v", user, mode)
	m.compare(what, err, want)
	if err == nil {
		o.add(classMailbox, modelID(user), mode)
		o.add(classIndex, modelID(user), mode)
		o.guards = append(o.guards, &modelGuard{class: classMailbox, keys: []string{user}, mb: mb})
	}
	return what
}

func (m *model) lockMboxname(o *modelOwner, user string, mode Mode) string {
	want := m.mboxname(o, user, mode)
	ctx, cancel := patient(want)
	defer cancel()
	mn, err := o.real.LockMboxname(ctx, modelID(user), mode)
	what := fmt.Sprintf("mboxname %s %v", user, mode)
	m.compare(what, err, want)
	if err == nil {
		o.add(classMboxname, modelID(user), mode)
		o.guards = append(o.guards, &modelGuard{class: classMboxname, keys: []string{user}, mn: mn})
	}
	return what
}

// parkOrUnpark parks a mailbox of o, or locks the index of a parked one again.
func (m *model) parkOrUnpark(o *modelOwner, c choices, mode Mode) string {
	for _, g := range o.guards {
		if g.class != classMailbox || c.IntN(2) == 0 {
			continue
		}
		user, key := g.keys[0], modelID(g.keys[0])
		if !g.parked {
			g.mb.Park()
			g.parked = true
			if m.keep {
				o.find(classIndex, key).kept++
			}
			o.sub(classIndex, key)
			return "park " + user
		}
		var want error
		ns, l := o.find(classNamespace, user), o.index(key)
		if ns == nil || ns.mode < mode || l != nil && l.mode != mode {
			want = ErrOrder
		} else {
			want = m.takeIndex(o, key, mode)
		}
		ctx, cancel := patient(want)
		defer cancel()
		err := g.mb.LockIndex(ctx, mode)
		m.compare("index "+user, err, want)
		if err == nil {
			g.parked = false
			o.add(classIndex, key, mode)
			if m.keep {
				o.unkeep(key)
			}
		}
		return "index " + user
	}
	return "no mailbox"
}

// repack opens for a repack and closes again.
func (m *model) repack(o *modelOwner, user string) string {
	key := modelID(user)
	var want error
	ns := o.find(classNamespace, user)
	switch {
	case ns == nil || ns.mode != Exclusive:
		want = ErrOrder
	case o.find(classMailbox, key) != nil || o.find(classMboxname, key) != nil:
		want = ErrBusy
	case !m.free(o, classMailbox, key, Exclusive) || !m.free(o, classIndex, key, Exclusive):
		want = ErrBusy
	}
	mb, err := o.real.TryRepack(MailboxRef{User: user, UniqueID: key})
	m.compare("repack "+user, err, want)
	mb.Close()
	return "repack " + user
}

// release gives a guard back, unless that would be too early: then its mailboxes go first.
func (m *model) release(o *modelOwner, i int) string {
	g := o.guards[i]
	if g.class == classNamespace {
		for _, key := range g.keys {
			if o.find(classNamespace, key).n == 1 && o.index(modelID(key)) != nil {
				for j, other := range o.guards {
					if other.class == classMailbox && other.keys[0] == key && !other.parked {
						return m.release(o, j)
					}
				}
			}
		}
	}
	o.guards = slices.Delete(o.guards, i, i+1)
	for range 2 { // releases are idempotent
		g.ns.Release()
		g.mb.Close()
		g.mn.Release()
	}
	for _, key := range g.keys {
		if g.class == classNamespace {
			o.sub(g.class, key)
			continue
		}
		o.sub(g.class, modelID(key))
		switch {
		case g.class != classMailbox:
		case !g.parked:
			o.sub(classIndex, modelID(key))
		case m.keep:
			o.unkeep(modelID(key))
		}
	}
	return "release " + g.class
}

func TestModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			runModel(t, rand.New(rand.NewPCG(seed, 1)), 150)
		})
	}
}

// script is a schedule from bytes; it ends in zeros.
type script struct{ bytes []byte }

func (s *script) IntN(n int) int {
	if len(s.bytes) == 0 {
		return 0
	}
	b := s.bytes[0]
	s.bytes = s.bytes[1:]
	return int(b) % n
}

func FuzzModel(f *testing.F) {
	f.Add([]byte{0, 1, 1, 0, 0, 1, 1, 3, 2, 1, 1, 0})
	f.Fuzz(func(t *testing.T, schedule []byte) {
		runModel(t, &script{schedule}, min(len(schedule)/4, 60))
	})
}
