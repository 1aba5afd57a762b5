package nslock

import (
	"context"
	"fmt"
	"path/filepath"
)

// A MailboxRef names a mailbox: who owns it (SharedNamespace if nobody does), its uniqueid, and
// the path of its index file, cyrus.index, which Cyrus locks while it reads or writes the mailbox.
// Without an IndexPath the index lock stands on a file of the lock directory that Cyrus does not
// know: it excludes other users of this package, and not the server.
type MailboxRef struct{ User, UniqueID, IndexPath string }

// A Mailbox is a guard: a mailbox that is open. It is never repacked as long as it is.
type Mailbox struct {
	o      *Owner
	ref    MailboxRef
	mode   Mode
	parked bool
	done   bool
}

// OpenMailbox opens a mailbox under its user's namespace lock, which o must hold: exclusive to
// write. It waits for the mailbox's locks until they are free or ctx is done. On disk it holds the
// mailbox's mboxname lock shared, in either mode, and the lock of the index file in the mode asked
// for; an error holds neither. It does not read the mailbox. The errors are those of LockUser.
//
//lockvet:require namespace mode=mode key=ref.User
//lockvet:acquire mailbox mode=mode key=ref.UniqueID
//lockvet:acquire index mode=mode key=ref.UniqueID
//go:noinline
func (o *Owner) OpenMailbox(ctx context.Context, ref MailboxRef, mode Mode) (*Mailbox, error) {
	pc := returnAddress()
	if err := o.enter(); err != nil {
		return nil, err
	}
	defer o.leave()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	want := Held{Class: classMailbox, Key: ref.UniqueID, Mode: mode}
	if err := o.checkMailbox(&ref, mode); err != nil {
		return nil, err
	}
	if err := o.checkUnder(opening(mode), want, pc, ref.User); err != nil {
		return nil, err
	}
	for _, class := range [...]string{classMailbox, classIndex} {
		if h := o.find(class, ref.UniqueID); h != nil && h.mode != mode && h.n > 0 {
			want.Class = class
			if err := o.modeChange(h, want, pc); err != nil {
				return nil, err
			}
			break
		}
	}
	return o.open(ctx, ref, mode, Shared, pc)
}

// TryRepack opens a mailbox for a repack, with everything exclusive, and never waits: ErrBusy if a
// reader has it open, parked or not, in this process or in the server. The namespace lock must be
// held exclusively.
//
//lockvet:require namespace exclusive key=ref.User
//lockvet:acquire mailbox exclusive key=ref.UniqueID try
//lockvet:acquire index exclusive key=ref.UniqueID try
//go:noinline
func (o *Owner) TryRepack(ref MailboxRef) (*Mailbox, error) {
	pc := returnAddress()
	if err := o.enter(); err != nil {
		return nil, err
	}
	defer o.leave()
	want := Held{Class: classMailbox, Key: ref.UniqueID, Mode: Exclusive}
	if err := o.checkMailbox(&ref, Exclusive); err != nil {
		return nil, err
	}
	if err := o.checkUnder("calling TryRepack", want, pc, ref.User); err != nil {
		return nil, err
	}
	if o.find(classMailbox, ref.UniqueID) != nil || o.find(classMboxname, ref.UniqueID) != nil {
		return nil, ErrBusy
	}
	return o.open(nil, ref, Exclusive, Exclusive, pc) //nolint:staticcheck // nil is how it is told not to wait
}

func opening(mode Mode) string {
	if mode == Exclusive {
		return "opening mailbox for writing"
	}
	return "opening mailbox"
}

// checkMailbox checks a reference and brings its user into canonical form.
func (o *Owner) checkMailbox(ref *MailboxRef, mode Mode) (err error) {
	if !mode.valid() {
		return ErrMode
	}
	if ref.User, err = o.s.canonicalUser(ref.User); err != nil {
		return err
	}
	_, err = o.s.mailboxFile(ref.UniqueID)
	return err
}

// open takes the two locks of an open mailbox, or neither. A nil ctx does not wait.
func (o *Owner) open(ctx context.Context, ref MailboxRef, mode, grip Mode, pc uintptr) (*Mailbox, error) {
	box := o.find(classMailbox, ref.UniqueID)
	if box != nil {
		box.n++
	} else {
		box = &hold{o: o, class: classMailbox, key: ref.UniqueID, user: ref.User, mode: mode, grip: grip, n: 1, pc: pc}
		if o.s.keepIndex {
			box.since = o.s.now()
			o.s.observeAcquire(box, 0)
		} else if err := o.s.acquire(ctx, box, kindMailbox, ref.UniqueID); err != nil {
			return nil, err
		}
		o.keep(box)
	}
	if err := o.lockIndex(ctx, ref, mode, pc, false); err != nil {
		o.drop(box)
		return nil, err
	}
	return &Mailbox{o: o, ref: ref, mode: mode}, nil
}

// lockIndex takes or enters the index lock of a mailbox. unpark says that a parked guard which
// kept it, under KeepIndexLock, takes it up again.
func (o *Owner) lockIndex(ctx context.Context, ref MailboxRef, mode Mode, pc uintptr, unpark bool) error {
	h := o.find(classIndex, ref.UniqueID)
	kept := int32(0)
	if unpark && h != nil && o.s.keepIndex {
		kept = 1
	}
	if h != nil && (h.n > 0 || h.grip >= mode) {
		h.n++
		h.kept -= kept
		return nil
	}
	x := &hold{o: o, class: classIndex, key: ref.UniqueID, user: ref.User, mode: mode, grip: mode, n: 1, pc: pc}
	kind, name := kindShadow, ref.UniqueID
	if ref.IndexPath != "" {
		kind, name = kindIndex, filepath.Clean(ref.IndexPath)
	}
	if err := o.s.acquire(ctx, x, kind, name); err != nil {
		return err
	}
	if h != nil { // only kept by parked guards, shared: the new hold takes its place
		x.kept = h.kept - kept
		h.n, h.kept = 1, 0
		o.drop(h)
	}
	o.keep(x)
	return nil
}

// Park gives up the index lock and leaves the mailbox open: a slow reader can stream without
// making writers wait, and no repack takes the files from under it. Under KeepIndexLock the index
// lock stays, shared. Parking twice does nothing.
//
//lockvet:release index
func (m *Mailbox) Park() {
	if m == nil {
		return
	}
	if !m.o.busy.CompareAndSwap(false, true) {
		m.o.postpone(m.park)
		return
	}
	defer m.o.leave()
	m.park()
}

func (m *Mailbox) park() {
	if m.done || m.parked || m.o.ended {
		return
	}
	m.parked = true
	h := m.o.find(classIndex, m.ref.UniqueID)
	switch {
	case h == nil:
	case !m.o.s.keepIndex:
		m.o.drop(h)
	default:
		h.kept++
		if h.n--; h.n == 0 {
			h.e.weaken(h)
		}
	}
	m.o.settleLate(m.ref.User)
}

// LockIndex takes the index lock again after Park, and waits for it as OpenMailbox does. The
// namespace lock of the mailbox's user must still, or again, be held: exclusive for Exclusive. If
// the mailbox is not parked it does nothing, or returns an *OrderError if the mode differs.
//
//lockvet:require namespace mode=mode
//lockvet:acquire index mode=mode
//go:noinline
func (m *Mailbox) LockIndex(ctx context.Context, mode Mode) error {
	pc := returnAddress()
	if m == nil {
		return fmt.Errorf("%w: mailbox", ErrClosed)
	}
	o := m.o
	if err := o.enter(); err != nil {
		return err
	}
	defer o.leave()
	if m.done {
		return fmt.Errorf("%w: mailbox %s", ErrClosed, clip(m.ref.UniqueID))
	}
	if !mode.valid() {
		return ErrMode
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	want := Held{Class: classIndex, Key: m.ref.UniqueID, Mode: mode}
	if err := o.checkUnder("acquiring index lock", want, pc, m.ref.User); err != nil {
		return err
	}
	if h := o.find(classIndex, m.ref.UniqueID); h != nil && h.n > 0 && h.mode != mode {
		if err := o.modeChange(h, want, pc); err != nil {
			return err
		}
	}
	if !m.parked {
		return nil
	}
	if err := o.lockIndex(ctx, m.ref, mode, pc, true); err != nil {
		return err
	}
	m.parked = false
	return nil
}

// Close gives up the index lock and closes the mailbox. It may be called twice, and on nil.
//
//lockvet:release index
//lockvet:release mailbox
func (m *Mailbox) Close() {
	if m == nil {
		return
	}
	if !m.o.busy.CompareAndSwap(false, true) {
		m.o.postpone(m.close)
		return
	}
	defer m.o.leave()
	m.close()
}

func (m *Mailbox) close() {
	if m.done || m.o.ended {
		return
	}
	m.done = true
	if h := m.o.find(classIndex, m.ref.UniqueID); h != nil {
		m.o.closeIndex(h, m.parked)
	}
	if h := m.o.find(classMailbox, m.ref.UniqueID); h != nil {
		m.o.drop(h)
	}
	m.o.settleLate(m.ref.User)
}

// closeIndex takes one guard, parked or not, off an index lock.
func (o *Owner) closeIndex(h *hold, parked bool) {
	switch {
	case !o.s.keepIndex:
		if !parked {
			o.drop(h)
		}
	case parked:
		if h.kept--; h.kept == 0 && h.n == 0 {
			h.n = 1
			o.drop(h)
		}
	case h.n > 1 || h.kept == 0:
		o.drop(h)
	default:
		h.n = 0
		h.e.weaken(h)
	}
}

// indexUnder returns an index lock of a mailbox of user that is held and not parked.
func (o *Owner) indexUnder(user string) *hold {
	for _, h := range o.holds {
		if h.class == classIndex && h.user == user && h.n > 0 {
			return h
		}
	}
	return nil
}

// settleLate gives up a namespace lock that was released too early, with the last index under it.
func (o *Owner) settleLate(user string) {
	h := o.find(classNamespace, user)
	if h != nil && h.late && o.indexUnder(user) == nil {
		o.drop(h)
	}
}

// A Mboxname is a guard: one mboxname lock.
type Mboxname struct {
	hold *hold
	done bool
}

// LockMboxname takes the mboxname lock of a mailbox, by uniqueid, and waits for it as LockUser
// does. Shared, it keeps a repack out, as an open mailbox does. It needs no other lock. Under
// KeepIndexLock the class is retired, and the call refused.
//
//lockvet:acquire mboxname mode=mode key=uniqueid
//go:noinline
func (o *Owner) LockMboxname(ctx context.Context, uniqueid string, mode Mode) (*Mboxname, error) {
	pc := returnAddress()
	if err := o.enter(); err != nil {
		return nil, err
	}
	defer o.leave()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !mode.valid() {
		return nil, ErrMode
	}
	if _, err := o.s.mailboxFile(uniqueid); err != nil {
		return nil, err
	}
	want := Held{Class: classMboxname, Key: uniqueid, Mode: mode}
	if o.s.keepIndex {
		if err := o.retired(want, pc); err != nil {
			return nil, err
		}
	}
	if h := o.find(classMboxname, uniqueid); h != nil {
		if h.mode != mode {
			if err := o.modeChange(h, want, pc); err != nil {
				return nil, err
			}
		}
		h.n++
		return &Mboxname{hold: h}, nil
	}
	if h := o.find(classMailbox, uniqueid); h != nil && h.grip < mode {
		if err := o.modeChange(h, want, pc); err != nil {
			return nil, err
		}
	}
	h := &hold{o: o, class: classMboxname, key: uniqueid, mode: mode, grip: mode, n: 1, pc: pc}
	if err := o.s.acquire(ctx, h, kindMailbox, uniqueid); err != nil {
		return nil, err
	}
	o.keep(h)
	return &Mboxname{hold: h}, nil
}

// Release gives up the lock. It may be called twice, and on nil.
//
//lockvet:release mboxname
func (n *Mboxname) Release() {
	if n == nil {
		return
	}
	o := n.hold.o
	if !o.busy.CompareAndSwap(false, true) {
		o.postpone(n.release)
		return
	}
	defer o.leave()
	n.release()
}

func (n *Mboxname) release() {
	if n.done || n.hold.o.ended {
		return
	}
	n.done = true
	n.hold.o.drop(n.hold)
}
