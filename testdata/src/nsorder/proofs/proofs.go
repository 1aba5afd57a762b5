// Package proofs puts two users in order by hand before it locks them, in
// every way that proves it and in ways that only look so.
package proofs

import (
	"cmp"
	"strings"

	"fixtures/locks"

	"github.com/lockvet/lockvet/nslock"
)

func two(first, second *locks.User) {
	second.Unlock()
	first.Unlock()
}

// Swap swaps them if they are the wrong way round.
func Swap(s *locks.Session, a, b string) {
	if a > b {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b)
	two(first, second)
}

// SwapWrong swaps them if they are right.
func SwapWrong(s *locks.Session, a, b string) {
	if a < b {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	two(first, second)
}

// SwapSometimes swaps them for some callers.
func SwapSometimes(s *locks.Session, a, b string, master bool) {
	if master && a > b {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	two(first, second)
}

// SwapEqual swaps equal ones too, which does no harm.
func SwapEqual(s *locks.Session, a, b string) {
	if a >= b {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b)
	two(first, second)
}

// IfElse takes them in two branches, each in order.
func IfElse(s *locks.Session, a, b string) {
	var first, second *locks.User
	if a < b {
		first = s.Lock(a)
		second = s.Lock(b)
	} else {
		first = s.Lock(b)
		second = s.Lock(a)
	}
	two(first, second)
}

// IfElseSame takes them the same way in both.
func IfElseSame(s *locks.Session, a, b string) {
	var first, second *locks.User
	if a < b {
		first = s.Lock(a)
		second = s.Lock(b)
	} else {
		first = s.Lock(a)
		second = s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	}
	two(first, second)
}

// LessOrEqual compares with <=.
func LessOrEqual(s *locks.Session, a, b string) {
	if a <= b {
		first := s.Lock(a)
		second := s.Lock(b)
		two(first, second)
	}
}

// Early returns when they are the wrong way round.
func Early(s *locks.Session, a, b string) bool {
	if b < a {
		return false
	}
	first := s.Lock(a)
	second := s.Lock(b)
	two(first, second)
	return true
}

// EarlyEqual returns when they are the same, and proves nothing else.
func EarlyEqual(s *locks.Session, a, b string) bool {
	if a == b {
		return false
	}
	first := s.Lock(a)
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	two(first, second)
	return true
}

// Compare uses cmp.Compare.
func Compare(s *locks.Session, a, b string) {
	if cmp.Compare(a, b) > 0 {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b)
	two(first, second)
}

// CompareStrings uses strings.Compare, the other way round.
func CompareStrings(s *locks.Session, a, b string) {
	if strings.Compare(a, b) < 0 {
		first := s.Lock(a)
		second := s.Lock(b)
		two(first, second)
	}
}

// CompareWrong takes the sign for the other one.
func CompareWrong(s *locks.Session, a, b string) {
	if strings.Compare(a, b) < 0 {
		first := s.Lock(b)
		second := s.Lock(a) // want `users-unordered: acquiring namespace lock of a`
		two(first, second)
	}
}

// Less uses cmp.Less.
func Less(s *locks.Session, a, b string) {
	if cmp.Less(b, a) {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b)
	two(first, second)
}

// MinMax uses the built-in functions.
func MinMax(s *locks.Session, a, b string) {
	first := s.Lock(min(a, b))
	second := s.Lock(max(a, b))
	two(first, second)
}

// MaxMin uses them the wrong way round.
func MaxMin(s *locks.Session, a, b string) {
	first := s.Lock(max(a, b))
	second := s.Lock(min(a, b)) // want `users-unordered: acquiring namespace lock`
	two(first, second)
}

// MinOther takes the smaller one, and then a third.
func MinOther(s *locks.Session, a, b, c string) {
	first := s.Lock(min(a, b))
	second := s.Lock(c) // want `users-unordered: acquiring namespace lock of c`
	two(first, second)
}

func sorted(a, b string) (string, string) {
	if a > b {
		return b, a
	}
	return a, b
}

// Helper has them put in order by a function.
func Helper(s *locks.Session, a, b string) {
	a, b = sorted(a, b)
	first := s.Lock(a)
	second := s.Lock(b)
	two(first, second)
}

// Variables keeps the swapped ones in other variables.
func Variables(s *locks.Session, src, dst string) {
	lo, hi := src, dst
	if lo > hi {
		lo, hi = hi, lo
	}
	first := s.Lock(lo)
	second := s.Lock(hi)
	two(first, second)
}

// Switch compares in a switch.
func Switch(s *locks.Session, a, b string) {
	switch {
	case a < b:
		first := s.Lock(a)
		second := s.Lock(b)
		two(first, second)
	case a > b:
		first := s.Lock(b)
		second := s.Lock(a)
		two(first, second)
	default:
		s.Lock(a).Unlock()
	}
}

// SwitchWrong has one case wrong.
func SwitchWrong(s *locks.Session, a, b string) {
	switch {
	case a < b:
		first := s.Lock(a)
		second := s.Lock(b)
		two(first, second)
	case a > b:
		first := s.Lock(a)
		second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
		two(first, second)
	}
}

// Changed changes one of them after the comparison.
func Changed(s *locks.Session, a, b string, alias map[string]string) {
	if a > b {
		a, b = b, a
	}
	if other, ok := alias[b]; ok {
		b = other
	}
	first := s.Lock(a)
	second := s.Lock(b) // want `(users-unordered|sort-key): acquiring namespace lock of b`
	two(first, second)
}

// Account is who owns what.
type Account struct{ User, Name string }

// Fields compares the fields that it locks.
func Fields(s *locks.Session, a, b *Account) {
	if a.User > b.User {
		a, b = b, a
	}
	first := s.Lock(a.User)
	second := s.Lock(b.User)
	two(first, second)
}

// FieldsChanged writes one of them after the comparison.
func FieldsChanged(s *locks.Session, a, b *Account, admin string) {
	if a.User > b.User {
		a, b = b, a
	}
	b.User = admin
	first := s.Lock(a.User)
	second := s.Lock(b.User) // want `(users-unordered|sort-key): acquiring namespace lock of b.User`
	two(first, second)
}

// SharedFirst takes the namespace that sorts before every user.
func SharedFirst(s *locks.Session, user string) {
	first := s.Lock(nslock.SharedNamespace)
	second := s.Lock(user)
	two(first, second)
}

// SharedLast takes it after one.
func SharedLast(s *locks.Session, user string) {
	first := s.Lock(user)
	second := s.Lock(nslock.SharedNamespace) // want `users-unordered: acquiring namespace lock`
	two(first, second)
}

// Three puts three in order.
func Three(s *locks.Session, a, b, c string) {
	if a > b {
		a, b = b, a
	}
	if b > c {
		b, c = c, b
	}
	if a > b {
		a, b = b, a
	}
	first := s.Lock(a)
	second := s.Lock(b)
	third := s.Lock(c)
	third.Unlock()
	two(first, second)
}

// Added holds the first and adds a call that names both.
func Added(s *locks.Session, a, b string) {
	if b < a {
		a, b = b, a
	}
	first := s.Lock(a)
	both := s.LockAll(a, b)
	two(first, both)
}

// InCallee holds the smaller one and has the other locked by a function.
func InCallee(s *locks.Session, a, b string) {
	if a > b {
		a, b = b, a
	}
	first := s.Lock(a)
	charge(s, b)
	first.Unlock()
}

// InCalleeWrong holds the larger one.
func InCalleeWrong(s *locks.Session, a, b string) {
	if a > b {
		a, b = b, a
	}
	first := s.Lock(b)
	charge(s, a) // want `users-unordered: calling charge acquires namespace lock`
	first.Unlock()
}

func charge(s *locks.Session, user string) { s.Lock(user).Unlock() }

// Names puts two names in order that are known.
func Names(s *locks.Session) {
	a, b := "ann", "bob"
	if b < a {
		a, b = b, a
	}
	two(s.Lock(a), s.Lock(b))
}

// NamesWrong leaves them in the wrong order.
func NamesWrong(s *locks.Session) {
	a, b := "bob", "ann"
	if a < b {
		a, b = b, a
	}
	two(s.Lock(a), s.Lock(b)) // want `users-unordered: acquiring namespace lock of b`
}

// MinAgain takes the smaller of two users who are both locked.
func MinAgain(s *locks.Session, a, b string) {
	both := s.LockAll(a, b)
	defer both.Unlock()
	first := s.Lock(min(a, b))
	first.Unlock()
}

// MinOfOther takes the smaller of two of whom one is locked.
func MinOfOther(s *locks.Session, a, b, c string) {
	both := s.LockAll(a, b)
	defer both.Unlock()
	first := s.Lock(min(a, c)) // want `users-unordered: acquiring namespace lock`
	first.Unlock()
}
