package nslock

import (
	"context"
	"slices"
)

// A Namespace is a guard: the namespace locks that one call took. While it is held nobody else,
// the server included, changes the mailboxes of its users; nor reads them, if it is exclusive.
type Namespace struct {
	hold *hold     // the only lock, or the first of several; another one's once done
	user string    // whose
	more *moreHeld // the others
	done bool
}

type moreHeld struct {
	holds []*hold
	users []string
}

// LockUser locks the namespace of userid, or SharedNamespace, and waits until it is free or ctx is
// done. A lock that o holds in the same mode is entered again. It returns an *OrderError if o has
// a mailbox open, holds a mboxname lock or the lock of a user who sorts after userid, or holds
// this one in the other mode; ErrDeadlock if the wait would never end; ctx.Err() if ctx is done
// first.
//
//lockvet:acquire namespace mode=mode key=userid
//go:noinline
func (o *Owner) LockUser(ctx context.Context, userid string, mode Mode) (*Namespace, error) {
	return o.lockUser(ctx, userid, mode, returnAddress())
}

func (o *Owner) lockUser(ctx context.Context, userid string, mode Mode, pc uintptr) (*Namespace, error) {
	if err := o.enter(); err != nil {
		return nil, err
	}
	defer o.leave()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	user, err := o.checkUser(userid, mode)
	if err != nil {
		return nil, err
	}
	if h := o.find(classNamespace, user); h != nil {
		if h.mode != mode {
			if err := o.modeChange(h, Held{Class: classNamespace, Key: user, Mode: mode}, pc); err != nil {
				return nil, err
			}
		}
		return o.enterAgain(h), nil
	}
	if len(o.holds) > 0 {
		if err := o.checkOrder(user, mode, pc, "LockUsers"); err != nil {
			return nil, err
		}
	}
	return o.takeUser(ctx, user, mode, pc)
}

// takeUser waits for the lock of a user that o does not hold. A nil ctx does not wait.
func (o *Owner) takeUser(ctx context.Context, user string, mode Mode, pc uintptr) (*Namespace, error) {
	h := o.newHold()
	*h = hold{o: o, class: classNamespace, key: user, mode: mode, grip: mode, n: 1, pc: pc}
	if err := o.s.acquire(ctx, h, kindUser, user); err != nil {
		return nil, err
	}
	o.keep(h)
	return o.newGuard(h), nil
}

// newHold returns the hold that o released last, or a new one. No guard that is not done refers to
// a hold that was released, and nobody else does outside the mutex of its shard.
func (o *Owner) newHold() *hold {
	if h := o.spare; h != nil {
		o.spare = nil
		return h
	}
	return new(hold)
}

// enterAgain counts h once more.
func (o *Owner) enterAgain(h *hold) *Namespace {
	h.again()
	return o.newGuard(h)
}

// newGuard returns a guard for h. Each must be one of its own, because Release is idempotent, and
// should cost no allocation of its own: they come in slabs, each twice as large as the one before.
func (o *Owner) newGuard(h *hold) *Namespace {
	if len(o.slab) == 0 {
		o.slabs = min(max(1, 2*o.slabs), 1024)
		o.slab = make([]Namespace, o.slabs)
	}
	n := &o.slab[0]
	o.slab = o.slab[1:]
	n.hold, n.user = h, h.key
	return n
}

// again counts h once more. A namespace that was released early, and waits for an index lock to
// go, is taken back.
func (h *hold) again() {
	if h.late {
		h.late = false
	} else {
		h.n++
	}
}

// TryLockUser is LockUser without the wait: it returns ErrBusy where LockUser would wait, and
// where o holds the lock in the other mode. As it cannot wait it breaks no order; once it has
// succeeded the lock is held, and later calls are judged against it.
//
//lockvet:acquire namespace mode=mode key=userid try
//go:noinline
func (o *Owner) TryLockUser(userid string, mode Mode) (*Namespace, error) {
	pc := returnAddress()
	if err := o.enter(); err != nil {
		return nil, err
	}
	defer o.leave()
	user, err := o.checkUser(userid, mode)
	if err != nil {
		return nil, err
	}
	if h := o.find(classNamespace, user); h != nil {
		if h.mode != mode {
			return nil, ErrBusy
		}
		return o.enterAgain(h), nil
	}
	return o.takeUser(nil, user, mode, pc) //nolint:staticcheck // nil is how it is told not to wait
}

// LockUsers locks the namespaces of all userids, each once, in byte order of the userids, which is
// the order that keeps two such calls from waiting for each other. Empty userids are ignored. It
// takes all or, on an error, none. While o holds namespace locks, each new user must sort after
// every held one. The errors are those of LockUser.
//
//lockvet:acquire namespace mode=mode key=userids ordered
//go:noinline
func (o *Owner) LockUsers(ctx context.Context, mode Mode, userids ...string) (*Namespace, error) {
	return o.lockUsers(ctx, mode, userids, returnAddress())
}

// LockMailboxUsers locks the namespaces of the users who own the mailboxes, as LockUsers does.
// The names are internal ones, as Cyrus stores them: "user.alice.Sent", "example.com!user.bob",
// with "^" for a dot. Mailboxes that no user owns are under SharedNamespace.
//
//lockvet:acquire namespace mode=mode ordered
//go:noinline
func (o *Owner) LockMailboxUsers(ctx context.Context, mode Mode, mboxnames ...string) (*Namespace, error) {
	pc := returnAddress()
	users := make([]string, 0, len(mboxnames))
	for _, name := range mboxnames {
		if name == "" {
			continue
		}
		user, err := o.s.owner(name)
		if err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	return o.lockUsers(ctx, mode, users, pc)
}

func (o *Owner) lockUsers(ctx context.Context, mode Mode, userids []string, pc uintptr) (_ *Namespace, err error) {
	if err := o.enter(); err != nil {
		return nil, err
	}
	defer o.leave()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	users, err := o.sortUsers(userids, mode)
	if err != nil {
		return nil, err
	}
	if err := o.checkUsers(users, mode, pc); err != nil {
		return nil, err
	}
	holds := make([]*hold, 0, len(users))
	defer func() {
		if err != nil {
			dropAll(o, holds)
		}
	}()
	for _, user := range users {
		h := o.find(classNamespace, user)
		if h != nil {
			h.again()
		} else {
			h = &hold{o: o, class: classNamespace, key: user, mode: mode, grip: mode, n: 1, pc: pc}
			if err = o.s.acquire(ctx, h, kindUser, user); err != nil {
				return nil, err
			}
			o.keep(h)
		}
		holds = append(holds, h)
	}
	if len(holds) == 0 {
		return &Namespace{}, nil
	}
	n := &Namespace{hold: holds[0], user: users[0]}
	if len(holds) > 1 {
		n.more = &moreHeld{holds[1:], users[1:]}
	}
	return n, nil
}

// sortUsers returns the canonical userids, sorted, each once, without empty ones.
func (o *Owner) sortUsers(userids []string, mode Mode) ([]string, error) {
	users := make([]string, 0, len(userids))
	for _, u := range userids {
		if u == "" {
			continue
		}
		user, err := o.checkUser(u, mode)
		if err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	slices.Sort(users)
	return slices.Compact(users), nil
}

func (o *Owner) checkUser(userid string, mode Mode) (string, error) {
	if !mode.valid() {
		return "", ErrMode
	}
	return o.s.canonicalUser(userid)
}

// dropAll gives locks up in the reverse of the order they were taken.
func dropAll(o *Owner, holds []*hold) {
	for i := len(holds) - 1; i >= 0; i-- {
		o.drop(holds[i])
	}
}

// Users returns the userids that n locks, sorted. It still answers after Release.
func (n *Namespace) Users() []string {
	if n == nil || n.hold == nil {
		return nil
	}
	users := []string{n.user}
	if n.more != nil {
		users = append(users, n.more.users...)
	}
	return users
}

// Release gives up the locks of n. It may be called twice, and on nil. A namespace under which a
// mailbox still holds its index lock is kept until that is parked or closed: releasing it then
// is an error of the program, which Owner.Close returns and Strict panics on.
//
//lockvet:release namespace
//go:noinline
func (n *Namespace) Release() {
	if n == nil || n.hold == nil {
		return
	}
	o := n.hold.o
	if !o.busy.CompareAndSwap(false, true) {
		pc := returnAddress()
		o.postpone(func() { n.release(pc) })
		return
	}
	defer o.leave()
	pc := uintptr(0)
	if len(o.holds) > 1 {
		pc = returnAddress()
	}
	n.release(pc)
}

func (n *Namespace) release(pc uintptr) {
	o := n.hold.o
	if n.done || o.ended {
		return
	}
	n.done = true
	if n.more != nil {
		for _, h := range slices.Backward(n.more.holds) {
			o.releaseUser(h, pc)
		}
	}
	o.releaseUser(n.hold, pc)
}

// releaseUser drops h, unless a mailbox below still needs it.
func (o *Owner) releaseUser(h *hold, pc uintptr) {
	if h.n == 1 && len(o.holds) > 1 {
		if x := o.indexUnder(h.key); x != nil && o.early(h, x, pc) {
			h.late = true
			return
		}
	}
	o.drop(h)
}
