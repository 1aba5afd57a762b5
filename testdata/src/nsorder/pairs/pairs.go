// Package pairs holds the locks of two users together: taken in one ordered
// call, or in no order at all, here or through other functions.
package pairs

import (
	"fixtures/locks"
	"fixtures/nsorder/pairs/other"
)

// Two takes them in the order of the arguments.
func Two(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	second := s.Lock(b) // want `^users-unordered: acquiring namespace lock of b while holding namespace lock of a \(line 12\), in no fixed order; use LockAll$`
	defer second.Unlock()
}

// OneCall takes both in one ordered call.
func OneCall(s *locks.Session, a, b string) {
	both := s.LockAll(a, b)
	defer both.Unlock()
}

// OneAfterOther never holds two.
func OneAfterOther(s *locks.Session, a, b string) {
	s.Lock(a).Unlock()
	s.Lock(b).Unlock()
}

// SharedBoth deadlocks as well, with two writers in between.
func SharedBoth(s *locks.Session, a, b string) {
	first := s.LockShared(a)
	defer first.Unlock()
	second := s.LockShared(b) // want `users-unordered: acquiring namespace lock of b`
	defer second.Unlock()
}

// SameTwice takes one user twice.
func SameTwice(s *locks.Session, a string) {
	first := s.Lock(a)
	defer first.Unlock()
	second := s.Lock(a)
	defer second.Unlock()
}

// OneCallThenOne adds another user to an ordered call.
func OneCallThenOne(s *locks.Session, a, b, c string) {
	both := s.LockAll(a, b)
	defer both.Unlock()
	third := s.Lock(c) // want `users-unordered: acquiring namespace lock of c`
	defer third.Unlock()
}

// OneThenOneCall makes an ordered call with another user held.
func OneThenOneCall(s *locks.Session, a, b, c string) {
	first := s.Lock(a)
	defer first.Unlock()
	both := s.LockAll(b, c) // want `users-unordered: acquiring namespace lock`
	defer both.Unlock()
}

// OneCallThenSame takes one of them again.
func OneCallThenSame(s *locks.Session, a, b string) {
	both := s.LockAll(a, b)
	defer both.Unlock()
	again := s.Lock(b)
	defer again.Unlock()
}

// TrySecond does not wait for the second.
func TrySecond(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	if second, ok := s.TryLock(b); ok {
		second.Unlock()
	}
}

// TryFirst waits for the second with what it got.
func TryFirst(s *locks.Session, a, b string) {
	first, ok := s.TryLock(a)
	if !ok {
		return
	}
	defer first.Unlock()
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	defer second.Unlock()
}

// TryFirstFailed waits where it got nothing.
func TryFirstFailed(s *locks.Session, a, b string) {
	if first, ok := s.TryLock(a); ok {
		first.Unlock()
		return
	}
	s.Lock(b).Unlock()
}

// Callee has the second taken by a function.
func Callee(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	other.Charge(s, b) // want `^users-unordered: calling other.Charge acquires namespace lock while holding namespace lock of a \(line \d+\), in no fixed order: other.Charge calls .*Lock \(.*other.go:7\); use LockAll$`
}

// CalleeSame passes the one that is held.
func CalleeSame(s *locks.Session, a string) {
	first := s.Lock(a)
	defer first.Unlock()
	other.Charge(s, a)
}

// CalleeGlobal calls one that locks a user only it knows.
func CalleeGlobal(s *locks.Session, a string) {
	first := s.Lock(a)
	defer first.Unlock()
	other.ChargeAdmin(s) // want `users-unordered: calling other.ChargeAdmin acquires namespace lock`
}

// Callback locks in a function that runs under another lock.
func Callback(s *locks.Session, a, b string) {
	other.Locked(s, a, func() { s.Lock(b).Unlock() }) // want `users-unordered: calling other.Locked acquires namespace lock`
}

// CallbackSame locks the same user there.
func CallbackSame(s *locks.Session, a string) {
	other.Locked(s, a, func() { s.Lock(a).Unlock() })
}

// Deferred takes the second when it returns, with the first still held.
func Deferred(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	defer other.Charge(s, b) // want `users-unordered: calling other.Charge acquires namespace lock`
}

// DeferredFirst has released the first by then.
func DeferredFirst(s *locks.Session, a, b string) {
	defer other.Charge(s, b)
	first := s.Lock(a)
	defer first.Unlock()
}

// Excluded takes one or the other.
func Excluded(s *locks.Session, a, b string, second bool) {
	var ns *locks.User
	if second {
		ns = s.Lock(b)
	} else {
		ns = s.Lock(a)
	}
	ns.Unlock()
}

// Constants are known: the compiler could order them.
func Constants(s *locks.Session) {
	first := s.Lock("alice")
	defer first.Unlock()
	second := s.Lock("bob")
	defer second.Unlock()
}

// ConstantsWrong are known to be in the wrong order.
func ConstantsWrong(s *locks.Session) {
	first := s.Lock("bob")
	defer first.Unlock()
	second := s.Lock("alice") // want `users-unordered: acquiring namespace lock of "alice"`
	defer second.Unlock()
}

// Looked locks a user who comes from a look-up.
func Looked(s *locks.Session, a string, owners map[string]string, id string) {
	first := s.Lock(a)
	defer first.Unlock()
	second := s.Lock(owners[id]) // want `users-unordered: acquiring namespace lock of owners\[id\]`
	defer second.Unlock()
}

// Guard has the first lock from its caller, who is judged at its call.
func Guard(s *locks.Session, held *locks.User, b string) {
	second := s.Lock(b)
	defer second.Unlock()
	held.Unlock()
}

// PassesGuard is such a caller.
func PassesGuard(s *locks.Session, a, b string) {
	first := s.Lock(a)
	Guard(s, first, b) // want `users-unordered: calling Guard acquires namespace lock`
}

// Notify holds the sharer and locks each sharee in turn.
func Notify(s *locks.Session, sharer string, sharees []string) {
	ns := s.Lock(sharer)
	defer ns.Unlock()
	for _, sharee := range sharees {
		other.Charge(s, sharee) // want `users-unordered: calling other.Charge acquires namespace lock`
	}
}

// NotifyAfter releases the sharer first.
func NotifyAfter(s *locks.Session, sharer string, sharees []string) {
	s.Lock(sharer).Unlock()
	for _, sharee := range sharees {
		other.Charge(s, sharee)
	}
}

// Unnamed locks a user whose class names no key: nobody knows who it is.
func Unnamed(s *locks.Session, a string, users ...string) {
	ns := s.Lock(a)
	defer ns.Unlock()
	all := s.LockAll(users...) // want `users-unordered: acquiring namespace lock`
	defer all.Unlock()
}
