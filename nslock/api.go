package nslock

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
)

// A Mode says how a lock is held. The zero Mode is invalid, and refused.
type Mode uint8

const (
	Shared    Mode = 1 // any number of owners, to read
	Exclusive Mode = 2 // one owner, to write
)

// String returns "shared" or "exclusive".
func (m Mode) String() string {
	switch m {
	case Shared:
		return "shared"
	case Exclusive:
		return "exclusive"
	}
	return "invalid"
}

// SharedNamespace is the userid of the mailboxes that no user owns. It sorts before every valid
// userid in byte order.
const SharedNamespace = "!"

// The errors that callers tell apart with errors.Is.
var (
	ErrBusy  = errors.New("nslock: lock is busy")
	ErrOrder = errors.New("nslock: lock order broken")
)

// An Option changes how Open sets up a Space.
type Option func(*Space)

// A Space is one lock directory: the locks of one mail store.
type Space struct {
	mu   sync.Mutex
	cond *sync.Cond
	held map[string]int // -1: exclusive
}

// Open returns the Space of the lock directory dir.
func Open(dir string, opts ...Option) (*Space, error) {
	s := &Space{held: map[string]int{}}
	s.cond = sync.NewCond(&s.mu)
	for _, o := range opts {
		o(s)
	}
	return s, nil
}

// Close gives up what s needs.
func (s *Space) Close() error { return nil }

// NewOwner returns an owner of locks in s.
func (s *Space) NewOwner(name string) *Owner { return &Owner{s: s} }

// An Owner is one thread of work. It is used by one goroutine at a time.
type Owner struct {
	s    *Space
	held []Held
}

// Held is one lock that an Owner holds.
type Held struct {
	Class, Key string
	Mode       Mode
	Where      string
}

func (o *Owner) lock(ctx context.Context, class, key string, mode Mode, wait bool) error {
	id := class + "\x00" + key
	for _, h := range o.held {
		if h.Class == class && h.Key == key {
			o.held = append(o.held, h)
			return nil
		}
	}
	s := o.s
	s.mu.Lock()
	defer s.mu.Unlock()
	stop := context.AfterFunc(ctx, s.cond.Broadcast)
	defer stop()
	for s.held[id] < 0 || mode == Exclusive && s.held[id] > 0 {
		if !wait {
			return ErrBusy
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.cond.Wait()
	}
	if mode == Exclusive {
		s.held[id] = -1
	} else {
		s.held[id]++
	}
	o.held = append(o.held, Held{Class: class, Key: key, Mode: mode})
	return nil
}

func (o *Owner) unlock(class, key string) {
	for i := len(o.held) - 1; i >= 0; i-- {
		if o.held[i].Class == class && o.held[i].Key == key {
			o.held = slices.Delete(o.held, i, i+1)
			break
		}
	}
	for _, h := range o.held {
		if h.Class == class && h.Key == key {
			return
		}
	}
	s := o.s
	s.mu.Lock()
	defer s.mu.Unlock()
	id := class + "\x00" + key
	if s.held[id] <= 1 {
		delete(s.held, id)
	} else {
		s.held[id]--
	}
	s.cond.Broadcast()
}

// A Namespace is a guard: the namespace locks that one call took.
type Namespace struct {
	o     *Owner
	users []string
	done  bool
}

// LockUser locks the namespace of userid.
//
//lockvet:acquire namespace mode=mode key=userid
func (o *Owner) LockUser(ctx context.Context, userid string, mode Mode) (*Namespace, error) {
	if err := o.lock(ctx, "namespace", userid, mode, true); err != nil {
		return nil, err
	}
	return &Namespace{o: o, users: []string{userid}}, nil
}

// TryLockUser locks the namespace of userid if that needs no wait, and returns ErrBusy if it does.
//
//lockvet:acquire namespace mode=mode key=userid try
func (o *Owner) TryLockUser(userid string, mode Mode) (*Namespace, error) {
	if err := o.lock(context.Background(), "namespace", userid, mode, false); err != nil {
		return nil, err
	}
	return &Namespace{o: o, users: []string{userid}}, nil
}

// LockUsers locks the namespaces of all userids, in order of userid.
//
//lockvet:acquire namespace mode=mode key=userids ordered
func (o *Owner) LockUsers(ctx context.Context, mode Mode, userids ...string) (*Namespace, error) {
	users := slices.Clone(userids)
	slices.Sort(users)
	users = slices.Compact(users)
	users = slices.DeleteFunc(users, func(u string) bool { return u == "" })
	for i, u := range users {
		if err := o.lock(ctx, "namespace", u, mode, true); err != nil {
			for _, v := range users[:i] {
				o.unlock("namespace", v)
			}
			return nil, err
		}
	}
	return &Namespace{o: o, users: users}, nil
}

// LockMailboxUsers locks the namespaces of the users who own the mailboxes.
//
//lockvet:acquire namespace mode=mode ordered
func (o *Owner) LockMailboxUsers(ctx context.Context, mode Mode, mboxnames ...string) (*Namespace, error) {
	var users []string
	for _, n := range mboxnames {
		user := SharedNamespace
		if rest, ok := strings.CutPrefix(n, "user."); ok {
			user, _, _ = strings.Cut(rest, ".")
			user = strings.ReplaceAll(user, "^", ".")
		}
		users = append(users, user)
	}
	return o.LockUsers(ctx, mode, users...)
}

// Users returns the userids that n locks, sorted.
func (n *Namespace) Users() []string { return slices.Clone(n.users) }

// Release gives up the locks of n. It may be called twice, and on nil.
//
//lockvet:release namespace
func (n *Namespace) Release() {
	if n == nil || n.done {
		return
	}
	n.done = true
	for _, u := range n.users {
		n.o.unlock("namespace", u)
	}
}

// A MailboxRef names a mailbox.
type MailboxRef struct{ User, UniqueID, IndexPath string }

// A Mailbox is a guard: a mailbox that is open.
type Mailbox struct {
	o      *Owner
	ref    MailboxRef
	parked bool
	done   bool
}

// OpenMailbox opens the mailbox under its user's namespace lock.
//
//lockvet:require namespace mode=mode key=ref.User
//lockvet:acquire mailbox mode=mode key=ref.UniqueID
//lockvet:acquire index mode=mode key=ref.UniqueID
func (o *Owner) OpenMailbox(ctx context.Context, ref MailboxRef, mode Mode) (*Mailbox, error) {
	if err := o.lock(ctx, "index", ref.UniqueID, mode, true); err != nil {
		return nil, err
	}
	return &Mailbox{o: o, ref: ref}, nil
}

// TryRepack opens the mailbox for a repack.
//
//lockvet:require namespace exclusive key=ref.User
//lockvet:acquire mailbox exclusive key=ref.UniqueID try
//lockvet:acquire index exclusive key=ref.UniqueID try
func (o *Owner) TryRepack(ref MailboxRef) (*Mailbox, error) {
	if err := o.lock(context.Background(), "index", ref.UniqueID, Exclusive, false); err != nil {
		return nil, err
	}
	return &Mailbox{o: o, ref: ref}, nil
}

// Park gives up the index lock.
//
//lockvet:release index
func (m *Mailbox) Park() {
	if !m.parked {
		m.parked = true
		m.o.unlock("index", m.ref.UniqueID)
	}
}

// LockIndex takes the index lock again after Park.
//
//lockvet:require namespace mode=mode
//lockvet:acquire index mode=mode
func (m *Mailbox) LockIndex(ctx context.Context, mode Mode) error {
	if err := m.o.lock(ctx, "index", m.ref.UniqueID, mode, true); err != nil {
		return err
	}
	m.parked = false
	return nil
}

// Close closes the mailbox. It may be called twice, and on nil.
//
//lockvet:release index
//lockvet:release mailbox
func (m *Mailbox) Close() {
	if m == nil || m.done {
		return
	}
	m.Park()
	m.done = true
}

// A Mboxname is a guard: one mboxname lock.
type Mboxname struct {
	o    *Owner
	id   string
	done bool
}

// LockMboxname takes the mboxname lock of a mailbox.
//
//lockvet:acquire mboxname mode=mode key=uniqueid
func (o *Owner) LockMboxname(ctx context.Context, uniqueid string, mode Mode) (*Mboxname, error) {
	if err := o.lock(ctx, "mboxname", uniqueid, mode, true); err != nil {
		return nil, err
	}
	return &Mboxname{o: o, id: uniqueid}, nil
}

// Release gives up the lock. It may be called twice, and on nil.
//
//lockvet:release mboxname
func (n *Mboxname) Release() {
	if n == nil || n.done {
		return
	}
	n.done = true
	n.o.unlock("mboxname", n.id)
}

// Held returns what o holds.
func (o *Owner) Held() []Held { return slices.Clone(o.held) }

// Close releases what is left.
//
//lockvet:release namespace
//lockvet:release mailbox
//lockvet:release index
//lockvet:release mboxname
func (o *Owner) Close() error {
	for len(o.held) > 0 {
		o.unlock(o.held[0].Class, o.held[0].Key)
	}
	return nil
}
