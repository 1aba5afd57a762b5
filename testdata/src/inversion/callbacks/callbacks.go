// Package callbacks passes functions that lock a user to code that calls
// them while a mailbox is open.
package callbacks

import (
	"fixtures/inversion/callbacks/store"
	"fixtures/locks"
)

// Closure passes a closure that locks.
func Closure(s *locks.Session, id, user string) {
	store.With(s, id, func() { // want `ns-under-mailbox: calling store.With acquires namespace lock while holding mailbox lock \(.*store.go:\d+\)`
		s.Lock(user).Unlock()
	})
}

// ClosureReads passes one that does not.
func ClosureReads(s *locks.Session, id string) (n int) {
	store.With(s, id, func() { n++ })
	return n
}

// ClosureAfter passes one that locks to a function that calls it too late to matter.
func ClosureAfter(s *locks.Session, id, user string) {
	store.After(s, id, func() { s.Lock(user).Unlock() })
}

// FirstOfTwo passes the lock in the place that is called under the mailbox.
func FirstOfTwo(s *locks.Session, id, user string) {
	store.Both(s, id, func() { s.Lock(user).Unlock() }, func() {}) // want `ns-under-mailbox: calling store.Both`
}

// SecondOfTwo passes it in the other.
func SecondOfTwo(s *locks.Session, id, user string) {
	store.Both(s, id, func() {}, func() { s.Lock(user).Unlock() })
}

// Variadic passes one of several.
func Variadic(s *locks.Session, id, user string) {
	store.Every(s, id, func() {}, func() { s.Lock(user).Unlock() }) // want `ns-under-mailbox: calling store.Every`
}

// VariadicReads passes several that take nothing.
func VariadicReads(s *locks.Session, id string) {
	store.Every(s, id, func() {}, func() {})
}

// VariadicSlice passes a slice in place of the arguments.
func VariadicSlice(s *locks.Session, id, user string) {
	fns := []func(){func() { s.Lock(user).Unlock() }}
	store.Every(s, id, fns...) // want `ns-under-mailbox: calling store.Every`
}

// Nested passes through two more functions.
func Nested(s *locks.Session, id, user string) {
	store.Twice(s, id, func() { s.Lock(user).Unlock() }) // want `ns-under-mailbox: calling store.Twice acquires namespace lock while holding mailbox lock \(.*store.go:\d+\): store.Twice calls`
}

type server struct {
	s     *locks.Session
	users map[string]int
	hooks map[string]func()
	queue []func()
	onAdd func()
}

func (v *server) charge() { v.s.Lock("admin").Unlock() }

func (v *server) count() { v.users["all"]++ }

// MethodValue passes a method.
func (v *server) MethodValue(id string) {
	store.With(v.s, id, v.charge) // want `ns-under-mailbox: calling store.With`
	store.With(v.s, id, v.count)
}

// MethodExpression calls a method through its expression.
func (v *server) MethodExpression(id string) {
	charge, count := (*server).charge, (*server).count
	mb := v.s.Open(id)
	defer mb.Close()
	count(v)
	charge(v) // want `ns-under-mailbox: calling (charge|.*server.*charge) acquires namespace lock`
}

func charge(v *server) func() { return v.charge }

func count(v *server) func() { return v.count }

// Returned passes what a function returned.
func (v *server) Returned(id string) {
	store.With(v.s, id, charge(v)) // want `ns-under-mailbox: calling store.With`
	store.With(v.s, id, count(v))
}

// Chosen passes one of two functions; one of them locks.
func (v *server) Chosen(id string, quiet bool) {
	fn := v.charge
	if quiet {
		fn = v.count
	}
	store.With(v.s, id, fn) // want `ns-under-mailbox: calling store.With`
}

// Field keeps the function in a field.
func (v *server) Field(id string) {
	v.onAdd = v.charge
	mb := v.s.Open(id)
	defer mb.Close()
	v.onAdd() // want `ns-under-mailbox: calling (\S+\.)?onAdd acquires namespace lock`
}

type quiet struct {
	s     *locks.Session
	onAdd func()
	n     int
}

// Field keeps one that takes nothing.
func (q *quiet) Field(id string) {
	q.onAdd = func() { q.n++ }
	mb := q.s.Open(id)
	defer mb.Close()
	q.onAdd()
}

// Slice keeps functions in a slice and calls them under the mailbox.
func (v *server) Slice(id string) {
	v.queue = append(v.queue, v.count, v.charge)
	mb := v.s.Open(id)
	defer mb.Close()
	for _, fn := range v.queue {
		fn() // want `ns-under-mailbox: calling fn acquires namespace lock`
	}
}

// LocalSlice has a slice of its own, with nothing in it that locks.
func (v *server) LocalSlice(id string) {
	queue := []func(){v.count, func() {}}
	mb := v.s.Open(id)
	defer mb.Close()
	for _, fn := range queue {
		fn()
	}
}

// Map keeps functions in a map.
func (v *server) Map(id, name string) {
	v.hooks = map[string]func(){"charge": v.charge, "count": v.count}
	mb := v.s.Open(id)
	defer mb.Close()
	if fn, ok := v.hooks[name]; ok {
		fn() // want `ns-under-mailbox: calling fn acquires namespace lock`
	}
}

// LocalMap has a map of its own, with nothing in it that locks.
func (v *server) LocalMap(id, name string) {
	hooks := map[string]func(){"count": v.count}
	mb := v.s.Open(id)
	defer mb.Close()
	hooks[name]()
}

// Literal fills the hooks of another package.
func Literal(s *locks.Session, id string) {
	h := &store.Hooks{OnOpen: func(user string) { s.Lock(user).Unlock() }}
	h.Visit(s, id) // want `ns-under-mailbox: calling (\S+\.)?Visit acquires namespace lock while holding mailbox lock \(store/store.go:\d+\)`
}

// LiteralLate fills the hook that is called when the mailbox is closed.
func LiteralLate(s *locks.Session, id string) {
	h := &store.Hooks{OnClose: func(user string) { s.Lock(user).Unlock() }}
	h.Visit(s, id)
}

// Registered adds a hook by a call.
func Registered(s *locks.Session, id string) {
	h := new(store.Hooks)
	h.Add(func(user string) { s.Lock(user).Unlock() })
	h.Visit(s, id) // want `ns-under-mailbox: calling (\S+\.)?Visit acquires namespace lock while holding mailbox lock \(store/store.go:\d+\)`
}

// RegisteredReads adds one that takes nothing.
func RegisteredReads(s *locks.Session, id string) (seen []string) {
	h := new(store.Hooks)
	h.Add(func(id string) { seen = append(seen, id) })
	h.Visit(s, id)
	return seen
}

// Generic passes a closure to a generic function.
func Generic(s *locks.Session, ids []string) []int {
	return store.Map(s, ids, func(id string) int { // want `ns-under-mailbox: calling store.Map(\[.*\])? acquires namespace lock`
		s.Lock(id).Unlock()
		return 1
	})
}

// GenericReads passes one that takes nothing; the instance differs too.
func GenericReads(s *locks.Session, ids []string) []string {
	return store.Map(s, ids, func(id string) string { return id })
}

// Kept is asynchronous by its directive.
func Kept(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	store.Keep(func() { s.Lock(user).Unlock() })
}

// FuncType passes a function as a named type with a method.
func FuncType(s *locks.Session, id string) {
	store.Accept(s, id, func(user string) { s.Lock(user).Unlock() }) // want `ns-under-mailbox: calling store.Accept`
}

// FuncTypeReads passes one that takes nothing.
func FuncTypeReads(s *locks.Session, id string) (n int) {
	store.Accept(s, id, func(string) { n++ })
	return n
}

// with is a function of this package: the report is at its own call.
func with(s *locks.Session, id string, fn func(string)) {
	mb := s.Open(id)
	defer mb.Close()
	fn(id) // want `ns-under-mailbox: calling fn acquires namespace lock while holding mailbox lock \(line \d+\)`
}

// Same passes a closure that locks within the package.
func Same(s *locks.Session, id string) {
	with(s, id, func(user string) { s.Lock(user).Unlock() })
}

// unlockAround closes the mailbox around the call and opens it again.
func unlockAround(s *locks.Session, id string, fn func(string)) {
	mb := s.Open(id)
	mb.Close()
	fn(id)
	again := s.Open(id)
	again.Close()
}

// SameClosed passes one to a function that closes first.
func SameClosed(s *locks.Session, id string) {
	unlockAround(s, id, func(user string) { s.Lock(user).Unlock() })
}

// LocksForIt passes a function that opens a mailbox to one that locks a
// user: the right order.
func LocksForIt(s *locks.Session, id, user string) {
	locked(s, user, func() {
		mb := s.Open(id)
		mb.Close()
	})
}

func locked(s *locks.Session, user string, fn func()) {
	ns := s.Lock(user)
	defer ns.Unlock()
	fn()
}

// LocksUnder passes a function that opens and leaves it open.
func LocksUnder(s *locks.Session, id, user string) {
	var mb *locks.Box
	run(func() { mb = s.Open(id) })
	defer mb.Close()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

func run(fn func()) { fn() }
