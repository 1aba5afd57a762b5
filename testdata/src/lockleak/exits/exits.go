// Package exits leaves functions with a lock in hand, in every way there is,
// and in ways that look like it.
package exits

import (
	"context"
	"errors"
	"log"
	"os"
	"runtime"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

var errEmpty = errors.New("empty")

// Early returns early.
func Early(s *locks.Session, user string) error {
	ns := s.Lock(user) // want `^leak: .*namespace lock of user.*line 23`
	if user == "" {
		return errEmpty
	}
	ns.Unlock()
	return nil
}

// EarlyReleased releases first.
func EarlyReleased(s *locks.Session, user string) error {
	ns := s.Lock(user)
	if user == "" {
		ns.Unlock()
		return errEmpty
	}
	ns.Unlock()
	return nil
}

// Deferred releases on every way out.
func Deferred(s *locks.Session, user string) error {
	ns := s.Lock(user)
	defer ns.Unlock()
	if user == "" {
		return errEmpty
	}
	return nil
}

// DeferredLate defers only behind the early return.
func DeferredLate(s *locks.Session, user string) error {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	if user == "" {
		return errEmpty
	}
	defer ns.Unlock()
	return nil
}

// Failed holds nothing: the lock could not be had.
func Failed(s *locks.Session, user string) error {
	ns, err := s.LockErr(user)
	if err != nil {
		return err
	}
	ns.Unlock()
	return nil
}

// FailedNext forgets the first lock when the second fails.
func FailedNext(s *locks.Session, user, id string) error {
	ns, err := s.LockErr(user) // want `leak: .*namespace lock of user`
	if err != nil {
		return err
	}
	mb, err := s.OpenErr(id)
	if err != nil {
		return err
	}
	mb.Close()
	ns.Unlock()
	return nil
}

// FailedNextReleased does not forget it.
func FailedNextReleased(s *locks.Session, user, id string) error {
	ns, err := s.LockErr(user)
	if err != nil {
		return err
	}
	mb, err := s.OpenErr(id)
	if err != nil {
		ns.Unlock()
		return err
	}
	mb.Close()
	ns.Unlock()
	return nil
}

// Shadowed tests another err than the one it set.
func Shadowed(s *locks.Session, user, id string) error {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	var err error
	if id != "" {
		mb, err := s.OpenErr(id)
		if err == nil {
			mb.Close()
		}
	}
	if err == nil {
		return nil
	}
	ns.Unlock()
	return err
}

// Switch misses a case.
func Switch(s *locks.Session, user, what string) {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	switch what {
	case "on":
		ns.Unlock()
	case "off":
		ns.Unlock()
	}
}

// SwitchDefault has one for the rest.
func SwitchDefault(s *locks.Session, user, what string) {
	ns := s.Lock(user)
	switch what {
	case "on":
		ns.Unlock()
	default:
		ns.Unlock()
	}
}

// Continue goes on with the next one.
func Continue(s *locks.Session, ids []string) (n int) {
	for _, id := range ids {
		mb := s.Open(id) // want `leak: .*mailbox lock of id`
		if id == "" {
			continue
		}
		n++
		mb.Close()
	}
	return n
}

// ContinueClosed closes before it does.
func ContinueClosed(s *locks.Session, ids []string) (n int) {
	for _, id := range ids {
		mb := s.Open(id)
		if id == "" {
			mb.Close()
			continue
		}
		n++
		mb.Close()
	}
	return n
}

// Break leaves the loop.
func Break(s *locks.Session, ids []string) {
	for _, id := range ids {
		mb := s.Open(id) // want `leak: .*mailbox lock of id`
		if id == "" {
			break
		}
		mb.Close()
	}
}

// Goto jumps to a label where everything is released.
func Goto(s *locks.Session, user, id string) error {
	var ns *locks.User
	var mb *locks.Box
	var err error
	if user == "" {
		err = errEmpty
		goto done
	}
	ns = s.Lock(user)
	if mb, err = s.OpenErr(id); err != nil {
		goto done
	}
done:
	mb.Close()
	ns.Unlock()
	return err
}

// GotoPast jumps past the releases.
func GotoPast(s *locks.Session, user, id string) {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	if id == "" {
		goto done
	}
	ns.Unlock()
done:
	log.Print(id)
}

// Panic panics with it: nobody recovers here.
func Panic(s *locks.Session, user string) {
	ns := s.Lock(user)
	if user == "" {
		panic("no user")
	}
	ns.Unlock()
}

// PanicRecovered recovers and goes on with the lock held.
func PanicRecovered(s *locks.Session, user string, work func()) {
	defer func() {
		if v := recover(); v != nil {
			log.Print(v)
		}
	}()
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	work()
	ns.Unlock()
}

// PanicDeferred recovers and has deferred the release.
func PanicDeferred(s *locks.Session, user string, work func()) {
	defer func() {
		if v := recover(); v != nil {
			log.Print(v)
		}
	}()
	ns := s.Lock(user)
	defer ns.Unlock()
	work()
}

// PanicNowhere does nothing under the lock that could panic.
func PanicNowhere(s *locks.Session, user string) {
	defer func() {
		if v := recover(); v != nil {
			log.Print(v)
		}
	}()
	ns := s.Lock(user)
	ns.Unlock()
}

// Fatal ends the process.
func Fatal(s *locks.Session, user string) {
	ns := s.Lock(user)
	if user == "" {
		log.Fatal("no user")
	}
	ns.Unlock()
}

// Exit does too.
func Exit(s *locks.Session, user string) {
	ns := s.Lock(user)
	if user == "" {
		os.Exit(1)
	}
	ns.Unlock()
}

// Goexit ends the goroutine, when its deferred calls have run.
func Goexit(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	if user == "" {
		runtime.Goexit()
	}
}

// Nil releases if there is something.
func Nil(s *locks.Session, user string, lock bool) {
	var ns *locks.User
	if lock {
		ns = s.Lock(user)
	}
	if ns != nil {
		ns.Unlock()
	}
}

// Flag tests the same flag twice.
func Flag(s *locks.Session, user string, lock bool) {
	var ns *locks.User
	if lock {
		ns = s.Lock(user)
	}
	if lock {
		ns.Unlock()
	}
}

// FlagOther tests another one.
func FlagOther(s *locks.Session, user string, lock, unlock bool) {
	var ns *locks.User
	if lock {
		ns = s.Lock(user) // want `leak: .*namespace lock of user`
	}
	if unlock {
		ns.Unlock()
	}
}

// Tried holds nothing where the attempt failed.
func Tried(s *locks.Session, user string) bool {
	ns, ok := s.TryLock(user)
	if !ok {
		return false
	}
	ns.Unlock()
	return true
}

// TriedKept forgets what it got.
func TriedKept(s *locks.Session, user string) bool {
	_, ok := s.TryLock(user) // want `leak: .*namespace lock of user`
	return ok
}

// DeferredFlag releases in a deferred closure unless all went well; then the
// lock is the caller's.
func DeferredFlag(s *locks.Session, user, id string) (*locks.User, error) {
	ns := s.Lock(user)
	done := false
	defer func() {
		if !done {
			ns.Unlock()
		}
	}()
	if id == "" {
		return nil, errEmpty
	}
	done = true
	return ns, nil
}

// DeferredNil does the same with a named result, which the early return has
// set to nil by then.
func DeferredNil(s *locks.Session, user, id string) (ns *locks.User, err error) {
	ns = s.Lock(user) // want `leak: .*namespace lock of user`
	done := false
	defer func() {
		if !done {
			ns.Unlock()
		}
	}()
	if id == "" {
		return nil, errEmpty
	}
	done = true
	return ns, nil
}

// DeferredErr releases in a deferred closure when the function failed.
func DeferredErr(s *locks.Session, user, id string) (ns *locks.User, err error) {
	ns = s.Lock(user)
	defer func() {
		if err != nil {
			ns.Unlock()
			ns = nil
		}
	}()
	if id == "" {
		return ns, errEmpty
	}
	return ns, nil
}

// Mailbox stays open on one way out.
func Mailbox(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
	ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
	if err != nil {
		return err
	}
	mb, err := o.OpenMailbox(ctx, ref, nslock.Shared) // want `leak: .*mailbox lock`
	if err != nil {
		ns.Release()
		return err
	}
	mb.Park()
	ns.Release()
	if ref.IndexPath == "" {
		return errEmpty
	}
	mb.Close()
	return nil
}

// OwnerClosed closes the owner, which releases all it has.
func OwnerClosed(ctx context.Context, space *nslock.Space, user string) error {
	o := space.NewOwner("once")
	if _, err := o.LockUser(ctx, user, nslock.Shared); err != nil {
		return err
	}
	return o.Close()
}
