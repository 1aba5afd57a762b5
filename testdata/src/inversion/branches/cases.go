package branches

import (
	"errors"
	"os"

	"fixtures/locks"
)

// VerbTwice dispatches twice over one string; the first time, some open.
func VerbTwice(s *locks.Session, verb, id, user string) {
	switch verb {
	case "FETCH", "SEARCH", "STORE":
		mb := s.Open(id)
		defer mb.Close()
	}
	switch verb {
	case "STATUS":
		s.Lock(user).Unlock()
	case "STORE":
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// VerbLong has a long list of those that open.
func VerbLong(s *locks.Session, verb, id, user string) {
	if verb == "FETCH" || verb == "SEARCH" || verb == "STORE" || verb == "SORT" || verb == "THREAD" || verb == "COPY" || verb == "MOVE" {
		mb := s.Open(id)
		defer mb.Close()
	}
	if verb == "STATUS" {
		s.Lock(user).Unlock()
	}
	if verb == "THREAD" {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

const (
	keepOpen = 1 << iota
	charged
	noisy
)

// Bits tests one bit twice.
func Bits(s *locks.Session, flags int, id, user string) {
	if flags&keepOpen != 0 {
		mb := s.Open(id)
		defer mb.Close()
	}
	if flags&keepOpen == 0 {
		s.Lock(user).Unlock()
	}
}

// OtherBits tests two.
func OtherBits(s *locks.Session, flags int, id, user string) {
	if flags&keepOpen != 0 {
		mb := s.Open(id)
		defer mb.Close()
	}
	if flags&charged == 0 {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// SetBits sets the bit between the two tests.
func SetBits(s *locks.Session, flags int, id, user string) {
	if flags&keepOpen == 0 {
		mb := s.Open(id)
		defer mb.Close()
	}
	flags |= keepOpen | noisy
	if flags&keepOpen != 0 {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// LoopBits tests another value in each turn.
func LoopBits(s *locks.Session, flags []int, id, user string) {
	var mb *locks.Box
	for _, f := range flags {
		if f&keepOpen != 0 && mb == nil {
			mb = s.Open(id)
		}
		if f&keepOpen == 0 {
			s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
		}
	}
	mb.Close()
}

// A command is of one of the types below.
type command interface{ name() string }

type (
	fetch  struct{ uid uint32 }
	status struct{}
	noop   struct{}
)

func (*fetch) name() string { return "FETCH" }
func (status) name() string { return "STATUS" }
func (noop) name() string   { return "NOOP" }

// TypeTwice asks twice of what type a value is.
func TypeTwice(s *locks.Session, c command, id, user string) {
	if _, ok := c.(*fetch); ok {
		mb := s.Open(id)
		defer mb.Close()
	}
	switch c.(type) {
	case status, nil:
		s.Lock(user).Unlock()
	case *fetch:
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// TypeElse opens for all others.
func TypeElse(s *locks.Session, c command, id, user string) {
	switch c.(type) {
	case *fetch, noop:
	default:
		mb := s.Open(id)
		defer mb.Close()
	}
	switch c.(type) {
	case noop:
		s.Lock(user).Unlock()
	case status:
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// TypeInterface asks for methods, which several types may have.
func TypeInterface(s *locks.Session, c command, id, user string) {
	if _, ok := c.(interface{ size() int }); ok {
		mb := s.Open(id)
		defer mb.Close()
	}
	if _, ok := c.(status); ok {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// TypeParameter asks for a type that may be the other one.
func TypeParameter[T any](s *locks.Session, c any, id, user string) {
	if _, ok := c.(*T); ok {
		mb := s.Open(id)
		defer mb.Close()
	}
	if _, ok := c.(*fetch); ok {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

func openIfFetch(s *locks.Session, c command, id string) *locks.Box {
	if _, ok := c.(*fetch); !ok {
		return nil
	}
	return s.Open(id)
}

// TypeKnown knows what type it gives to a function that asks.
func TypeKnown(s *locks.Session, id, user string) {
	mb := openIfFetch(s, status{}, id)
	defer mb.Close()
	s.Lock(user).Unlock()
}

// TypeKnownFetch gives it the other one.
func TypeKnownFetch(s *locks.Session, id, user string) {
	mb := openIfFetch(s, &fetch{}, id)
	defer mb.Close()
	s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
}

type codeError int

func (codeError) Error() string { return "code" }

// ErrorType asks an error for its type: it is one.
func ErrorType(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if _, ok := err.(codeError); ok {
		s.Lock(user).Unlock()
		return err
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// ErrorAs does the same by errors.As.
func ErrorAs(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	var code codeError
	if errors.As(err, &code) {
		s.Lock(user).Unlock()
		return err
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// ErrorAsType does the same by errors.AsType.
func ErrorAsType(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if code, ok := errors.AsType[codeError](err); ok {
		s.Lock(user).Unlock()
		return code
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// ErrorNotAs locks where it is not that error: it may be none.
func ErrorNotAs(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	var code codeError
	if !errors.As(err, &code) {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

func isGone(err error) bool { return os.IsNotExist(err) || errors.Is(err, locks.ErrBusy) }

// ErrorPredicate asks a function of its own.
func ErrorPredicate(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if isGone(err) {
		s.Lock(user).Unlock()
		return nil
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

func isBusy(err error) bool { return errors.Is(err, locks.ErrBusy) }

// ErrorPredicateOne asks a function of its own that knows one.
func ErrorPredicateOne(s *locks.Session, id, user string) error {
	mb, err := s.OpenErr(id)
	if isBusy(err) {
		s.Lock(user).Unlock()
		return nil
	}
	if err != nil {
		return err
	}
	mb.Close()
	return nil
}

// VerbKept keeps in a variable whether to open.
func VerbKept(s *locks.Session, verb, id, user string) {
	opens := verb == "FETCH" || verb == "STORE"
	if opens {
		mb := s.Open(id)
		defer mb.Close()
	}
	if verb == "STATUS" {
		s.Lock(user).Unlock()
	}
	if verb == "STORE" {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// BothKept opens if two conditions hold, and locks if one of them does not.
func BothKept(s *locks.Session, ready, wanted bool, id, user string) {
	opens := ready && wanted
	if opens {
		mb := s.Open(id)
		defer mb.Close()
	}
	if !ready {
		s.Lock(user).Unlock()
	}
	if wanted {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

func opensVerb(verb string) bool { return verb == "FETCH" || verb == "STORE" }

func opensListed(verb string) bool {
	switch verb {
	case "FETCH", "SEARCH", "STORE":
		return true
	}
	return false
}

// VerbPredicate asks functions of its own whether to open.
func VerbPredicate(s *locks.Session, verb, id, user string) {
	if opensVerb(verb) {
		mb := s.Open(id)
		defer mb.Close()
	}
	if verb == "STATUS" {
		s.Lock(user).Unlock()
	}
	if verb == "STORE" {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}

// VerbListed asks another.
func VerbListed(s *locks.Session, verb, id, user string) {
	if opensListed(verb) {
		mb := s.Open(id)
		defer mb.Close()
	}
	if verb == "STATUS" {
		s.Lock(user).Unlock()
	}
	if !opensListed(verb) {
		s.Lock(user).Unlock()
	}
	if verb == "STORE" {
		s.Lock(user).Unlock() // want `^ns-under-mailbox: acquiring namespace lock of user`
	}
}
