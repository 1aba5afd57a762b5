// Package keys locks a user again while a mailbox is open: the same key in
// the same mode is re-entry and waits for nobody, any other key waits.
package keys

import (
	"strings"

	"fixtures/locks"
)

// Account is who owns what.
type Account struct {
	User  string
	ID    string
	Alias *Account
}

type userid string

// SameParam locks the same parameter again.
func SameParam(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	again := s.Lock(user)
	again.Unlock()
}

// OtherParam locks another one.
func OtherParam(s *locks.Session, id, user, admin string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	again := s.Lock(admin) // want `ns-under-mailbox: acquiring namespace lock of admin`
	again.Unlock()
}

// SameField reads the same field twice.
func SameField(s *locks.Session, a *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	s.Lock(a.User).Unlock()
}

// SameFieldByValue reads the field of a copy.
func SameFieldByValue(s *locks.Session, a Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	b := a
	s.Lock(b.User).Unlock()
}

// StoreBetween writes the field between the two reads.
func StoreBetween(s *locks.Session, a *Account, admin string) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	a.User = admin
	s.Lock(a.User).Unlock() // want `ns-under-mailbox: acquiring namespace lock of a.User`
}

// StoreInCallee has it written by a function.
func StoreInCallee(s *locks.Session, a *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	rename(a)
	s.Lock(a.User).Unlock() // want `ns-under-mailbox: acquiring namespace lock of a.User`
}

func rename(a *Account) { a.User = strings.ToLower(a.User) }

// StoreDeeper has it written by a function that only calls another.
func StoreDeeper(s *locks.Session, a *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	normalize(a)
	s.Lock(a.User).Unlock() // want `ns-under-mailbox: acquiring namespace lock of a.User`
}

func normalize(a *Account) { rename(a) }

// ReadInCallee passes it to one that only reads.
func ReadInCallee(s *locks.Session, a *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	if length(a) > 3 {
		s.Lock(a.User).Unlock()
	}
}

func length(a *Account) int { return len(a.User) }

// DeepField reads through a pointer in the struct.
func DeepField(s *locks.Session, a *Account) {
	ns := s.Lock(a.Alias.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	s.Lock(a.Alias.User).Unlock()
}

// OtherField reads another field.
func OtherField(s *locks.Session, a *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	s.Lock(a.Alias.User).Unlock() // want `ns-under-mailbox: acquiring namespace lock of a.Alias.User`
}

const postmaster = "postmaster"

// SameConstant locks the same constant, written in two ways.
func SameConstant(s *locks.Session, id string) {
	ns := s.Lock(postmaster)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock("postmaster").Unlock()
}

// OtherConstant locks another.
func OtherConstant(s *locks.Session, id string) {
	ns := s.Lock(postmaster)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock("root").Unlock() // want `ns-under-mailbox: acquiring namespace lock of "root"`
}

// Converted converts the key to another type and back.
func Converted(s *locks.Session, id string, u userid) {
	ns := s.Lock(string(u))
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock(string(u)).Unlock()
}

// Computed computes the key anew: nobody knows that it is the same.
func Computed(s *locks.Session, id, name string) {
	ns := s.Lock(owner(name))
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock(lookUp(id)).Unlock() // want `ns-under-mailbox: acquiring namespace lock of lookUp\(id\)`
}

func owner(name string) string {
	user, _, _ := strings.Cut(name, ".")
	return user
}

var owners = map[string]string{}

func lookUp(id string) string { return owners[id] }

// Variable keeps the computed key.
func Variable(s *locks.Session, id, name string) {
	user := owner(name)
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock(user).Unlock()
}

// VariableChanged assigns to it in between.
func VariableChanged(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	user = lookUp(id)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// Proven compares an unknown key with the one that is held.
func Proven(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	if other := lookUp(id); other == user {
		s.Lock(other).Unlock()
	}
}

// Disproven locks it where it is not the same.
func Disproven(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	if other := lookUp(id); other != user {
		s.Lock(other).Unlock() // want `ns-under-mailbox: acquiring namespace lock of other`
	}
}

func charge(s *locks.Session, user string) { s.Lock(user).Unlock() }

// Callee passes the held key to a function that locks it.
func Callee(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	charge(s, user)
}

// CalleeOther passes another.
func CalleeOther(s *locks.Session, id, user, admin string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	charge(s, admin) // want `ns-under-mailbox: calling charge acquires namespace lock`
}

func chargeOwner(s *locks.Session, a *Account) { s.Lock(a.User).Unlock() }

// CalleeField passes the struct that has the held key in a field.
func CalleeField(s *locks.Session, a *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	chargeOwner(s, a)
}

// CalleeFieldOther passes another struct.
func CalleeFieldOther(s *locks.Session, a, b *Account) {
	ns := s.Lock(a.User)
	defer ns.Unlock()
	mb := s.Open(a.ID)
	defer mb.Close()
	chargeOwner(s, b) // want `ns-under-mailbox: calling chargeOwner acquires namespace lock`
}

// Released locks the same user again when its first lock is gone.
func Released(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	mb := s.Open(id)
	defer mb.Close()
	ns.Unlock()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// ReleasedInner releases the inner of two: the outer one is still held.
func ReleasedInner(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock(user).Unlock()
	s.Lock(user).Unlock()
}

// OneOfAll locks one of several that are held.
func OneOfAll(s *locks.Session, id, a, b string) {
	ns := s.LockAll(a, b)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock(b).Unlock()
	s.LockAll(b, a).Unlock()
}

// NoneOfAll locks another.
func NoneOfAll(s *locks.Session, id, a, b, c string) {
	ns := s.LockAll(a, b)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	s.Lock(c).Unlock() // want `ns-under-mailbox: acquiring namespace lock of c`
}

// Captured locks the same captured variable in a closure.
func Captured(s *locks.Session, id, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	mb := s.Open(id)
	defer mb.Close()
	again := func() { s.Lock(user).Unlock() }
	again()
}

// Element locks the same element of a slice.
func Element(s *locks.Session, id string, users []string) {
	for i := range users {
		ns := s.Lock(users[i])
		mb := s.Open(id)
		s.Lock(users[i]).Unlock()
		mb.Close()
		ns.Unlock()
	}
}

// Channel locks whoever comes from a channel.
func Channel(s *locks.Session, id string, users <-chan string) {
	mb := s.Open(id)
	defer mb.Close()
	for user := range users {
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}
}
