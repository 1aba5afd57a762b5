// Package defers locks and closes in deferred calls, which run last in,
// first out, when the function returns or panics.
package defers

import "fixtures/locks"

func charge(s *locks.Session, user string) { s.Lock(user).Unlock() }

// LockFirst runs the lock before the closing: it was deferred later.
func LockFirst(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	defer charge(s, user) // want `ns-under-mailbox: calling charge acquires namespace lock while holding mailbox lock \(line \d+\)`
}

// CloseFirst runs the closing before the lock.
func CloseFirst(s *locks.Session, id, user string) {
	defer charge(s, user)
	mb := s.Open(id)
	defer mb.Close()
}

// Closure does the same in a closure.
func Closure(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	defer func() { // want `ns-under-mailbox: `
		charge(s, user)
	}()
}

// ClosureBoth closes and locks in one closure, in that order.
func ClosureBoth(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer func() {
		mb.Close()
		charge(s, user)
	}()
}

// Early returns before the lock is deferred.
func Early(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if id != "" {
		return
	}
	mb.Close()
	defer charge(s, user)
}

// Recovered closes the mailbox in the function that recovers.
func Recovered(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer func() {
		if v := recover(); v != nil {
			mb.Close()
			charge(s, user)
		}
	}()
	work(id)
	mb.Close()
}

// RecoveredOpen locks there with the mailbox open.
func RecoveredOpen(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer func() { // want `ns-under-mailbox: `
		if v := recover(); v != nil {
			charge(s, user)
			mb.Close()
		}
	}()
	work(id)
	mb.Close()
}

func work(id string) {
	if id == "" {
		panic("no id")
	}
}

// AfterRecover goes on in the caller of a function that recovered, with
// everything closed by then.
func AfterRecover(s *locks.Session, id, user string) {
	guarded(s, id)
	charge(s, user)
}

func guarded(s *locks.Session, id string) {
	defer func() { _ = recover() }()
	mb := s.Open(id)
	defer mb.Close()
	work(id)
}

// AfterRecoverOpen goes on in the caller of one that returns the mailbox
// open, whether or not it panicked.
func AfterRecoverOpen(s *locks.Session, id, user string) {
	mb := unguarded(s, id)
	charge(s, user) // want `ns-under-mailbox: calling charge acquires namespace lock`
	mb.Close()
}

func unguarded(s *locks.Session, id string) (mb *locks.Box) {
	defer func() { _ = recover() }()
	mb = s.Open(id)
	work(id)
	return mb
}

// Flagged defers a closure that looks at a flag.
func Flagged(s *locks.Session, id, user string) {
	open := true
	mb := s.Open(id)
	defer func() {
		if open {
			mb.Close()
		}
	}()
	if id == user {
		return
	}
	mb.Close()
	open = false
	charge(s, user)
}

// FlaggedOpen forgets to close where it clears the flag.
func FlaggedOpen(s *locks.Session, id, user string) {
	open := true
	mb := s.Open(id)
	defer func() {
		if open {
			mb.Close()
		}
	}()
	charge(s, user) // want `ns-under-mailbox: calling charge acquires namespace lock`
	open = id == user
	mb.Close()
}

// Loop defers in a loop: nothing is closed before the function returns.
func Loop(s *locks.Session, ids []string, user string) {
	for _, id := range ids {
		mb := s.Open(id)
		defer mb.Close()
	}
	charge(s, user) // want `ns-under-mailbox: calling charge acquires namespace lock`
}

// LoopFunc defers in a function that the loop calls.
func LoopFunc(s *locks.Session, ids []string, user string) {
	for _, id := range ids {
		func() {
			mb := s.Open(id)
			defer mb.Close()
		}()
	}
	charge(s, user)
}

// MethodArgs evaluates the arguments of the deferred call at once.
func MethodArgs(s *locks.Session, id, user string) {
	defer s.Lock(user).Unlock()
	mb := s.Open(id)
	defer mb.Close()
}

// MethodArgsLate does so with the mailbox open.
func MethodArgsLate(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	defer s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// Result defers a closure that locks when the function failed.
func Result(s *locks.Session, id, user string) (err error) {
	defer func() {
		if err != nil {
			charge(s, user)
		}
	}()
	mb, err := s.OpenErr(id)
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// RecoverIndex recovers from an index that is out of range, and locks while the
// mailbox is still open.
func RecoverIndex(s *locks.Session, id, user string, list []int) (n int) {
	mb := s.Open(id)
	defer mb.Close()
	defer func() { // want `^ns-under-mailbox: `
		if recover() != nil {
			charge(s, user)
		}
	}()
	n = list[3]
	return n
}

// RecoverCounted indexes nothing that is not there.
func RecoverCounted(s *locks.Session, id, user string, list []int) (n int) {
	mb := s.Open(id)
	defer mb.Close()
	defer func() {
		if recover() != nil {
			charge(s, user)
		}
	}()
	for _, m := range list {
		n += m
	}
	for i := 0; i < len(list); i++ {
		n += list[i]
	}
	return n
}
