package guards

import (
	"context"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

// A Desk keeps the lock of its user in a field, for its methods.
type Desk struct {
	s    *locks.Session
	ns   *locks.User
	user string
}

func (d *Desk) lock() { d.ns = d.s.Lock(d.user) }

func (d *Desk) unlock() {
	if d.ns != nil {
		d.ns.Unlock()
		d.ns = nil
	}
}

// write counts on the lock in the field.
func (d *Desk) write() { d.s.Write(d.user) }

func (d *Desk) writeTwice() {
	d.write()
	d.write()
}

// FieldHeld locks, writes and unlocks.
func FieldHeld(s *locks.Session, user string) {
	d := &Desk{s: s, user: user}
	d.lock()
	defer d.unlock()
	d.write()
}

// FieldReleased writes when the field is empty again.
func FieldReleased(s *locks.Session, user string) {
	d := &Desk{s: s, user: user}
	d.lock()
	d.unlock()
	d.write() // want `not-held: calling Desk.write requires holding namespace lock of d.user exclusively: Desk.write calls Write .*; released on line \d+`
}

// FieldNever never locks.
func FieldNever(s *locks.Session, user string) {
	d := &Desk{s: s, user: user}
	d.writeTwice() // want `not-held: calling Desk.writeTwice requires holding namespace lock`
}

// FieldGiven has a desk that somebody else has set up.
func FieldGiven(d *Desk) { d.writeTwice() }

// FieldUsed gives it one that is locked.
func FieldUsed(s *locks.Session, user string) {
	d := &Desk{s: s, user: user}
	d.lock()
	FieldGiven(d)
	d.unlock()
}

// FieldUsedLate gives it one that is not any more.
func FieldUsedLate(s *locks.Session, user string) {
	d := &Desk{s: s, user: user}
	d.lock()
	d.unlock()
	FieldGiven(d) // want `not-held: calling FieldGiven requires holding namespace lock`
}

// FieldOther has the lock of another user, which is for the desk to know.
func FieldOther(s *locks.Session, user, other string) {
	d := &Desk{s: s, user: user, ns: s.Lock(other)}
	d.write()
	d.unlock()
}

// FieldShared has it only shared.
func FieldShared(s *locks.Session, user string) {
	d := &Desk{s: s, user: user, ns: s.LockShared(user)}
	d.write() // want `shared-not-exclusive: calling Desk.write requires holding namespace lock of d.user exclusively`
	d.unlock()
}

// A writer keeps the guard that it takes.
type writer struct{ ns *nslock.Namespace }

// Begin takes the lock shared, which is not enough, whatever the field held.
func (w *writer) Begin(ctx context.Context, o *nslock.Owner, user string) error {
	var err error
	if w.ns, err = o.LockUser(ctx, user, nslock.Shared); err != nil {
		return err
	}
	mb, err := o.OpenMailbox(ctx, nslock.MailboxRef{User: user}, nslock.Exclusive) // want `^shared-not-exclusive: `
	if err != nil {
		w.ns.Release()
		return err
	}
	mb.Close()
	return nil
}

// End gives it up.
func (w *writer) End() { w.ns.Release() }

// Use has a writer, and nothing to be told of.
func Use(ctx context.Context, o *nslock.Owner, user string) error {
	w := &writer{}
	if err := w.Begin(ctx, o, user); err != nil {
		return err
	}
	w.End()
	return nil
}

// FieldGivenReleased locks and unlocks a desk that somebody else has set up.
func FieldGivenReleased(d *Desk) {
	d.lock()
	d.write()
	d.unlock()
	d.write() // want `^not-held: calling Desk.write requires holding namespace lock of d.user exclusively: .*; released on line \d+`
}

// FieldGivenLocked only unlocks behind.
func FieldGivenLocked(d *Desk) {
	d.lock()
	d.write()
	d.unlock()
}
