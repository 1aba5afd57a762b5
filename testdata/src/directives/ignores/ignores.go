// Package ignores silences reports, with a reason and without, and silences
// what is not there.
package ignores

import "fixtures/locks"

// Trailing silences the report of its own line.
func Trailing(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	second := s.Lock(b) //lockvet:ignore users-unordered -- runs alone, before the server starts
	defer second.Unlock()
}

// Above silences the report of the next line.
func Above(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore users-unordered -- runs alone, before the server starts
	second := s.Lock(b)
	defer second.Unlock()
}

// NoReason says nothing, and silences nothing.
func NoReason(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore users-unordered // want `^no-reason: `
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	defer second.Unlock()
}

// EmptyReason has the mark and nothing behind it.
func EmptyReason(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore users-unordered -- // want `^no-reason: `
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	defer second.Unlock()
}

// Stale stands over code that was put right.
func Stale(s *locks.Session, a, b string) {
	//lockvet:ignore users-unordered -- runs alone // want `^stale-ignore: .*users-unordered`
	both := s.LockAll(a, b)
	defer both.Unlock()
}

// OtherCategory names a category that the report has not.
func OtherCategory(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore leak -- released by the caller // want `^stale-ignore: .*leak`
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	defer second.Unlock()
}

// OneOfTwo names two, one of which is there.
func OneOfTwo(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore users-unordered,leak -- runs alone // want `^stale-ignore: .*leak`
	second := s.Lock(b)
	defer second.Unlock()
}

// Both names two that are both there.
func Both(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore users-unordered,leak -- runs alone, and ends
	second := s.Lock(b)
	if b == "" {
		return
	}
	second.Unlock()
}

// Unknown names a category that does not exist.
func Unknown(s *locks.Session, a string) {
	//lockvet:ignore users-unorderd -- runs alone // want `^bad-directive: .*users-unorderd.*users-unordered`
	s.Lock(a).Unlock()
}

// TooFar stands two lines above.
func TooFar(s *locks.Session, a, b string) {
	//lockvet:ignore users-unordered -- runs alone // want `^stale-ignore: .*users-unordered`
	first := s.Lock(a)
	defer first.Unlock()
	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	defer second.Unlock()
}

// Apart stands above an empty line.
func Apart(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore users-unordered -- runs alone // want `^stale-ignore: .*users-unordered`

	second := s.Lock(b) // want `users-unordered: acquiring namespace lock of b`
	defer second.Unlock()
}

// Commented stands above a comment.
func Commented(s *locks.Session, a, b string) {
	first := s.Lock(a)
	defer first.Unlock()
	//lockvet:ignore users-unordered -- runs alone
	// The second one comes last.
	second := s.Lock(b)
	defer second.Unlock()
}

// Silenced silences the leak of its line, and nothing of the next.
func Silenced(s *locks.Session, id, user string) {
	mb := s.Open(id)   //lockvet:ignore leak -- closed when the process ends
	ns := s.Lock(user) // want `ns-under-mailbox: acquiring namespace lock of user`
	ns.Unlock()
	if user == "" {
		mb.Close()
	}
}
