// Package branches opens a mailbox on some paths and locks a user on some:
// where the two meet is a report, where they cannot meet is none.
package branches

import (
	"errors"
	"log"
	"os"

	"fixtures/locks"
)

// ErrFailed holds the mailbox only where the open did not fail.
func ErrFailed(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if err != nil {
		s.Lock(user).Unlock()
		return err
	}
	defer mb.Close()
	return nil
}

// ErrNil locks where it did not.
func ErrNil(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if err == nil {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
		mb.Close()
	}
	return err
}

// ErrIgnored goes on as if nothing had failed.
func ErrIgnored(s *locks.Session, id, user string) {
	mb, _ := s.OpenErr(id)
	defer mb.Close()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// ErrWrapped returns early with the error wrapped.
func ErrWrapped(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if err != nil {
		s.Lock(user).Unlock()
		return errors.Join(errors.New("open"), err)
	}
	mb.Close()
	s.Lock(user).Unlock()
	return nil
}

// ErrIs asks which error it was; in any case there was one.
func ErrIs(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if errors.Is(err, locks.ErrBusy) {
		s.Lock(user).Unlock()
		return nil
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// ErrIsNot locks where it was not that error: it may have been none.
func ErrIsNot(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if !errors.Is(err, locks.ErrBusy) {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// ErrSame compares with == and switch.
func ErrSame(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	switch err {
	case nil:
		mb.Close()
	case locks.ErrBusy:
		s.Lock(user).Unlock()
	default:
		return err
	}
	return nil
}

// ErrLater tests the error again after something else happened.
func ErrLater(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if err == nil {
		defer mb.Close()
	}
	log.Print(id)
	if err != nil {
		s.Lock(user).Unlock()
	}
	return err
}

// NilMailbox tests the handle and not the error.
func NilMailbox(s *locks.Session, id, user string) {
	mb, _ := s.OpenErr(id)
	if mb == nil {
		s.Lock(user).Unlock()
		return
	}
	mb.Close()
}

// NotNilMailbox locks where there is one.
func NotNilMailbox(s *locks.Session, id, user string) {
	mb, _ := s.OpenErr(id)
	if mb != nil {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
		mb.Close()
	}
}

// Flag tests the same flag twice, so the mailbox is closed where it was opened.
func Flag(s *locks.Session, id, user string, open bool) {
	var mb *locks.Box
	if open {
		mb = s.Open(id)
	}
	if open {
		mb.Close()
	}
	s.Lock(user).Unlock()
}

// FlagTurned closes it where it was not opened.
func FlagTurned(s *locks.Session, id, user string, open bool) {
	var mb *locks.Box
	if open {
		mb = s.Open(id)
	}
	if !open {
		mb.Close()
	}
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
}

// FlagChanged changes the flag between the two tests.
func FlagChanged(s *locks.Session, id, user string, open bool) {
	var mb *locks.Box
	if open {
		mb = s.Open(id)
		open = len(user) > 3
	}
	if open {
		mb.Close()
	}
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
}

// FlagLocks opens and locks in branches that exclude each other.
func FlagLocks(s *locks.Session, id, user string, write bool) {
	var mb *locks.Box
	if !write {
		mb = s.Open(id)
	}
	if write {
		s.Lock(user).Unlock()
	}
	mb.Close()
}

// FlagSet sets a flag where it opens and looks at it where it locks.
func FlagSet(s *locks.Session, id, user string) {
	opened := false
	var mb *locks.Box
	if id != "" {
		mb = s.Open(id)
		opened = true
	}
	if !opened {
		s.Lock(user).Unlock()
		return
	}
	mb.Close()
}

// Compared tests the same comparison twice.
func Compared(s *locks.Session, id, user string, n int) {
	var mb *locks.Box
	if n > 10 {
		mb = s.Open(id)
	}
	if n <= 10 {
		s.Lock(user).Unlock()
	}
	if n > 10 {
		mb.Close()
	}
}

// ComparedOther tests another value.
func ComparedOther(s *locks.Session, id, user string, n, m int) {
	var mb *locks.Box
	if n > 10 {
		mb = s.Open(id)
	}
	if m <= 10 {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
	if n > 10 {
		mb.Close()
	}
}

// Switch opens in one case and locks in another.
func Switch(s *locks.Session, id, user, kind string) {
	var mb *locks.Box
	switch kind {
	case "read":
		mb = s.Open(id)
	case "write":
		s.Lock(user).Unlock()
	}
	if kind == "read" {
		mb.Close()
	}
}

// Fallthrough goes from the one case into the other.
func Fallthrough(s *locks.Session, id, user, kind string) {
	var mb *locks.Box
	switch kind {
	case "both":
		mb = s.Open(id)
		fallthrough
	case "write":
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
	mb.Close()
}

// TypeSwitch opens for one type and locks for the other, twice the same way.
func TypeSwitch(s *locks.Session, user string, what any) {
	var mb *locks.Box
	switch id := what.(type) {
	case string:
		mb = s.Open(id)
	case int:
		s.Lock(user).Unlock()
	}
	if _, ok := what.(string); ok {
		mb.Close()
	}
}

// Early returns before the lock where the mailbox is open.
func Early(s *locks.Session, id, user string) {
	if id != "" {
		mb := s.Open(id)
		defer mb.Close()
		return
	}
	s.Lock(user).Unlock()
}

// NotEarly forgets to return.
func NotEarly(s *locks.Session, id, user string) {
	if id != "" {
		mb := s.Open(id)
		defer mb.Close()
	}
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

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
