// Package declared takes locks of classes that a program declares itself:
// mutexes in every place, functions, methods, and functions of packages that
// cannot be edited.
//
//lockvet:order hub inlocker
//lockvet:order journal spool
//lockvet:order spool table
//lockvet:extern fixtures/inversion/declared/dotlock.Take acquire spool exclusive key=path
//lockvet:extern (*fixtures/inversion/declared/dotlock.Lock).Drop release spool
//lockvet:extern (*fixtures/inversion/declared/dotlock.Table).Begin acquire table exclusive
//lockvet:extern (*fixtures/inversion/declared/dotlock.Table).End release table
package declared

import (
	"sync"

	"fixtures/inversion/declared/dotlock"
)

// Journal has its mutex in a field.
type Journal struct {
	mu    sync.Mutex //lockvet:class journal
	lines []string
}

// Cache embeds its lock.
type Cache struct {
	//lockvet:class spool
	sync.RWMutex
	files map[string]int
}

// Embedded takes the embedded lock first.
func Embedded(j *Journal, c *Cache) {
	c.Lock()
	defer c.Unlock()
	j.mu.Lock() // want `^order: acquiring journal lock .*while holding spool lock .*\(line \d+\); order is journal, then spool$`
	defer j.mu.Unlock()
}

// EmbeddedGood takes it last.
func EmbeddedGood(j *Journal, c *Cache) {
	j.mu.Lock()
	defer j.mu.Unlock()
	c.Lock()
	defer c.Unlock()
}

// Reading is as wrong with a read lock.
func Reading(j *Journal, c *Cache) {
	c.RLock()
	defer c.RUnlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// ReadingDone gives the read lock up first.
func ReadingDone(j *Journal, c *Cache) int {
	c.RLock()
	n := len(c.files)
	c.RUnlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	return n
}

// Tried tries the outer one.
func Tried(j *Journal, c *Cache) bool {
	c.Lock()
	defer c.Unlock()
	if !j.mu.TryLock() {
		return false
	}
	defer j.mu.Unlock()
	return true
}

// TriedInner holds what it tried and got.
func TriedInner(j *Journal, c *Cache) {
	if !c.TryLock() {
		return
	}
	defer c.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// TriedInnerFailed takes the outer one where it did not get it.
func TriedInnerFailed(j *Journal, c *Cache) {
	if c.TryLock() {
		c.Unlock()
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
}

var state struct {
	//lockvet:class spool
	sync.Mutex
	n int
}

// Anonymous takes the lock of an anonymous struct first.
func Anonymous(j *Journal) {
	state.Lock()
	defer state.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

//lockvet:class spool
var spoolMu sync.Mutex

// Variable takes a variable's lock first.
func Variable(j *Journal) {
	spoolMu.Lock()
	defer spoolMu.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// Shards has many locks of one class.
type Shards struct {
	mus [8]sync.Mutex //lockvet:class spool
}

// Array takes one of an array first.
func (s *Shards) Array(j *Journal, i int) {
	s.mus[i].Lock()
	defer s.mus[i].Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// ArrayGood takes it last.
func (s *Shards) ArrayGood(j *Journal, i int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.mus[i].Lock()
	defer s.mus[i].Unlock()
}

// Gate is a lock of its own making.
//
//lockvet:class journal
type Gate struct{ busy chan struct{} }

// Lock waits for the gate.
func (g *Gate) Lock() { g.busy <- struct{}{} }

// Unlock gives it up.
func (g *Gate) Unlock() { <-g.busy }

// NamedType takes a lock of a declared type.
func NamedType(g *Gate) {
	spoolMu.Lock()
	defer spoolMu.Unlock()
	g.Lock() // want `order: acquiring journal lock`
	defer g.Unlock()
}

// NamedTypeGood takes it first.
func NamedTypeGood(g *Gate) {
	g.Lock()
	defer g.Unlock()
	spoolMu.Lock()
	defer spoolMu.Unlock()
}

// Shared keeps a pointer to a lock.
type Shared struct {
	mu *sync.Mutex //lockvet:class spool
}

// Pointer takes it first.
func (s *Shared) Pointer(j *Journal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// MethodValue unlocks through a method value.
func MethodValue(j *Journal) {
	spoolMu.Lock()
	unlock := spoolMu.Unlock
	unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
}

// Extern takes a lock that is declared from outside.
func Extern(j *Journal, path string) {
	l := dotlock.Take(path)
	defer l.Drop()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// ExternGood takes it inside.
func ExternGood(j *Journal, path string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	l := dotlock.Take(path)
	defer l.Drop()
}

// Transitive breaks an order that only two lines together declare.
func Transitive(j *Journal, t *dotlock.Table) {
	t.Begin()
	defer t.End()
	j.mu.Lock() // want `order: acquiring journal lock .*while holding table lock .*; order is journal, then spool, then table`
	defer j.mu.Unlock()
}

// TransitiveGood keeps it.
func TransitiveGood(j *Journal, t *dotlock.Table) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t.Begin()
	defer t.End()
}

// Balance leaves a mutex locked for its caller; that is nobody's concern.
func (j *Journal) Balance() { j.mu.Lock() }

// UnderBalance calls it with the inner lock held.
func UnderBalance(j *Journal) {
	spoolMu.Lock()
	defer spoolMu.Unlock()
	j.Balance() // want `order: calling (\S+\.)?Balance acquires journal lock`
	j.mu.Unlock()
}

// AfterBalance takes the inner lock while it is left locked.
func AfterBalance(j *Journal) {
	j.Balance()
	spoolMu.Lock()
	spoolMu.Unlock()
	j.mu.Unlock()
}

// Generic guards a value.
type Generic[T any] struct {
	mu sync.Mutex //lockvet:class spool
	v  T
}

// Get returns the value.
func (g *Generic[T]) Get() T {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.v
}

// UnderGeneric takes the outer lock under a lock of a generic type.
func UnderGeneric(j *Journal, g *Generic[int]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// GenericUnder keeps the order.
func GenericUnder(j *Journal, g *Generic[int]) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return g.Get()
}
