package guards

import "fixtures/locks"

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
