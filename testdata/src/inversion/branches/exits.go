package branches

import (
	"log"
	"os"

	"fixtures/locks"
)

// Goto jumps over the closing.
func Goto(s *locks.Session, id, user string, n int) {
	mb := s.Open(id)
	if n > 3 {
		goto charge
	}
	mb.Close()
charge:
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
}

// GotoClosed jumps to a place where everything is closed.
func GotoClosed(s *locks.Session, id, user string, n int) {
	var mb *locks.Box
	if n > 3 {
		goto done
	}
	mb = s.Open(id)
done:
	mb.Close()
	s.Lock(user).Unlock()
}

// Break leaves the loop with the mailbox open.
func Break(s *locks.Session, ids []string, user string) {
	var last *locks.Box
	for _, id := range ids {
		mb := s.Open(id)
		if id == user {
			last = mb
			break
		}
		mb.Close()
	}
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	last.Close()
}

// BreakClosed closes before it leaves.
func BreakClosed(s *locks.Session, ids []string, user string) {
	for _, id := range ids {
		mb := s.Open(id)
		mb.Close()
		if id == user {
			break
		}
	}
	s.Lock(user).Unlock()
}

// Labelled continues the outer loop with the mailbox open.
func Labelled(s *locks.Session, ids, users []string) {
outer:
	for _, id := range ids {
		for _, user := range users {
			s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
		}
		mb := s.Open(id) // want `leak: `
		for _, user := range users {
			if user == id {
				continue outer
			}
		}
		mb.Close()
	}
}

// LabelledClosed closes before it continues.
func LabelledClosed(s *locks.Session, ids, users []string) {
outer:
	for _, id := range ids {
		for _, user := range users {
			s.Lock(user).Unlock()
		}
		mb := s.Open(id)
		for _, user := range users {
			if user == id {
				mb.Close()
				continue outer
			}
		}
		mb.Close()
	}
}

// LoopTurn opens at the end of a turn and closes at the start of the next.
func LoopTurn(s *locks.Session, ids []string, user string) {
	var mb *locks.Box
	for _, id := range ids {
		if mb != nil {
			mb.Close()
		}
		s.Lock(user).Unlock()
		mb = s.Open(id)
	}
	if mb != nil {
		mb.Close()
	}
}

// LoopTurnLate closes after the lock.
func LoopTurnLate(s *locks.Session, ids []string, user string) {
	var mb *locks.Box
	for _, id := range ids {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
		if mb != nil {
			mb.Close()
		}
		mb = s.Open(id)
	}
	mb.Close()
}

// Fatal does not come back from where the mailbox is open.
func Fatal(s *locks.Session, id, user string, n int) {
	var mb *locks.Box
	if n > 3 {
		mb = s.Open(id)
		log.Fatal(mb.ID)
	}
	s.Lock(user).Unlock()
}

// Exit does not come back either.
func Exit(s *locks.Session, id, user string, n int) {
	if n > 3 {
		mb := s.Open(id)
		defer mb.Close()
		quit(mb.ID)
	}
	s.Lock(user).Unlock()
}

func quit(why string) {
	log.Print(why)
	os.Exit(1)
}

// Panic ends in a panic where the mailbox is open.
func Panic(s *locks.Session, id, user string, n int) {
	if n > 3 {
		mb := s.Open(id)
		panic(mb.ID)
	}
	s.Lock(user).Unlock()
}

func openIf(s *locks.Session, id string, open bool) *locks.Box {
	if !open {
		return nil
	}
	return s.Open(id)
}

// Constant calls a function with a flag that is always false.
func Constant(s *locks.Session, id, user string) {
	mb := openIf(s, id, false)
	s.Lock(user).Unlock()
	mb.Close()
}

// ConstantTrue calls it with one that is true.
func ConstantTrue(s *locks.Session, id, user string) {
	mb := openIf(s, id, true)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
}

func chargeIf(s *locks.Session, user string, held *locks.User) {
	if held == nil {
		s.Lock(user).Unlock()
	}
}

// Absent passes the lock that it holds, so that none is taken.
func Absent(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	chargeIf(s, "admin", ns)
}

// Present passes none, with the mailbox open.
func Present(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	chargeIf(s, user, nil) // want `ns-under-mailbox: calling chargeIf acquires namespace lock`
}

// Named returns an open mailbox in a named result.
func named(s *locks.Session, id string) (mb *locks.Box, err error) {
	if id == "" {
		err = locks.ErrBusy
		return
	}
	mb = s.Open(id)
	return
}

// NamedFailed locks where the named result is nil.
func NamedFailed(s *locks.Session, id, user string) error {
	mb, err := named(s, id)
	if err != nil {
		s.Lock(user).Unlock()
		return err
	}
	mb.Close()
	return nil
}

// NamedGood locks where it is not.
func NamedGood(s *locks.Session, id, user string) error {
	mb, err := named(s, id)
	if err != nil {
		return err
	}
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
	return nil
}

// And opens under one condition and locks under its opposite, inside others.
func And(s *locks.Session, id, user string, a, b bool) {
	var mb *locks.Box
	if a && b {
		mb = s.Open(id)
	}
	if !a {
		s.Lock(user).Unlock()
	}
	if mb != nil {
		mb.Close()
	}
}

// Or locks where one of two holds, which does not exclude the mailbox.
func Or(s *locks.Session, id, user string, a, b bool) {
	var mb *locks.Box
	if a {
		mb = s.Open(id)
	}
	if a || b {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
	if mb != nil {
		mb.Close()
	}
}

// LabelledBreak leaves two loops with the mailbox open.
func LabelledBreak(s *locks.Session, ids, users []string) {
	var last *locks.Box
outer:
	for _, id := range ids {
		mb := s.Open(id)
		for _, user := range users {
			if user == id {
				last = mb
				break outer
			}
		}
		mb.Close()
	}
	s.Lock("admin").Unlock() // want `ns-under-mailbox: acquiring namespace lock of "admin"`
	last.Close()
}

// LabelledBreakClosed closes before it does.
func LabelledBreakClosed(s *locks.Session, ids, users []string) {
outer:
	for _, id := range ids {
		mb := s.Open(id)
		for _, user := range users {
			if user == id {
				mb.Close()
				break outer
			}
		}
		mb.Close()
	}
	s.Lock("admin").Unlock()
}
