// Package branches opens a mailbox on some paths and locks a user on some:
// where the two meet is a report, where they cannot meet is none.
package branches

import (
	"errors"
	"log"

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

// Array has its conditions in an array that it was given by value.
func Array(s *locks.Session, id, user string, want [2]bool) {
	mb := s.Open(id)
	defer mb.Close()
	if want[1] {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
}

// ArrayField has them in a struct that it was given by value.
func ArrayField(s *locks.Session, id, user string, o struct{ want [2]bool }) {
	mb := s.Open(id)
	defer mb.Close()
	if o.want[1] {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
}

// ArrayAgrees tests the same element twice, which nobody changes between.
func ArrayAgrees(s *locks.Session, id, user string, want [2]bool) {
	if want[0] {
		mb := s.Open(id)
		defer mb.Close()
	}
	if !want[0] {
		s.Lock(user).Unlock()
	}
}

// ArrayZero asks an array of its own, which nothing was put into.
func ArrayZero(s *locks.Session, id, user string) {
	var want [2]bool
	mb := s.Open(id)
	defer mb.Close()
	if want[1] {
		s.Lock(user).Unlock()
	}
}

// ArrayCopied copies an array and changes the copy.
func ArrayCopied(s *locks.Session, id, user string, want [2]bool) {
	mine := want
	mine[0] = false
	mb := s.Open(id)
	defer mb.Close()
	if mine[0] {
		s.Lock(user).Unlock()
	}
	if mine[1] {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
}

// ArrayReplaced changes an element and then puts a whole array over it.
func ArrayReplaced(s *locks.Session, id, user string, want [2]bool) {
	var mine [2]bool
	mine[0] = false
	mine = want
	mb := s.Open(id)
	defer mb.Close()
	if mine[0] {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
}
