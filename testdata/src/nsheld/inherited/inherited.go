// Package inherited has functions without a directive, which inherit the
// requirements of what they call; the callers are asked, up to the roots.
package inherited

import (
	"net/http"

	"fixtures/locks"
	"fixtures/nsheld/inherited/low"
)

var session = locks.NewSession()

func store(s *locks.Session, user string) { s.Write(user) }

func storeTwice(s *locks.Session, user string) {
	store(s, user)
	store(s, user)
}

// Held holds what the helper needs.
func Held(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	storeTwice(s, user)
}

// Bare does not.
func Bare(s *locks.Session, user string) {
	storeTwice(s, user) // want `^not-held: calling storeTwice requires holding namespace lock of user exclusively: storeTwice calls store calls .*Write \(inherited/inherited.go:14\); none is held$`
}

// Shared holds too little.
func Shared(s *locks.Session, user string) {
	ns := s.LockShared(user)
	defer ns.Unlock()
	storeTwice(s, user) // want `shared-not-exclusive: calling storeTwice requires holding namespace lock of user exclusively`
}

// Other holds another user than the one that the helper works on.
func Other(s *locks.Session, user, admin string) {
	ns := s.Lock(admin)
	defer ns.Unlock()
	storeTwice(s, user) // want `not-held: calling storeTwice requires holding namespace lock of user`
}

// Across passes the requirement of another package on.
func Across(s *locks.Session, user string) {
	low.Declared(s, user) // want `not-held: calling low.Declared requires holding namespace lock of user`
}

// AcrossHeld holds it.
func AcrossHeld(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	low.Declared(s, user)
}

func init() {
	store(session, "init") // want `not-held: calling store requires holding namespace lock of "init"`
}

func handle(w http.ResponseWriter, r *http.Request) {
	store(session, r.URL.Path) // want `not-held: calling store requires holding namespace lock of r.URL.Path`
	w.WriteHeader(http.StatusNoContent)
}

// Handlers stores handlers in a table: they are roots.
func Handlers() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"/store": handle}
}

// Closure writes in a closure that runs under the lock.
func Closure(s *locks.Session, user string) {
	write := func() { s.Write(user) }
	ns := s.Lock(user)
	defer ns.Unlock()
	write()
}

// ClosureBare runs it without.
func ClosureBare(s *locks.Session, user string) {
	write := func() { s.Write(user) }
	write() // want `not-held: calling write requires holding namespace lock of user`
}

func under(s *locks.Session, user string, fn func()) {
	ns := s.Lock(user)
	defer ns.Unlock()
	fn()
}

// Callback has it run by a function that holds the lock.
func Callback(s *locks.Session, user string) {
	under(s, user, func() { store(s, user) })
}

type server struct{ s *locks.Session }

func (v *server) put(user string) { v.s.Write(user) }

// Put locks in a method and calls another.
func (v *server) Put(user string) {
	ns := v.s.Lock(user)
	defer ns.Unlock()
	v.put(user)
}

// PutBare forgets to.
func (v *server) PutBare(user string) {
	v.put(user) // want `not-held: calling (\S+\.)?put requires holding namespace lock of user`
}

func count(s *locks.Session, users []string) (n int) {
	for _, user := range users {
		n += s.Read(user)
	}
	return n
}

// Count holds all of them.
func Count(s *locks.Session, users []string) int {
	ns := s.LockAll(users...)
	defer ns.Unlock()
	return count(s, users)
}

func lockedInside(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	s.Write(user)
}

// Satisfied calls one that holds what it needs.
func Satisfied(s *locks.Session, user string) { lockedInside(s, user) }

type writer interface{ write() }

type record struct {
	s    *locks.Session
	user string
}

func (r record) write() { r.s.Write(r.user) }

// each calls a method of a type parameter: its callers say which.
func each[T writer](v T) { v.write() }

func twice[T writer](v T) {
	each(v)
	each(v)
}

// GenericHeld holds what the method needs.
func GenericHeld(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	twice(record{s, user})
}

// GenericBare does not.
func GenericBare(s *locks.Session, user string) {
	twice(record{s, user}) // want `not-held: calling twice requires holding namespace lock`
}
