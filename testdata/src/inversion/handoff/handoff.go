// Package handoff passes open mailboxes between functions.
package handoff

import (
	"fixtures/inversion/handoff/helper"
	"fixtures/locks"
)

// ClosedByCallee has the mailbox closed by a function of another package.
func ClosedByCallee(s *locks.Session, id, user string) {
	mb := s.Open(id)
	helper.Close(mb)
	s.Lock(user).Unlock()
}

// KeptByCallee passes it to one that leaves it open.
func KeptByCallee(s *locks.Session, id, user string) {
	mb := s.Open(id)
	helper.Keep(mb)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
}

// Out gets it through a pointer.
func Out(s *locks.Session, id, user string) {
	var mb *locks.Box
	helper.Into(s, id, &mb)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
}

// OutClosed closes what it got.
func OutClosed(s *locks.Session, id, user string) {
	var mb *locks.Box
	helper.Into(s, id, &mb)
	mb.Close()
	s.Lock(user).Unlock()
}

// Func gets the function that closes it.
func Func(s *locks.Session, id, user string) {
	shut := helper.Opened(s, id)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	shut()
}

// FuncCalled calls it first.
func FuncCalled(s *locks.Session, id, user string) {
	shut := helper.Opened(s, id)
	shut()
	s.Lock(user).Unlock()
}

// FuncInClosure calls it in a closure.
func FuncInClosure(s *locks.Session, id, user string) {
	shut := helper.Opened(s, id)
	func() { shut() }()
	s.Lock(user).Unlock()
}

// Maybe gets it, or not, and locks in either case.
func Maybe(s *locks.Session, id, user string) {
	mb, ok := helper.Maybe(s, id)
	if ok {
		defer mb.Close()
	}
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// MaybeNot locks where it did not.
func MaybeNot(s *locks.Session, id, user string) {
	mb, ok := helper.Maybe(s, id)
	if !ok {
		s.Lock(user).Unlock()
		return
	}
	mb.Close()
}

// Swapped has one closed and another opened by the same call.
func Swapped(s *locks.Session, a, b, user string) {
	mb := s.Open(a)
	mb = helper.Swap(s, mb, b)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb.Close()
}

// SwappedClosed closes the second one.
func SwappedClosed(s *locks.Session, a, b, user string) {
	mb := s.Open(a)
	mb = helper.Swap(s, mb, b)
	mb.Close()
	s.Lock(user).Unlock()
}

// Param has the mailbox from its caller, whose call it is to judge.
func Param(s *locks.Session, mb *locks.Box, user string) {
	mb.ID = user
	s.Lock(user).Unlock()
}

// PassesParam is that caller.
func PassesParam(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	Param(s, mb, user) // want `ns-under-mailbox: calling Param acquires namespace lock`
}

// ParamClosed closes the caller's mailbox before it locks.
func ParamClosed(s *locks.Session, mb *locks.Box, user string) {
	mb.Close()
	s.Lock(user).Unlock()
}

// PassesParamClosed holds nothing any more where the lock is taken.
func PassesParamClosed(s *locks.Session, id, user string) {
	mb := s.Open(id)
	ParamClosed(s, mb, user)
}
