// Package ifaces calls interfaces of its own while a mailbox is open.
package ifaces

import (
	"fmt"
	"io"

	"fixtures/locks"
)

type keeper interface {
	update(user string)
	peek(user string) int
}

type table struct {
	s *locks.Session
	n int
}

func (t *table) update(user string) {
	t.s.Lock(user).Unlock()
	t.n++
}

func (t *table) peek(string) int { return t.n }

type memory struct{ n int }

func (m *memory) update(string)   { m.n++ }
func (m *memory) peek(string) int { return m.n }

type server struct {
	s    *locks.Session
	keep keeper
}

func newServer(s *locks.Session, small bool) *server {
	if small {
		return &server{s: s, keep: new(memory)}
	}
	return &server{s: s, keep: &table{s: s}}
}

// Update calls what may lock.
func (v *server) Update(id, user string) {
	mb := v.s.Open(id)
	defer mb.Close()
	v.keep.update(user) // want `ns-under-mailbox: calling (\S+\.)?update acquires namespace lock while holding mailbox lock \(line \d+\): update of table through keeper calls Lock \(ifaces/ifaces.go:22\)`
}

// Peek calls what no implementation locks in.
func (v *server) Peek(id, user string) int {
	mb := v.s.Open(id)
	defer mb.Close()
	return v.keep.peek(user)
}

// Serve makes a server and uses it.
func Serve(s *locks.Session, id, user string) int {
	v := newServer(s, id == "")
	v.Update(id, user)
	return v.Peek(id, user)
}

// LocalMemory has an interface value whose dynamic type is known.
func LocalMemory(s *locks.Session, id, user string) {
	var k keeper = new(memory)
	mb := s.Open(id)
	defer mb.Close()
	k.update(user)
}

// LocalTable has one that locks.
func LocalTable(s *locks.Session, id, user string) {
	var k keeper = &table{s: s}
	mb := s.Open(id)
	defer mb.Close()
	k.update(user) // want `ns-under-mailbox: calling (\S+\.)?update acquires namespace lock`
}

// TypeSwitch locks in the case of the type that locks only.
func TypeSwitch(s *locks.Session, id, user string, k keeper) {
	mb := s.Open(id)
	defer mb.Close()
	switch k := k.(type) {
	case *memory:
		k.update(user)
	case *table:
		k.update(user) // want `ns-under-mailbox: calling (\S+\.)?update acquires namespace lock`
	}
}

// Assertion asks for the type that does not lock.
func Assertion(s *locks.Session, id, user string, k keeper) {
	mb := s.Open(id)
	defer mb.Close()
	if m, ok := k.(*memory); ok {
		m.update(user)
	}
}

type updater interface{ update(user string) }

type both interface {
	updater
	peek(user string) int
}

// Embedded calls through an interface that embeds the one with the method.
func Embedded(s *locks.Session, id, user string, k both) int {
	mb := s.Open(id)
	defer mb.Close()
	k.update(user) // want `ns-under-mailbox: calling (\S+\.)?update acquires namespace lock`
	return k.peek(user)
}

// UseEmbedded gives it an implementation.
func UseEmbedded(s *locks.Session, id, user string) int {
	return Embedded(s, id, user, &table{s: s})
}

type wrapped struct {
	keeper
	calls int
}

// UseWrapped calls a method promoted from an embedded interface.
func UseWrapped(s *locks.Session, id, user string) int {
	w := &wrapped{keeper: &table{s: s}}
	mb := s.Open(id)
	defer mb.Close()
	w.update(user) // want `ns-under-mailbox: calling (\S+\.)?update acquires namespace lock`
	return w.calls
}

// UseMethodValue takes the method of an interface value as a function.
func UseMethodValue(s *locks.Session, id, user string) {
	var k keeper = &table{s: s}
	update := k.update
	mb := s.Open(id)
	defer mb.Close()
	update(user) // want `ns-under-mailbox: calling (\S+\.)?update acquires namespace lock`
}

type logger struct {
	s *locks.Session
	w io.Writer
}

// Write is a method of a standard interface that locks.
func (l *logger) Write(p []byte) (int, error) {
	l.s.Lock("log").Unlock()
	return l.w.Write(p)
}

// Fprint passes a writer that locks to a package without lock facts.
func Fprint(s *locks.Session, id string) {
	l := &logger{s: s, w: io.Discard}
	mb := s.Open(id)
	defer mb.Close()
	fmt.Fprintln(l, mb.ID) // want `ns-under-mailbox: calling fmt.Fprintln acquires namespace lock`
}

// FprintDiscard passes one that does not.
func FprintDiscard(s *locks.Session, id string) {
	mb := s.Open(id)
	defer mb.Close()
	fmt.Fprintln(io.Discard, mb.ID)
}

type badge struct{ s *locks.Session }

// String locks: printing is a call.
func (b badge) String() string {
	b.s.Lock("badge").Unlock()
	return "badge"
}

// Print passes a value whose String method locks.
func Print(s *locks.Session, id string) string {
	mb := s.Open(id)
	defer mb.Close()
	return fmt.Sprint(badge{s}) // want `ns-under-mailbox: calling fmt.Sprint acquires namespace lock`
}

// PrintBefore prints before the mailbox is open.
func PrintBefore(s *locks.Session, id string) string {
	text := fmt.Sprint(badge{s})
	mb := s.Open(id)
	defer mb.Close()
	return text
}

type number interface{ ~int }

func use[K keeper, N number](s *locks.Session, id string, k K, n N) {
	mb := s.Open(id)
	defer mb.Close()
	k.update(fmt.Sprint(int(n))) // want `ns-under-mailbox: calling (\S+\.)?update acquires namespace lock`
}

// Constraint calls through a type parameter.
func Constraint(s *locks.Session, id string) {
	use(s, id, &table{s: s}, 1)
}

func count[K keeper](s *locks.Session, id string, k K) {
	mb := s.Open(id)
	defer mb.Close()
	k.update(id)
}

// ConstraintMemory has one instance, which does not lock.
func ConstraintMemory(s *locks.Session, id string) {
	count(s, id, new(memory))
}
