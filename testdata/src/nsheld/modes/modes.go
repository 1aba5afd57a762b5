// Package modes asks for locks in modes that are constants, parameters,
// fields and flags.
package modes

import (
	"context"
	"sync"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

// Constant asks for reading and writes.
func Constant(s *locks.Session, user string) {
	ns := s.LockMode(user, locks.Shared)
	defer ns.Unlock()
	s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively; held shared \(line \d+\)`
}

// ConstantExclusive asks for writing.
func ConstantExclusive(s *locks.Session, user string) {
	ns := s.LockMode(user, locks.Exclusive)
	defer ns.Unlock()
	s.Write(user)
}

// Param has the mode from its caller: nobody knows.
func Param(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	s.Write(user)
}

// ParamSame needs the mode that it asked for.
func ParamSame(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	s.Access(user, mode)
}

func locked(s *locks.Session, user string, mode locks.Mode) *locks.User {
	return s.LockMode(user, mode)
}

// Passed passes a constant to a function that asks for it.
func Passed(s *locks.Session, user string) {
	ns := locked(s, user, locks.Shared)
	defer ns.Unlock()
	s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively`
}

// PassedExclusive passes the other one.
func PassedExclusive(s *locks.Session, user string) {
	ns := locked(s, user, locks.Exclusive)
	defer ns.Unlock()
	s.Write(user)
}

// Required needs what its argument says.
func Required(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	s.Access(user, locks.Exclusive) // want `shared-not-exclusive: calling (\S+\.)?Access requires holding namespace lock of user exclusively`
	s.Access(user, locks.Shared)
}

// Checked goes on only if the mode is the one it needs.
func Checked(s *locks.Session, user string, mode locks.Mode) bool {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	if mode != locks.Exclusive {
		return false
	}
	s.Write(user)
	return true
}

// CheckedWrong goes on if it is the other one.
func CheckedWrong(s *locks.Session, user string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	if mode == locks.Shared {
		s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively`
	}
}

type args struct {
	user string
	mode locks.Mode
}

//lockvet:require namespace mode=a.mode key=a.user
func access(s *locks.Session, a args) int { return s.Access(a.user, a.mode) }

// Field has the mode in a struct.
func Field(s *locks.Session, user string) int {
	ns := s.LockShared(user)
	defer ns.Unlock()
	a := args{user: user, mode: locks.Exclusive}
	return access(s, a) // want `shared-not-exclusive: calling access requires holding namespace lock`
}

// FieldShared has the one there that it holds.
func FieldShared(s *locks.Session, user string) int {
	ns := s.LockShared(user)
	defer ns.Unlock()
	return access(s, args{user: user, mode: locks.Shared})
}

//lockvet:require namespace mode=write key=user
func change(s *locks.Session, user string, write bool) int {
	if write {
		s.Write(user)
	}
	return s.Read(user)
}

// Flag says by a bool whether it writes.
func Flag(s *locks.Session, user string) int {
	ns := s.LockShared(user)
	defer ns.Unlock()
	return change(s, user, true) // want `shared-not-exclusive: calling change requires holding namespace lock of user exclusively`
}

// FlagFalse says that it reads.
func FlagFalse(s *locks.Session, user string) int {
	ns := s.LockShared(user)
	defer ns.Unlock()
	return change(s, user, false)
}

func modeFor(write bool) locks.Mode {
	if write {
		return locks.Exclusive
	}
	return locks.Shared
}

// Computed computes the mode: nobody knows.
func Computed(s *locks.Session, user string, write bool) {
	ns := s.LockMode(user, modeFor(write))
	defer ns.Unlock()
	if write {
		s.Write(user)
	}
}

// Chosen chooses it by the same flag twice.
func Chosen(s *locks.Session, user string, write bool) {
	mode := locks.Shared
	if write {
		mode = locks.Exclusive
	}
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	if write {
		s.Write(user)
	}
}

// ChosenWrong writes where the other mode was chosen.
func ChosenWrong(s *locks.Session, user string, write bool) {
	mode := locks.Shared
	if write {
		mode = locks.Exclusive
	}
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	if !write {
		s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively`
	}
}

// Repack needs the lock exclusively even where it only tries.
func Repack(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	defer ns.Release()
	mb, err := o.TryRepack(ref) // want `shared-not-exclusive: .*requires holding namespace lock.* exclusively; held shared \(line \d+\)`
	if err != nil {
		return nil // busy
	}
	mb.Close()
	return nil
}

// Beside has the lock shared, and another one of a user who is looked up: that
// one is not this one, which would have changed its mode.
func Beside(s *locks.Session, user string, names map[string]string) {
	other := s.Lock(names["a"])
	defer other.Unlock()
	ns := s.LockShared(user) // want `users-unordered`
	defer ns.Unlock()
	s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively; held shared \(line \d+\)`
}

// BesideUnknown has only the one who is looked up.
func BesideUnknown(s *locks.Session, user string, names map[string]string) {
	other := s.Lock(names["a"])
	defer other.Unlock()
	s.Write(user)
}

// Once has its mode from a variable that a closure reads, which is run by a
// function that nothing is known of.
func Once(s *locks.Session, user string, write bool, once *sync.Once) {
	mode := locks.Shared
	if write {
		mode = locks.Exclusive
	}
	once.Do(func() {
		ns := s.LockMode(user, mode)
		defer ns.Unlock()
		again := s.LockShared(user) // want `mode-change: acquiring namespace lock of user shared while holding it exclusively`
		again.Unlock()
	})
}

// OnceSame asks in the same mode again.
func OnceSame(s *locks.Session, user string, write bool, once *sync.Once) {
	mode := locks.Shared
	if write {
		mode = locks.Exclusive
	}
	once.Do(func() {
		ns := s.LockMode(user, mode)
		defer ns.Unlock()
		again := s.LockMode(user, mode)
		again.Unlock()
	})
}

type options struct {
	user string
	mode locks.Mode
}

func lockBy(s *locks.Session, o *options) *locks.User { return s.LockMode(o.user, o.mode) }

// ChosenBefore puts a mode into a struct that it has chosen before.
func ChosenBefore(s *locks.Session, user string, write bool) {
	mode := locks.Shared
	if write {
		mode = locks.Exclusive
	}
	ns := lockBy(s, &options{user, mode})
	defer ns.Unlock()
	s.Write(user) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of user exclusively; held shared`
}

func lockAndWrite(s *locks.Session, user, other string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	s.Write(other) // want `shared-not-exclusive: calling (\S+\.)?Write requires holding namespace lock of other exclusively; held shared`
}

// OneWeak gives one user for two, and a mode that is too weak.
func OneWeak(s *locks.Session, user string) { lockAndWrite(s, user, user, locks.Shared) }

func lockAndWriteWell(s *locks.Session, user, other string, mode locks.Mode) {
	ns := s.LockMode(user, mode)
	defer ns.Unlock()
	s.Write(other)
}

// OneStrong gives one that is strong enough, or has another one itself.
func OneStrong(s *locks.Session, user, other string) {
	lockAndWriteWell(s, user, user, locks.Exclusive)
	ns := s.Lock(other)
	defer ns.Unlock()
	lockAndWriteWell(s, other, other, locks.Exclusive)
}
