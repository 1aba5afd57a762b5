package declared

import (
	"fmt"
	"sync"
)

// Logged wraps a mutex in a type with methods of its own.
type Logged struct {
	mu    sync.Mutex //lockvet:class spool
	taken int
}

// Lock locks and counts.
func (l *Logged) Lock() {
	l.mu.Lock()
	l.taken++
}

// Unlock unlocks.
func (l *Logged) Unlock() { l.mu.Unlock() }

// Wrapped takes it through its methods.
func Wrapped(j *Journal, l *Logged) {
	l.Lock()
	defer l.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// WrappedGood takes it inside.
func WrappedGood(j *Journal, l *Logged) {
	j.mu.Lock()
	defer j.mu.Unlock()
	l.Lock()
	defer l.Unlock()
}

// Locker takes it as a value of an interface.
func Locker(j *Journal, c *Cache) {
	var l sync.Locker = c
	l.Lock()
	defer l.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// Reader takes the read half of it.
func Reader(j *Journal, c *Cache) {
	l := c.RLocker()
	l.Lock()
	defer l.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// Table has a lock for each name.
type Table struct {
	byName map[string]*sync.Mutex //lockvet:class spool
}

// Map takes one out of a map.
func (t *Table) Map(j *Journal, name string) {
	t.byName[name].Lock()
	defer t.byName[name].Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// MapGood takes it inside.
func (t *Table) MapGood(j *Journal, name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t.byName[name].Lock()
	defer t.byName[name].Unlock()
}

// Queue waits on a condition of its lock.
type Queue struct {
	mu    sync.Mutex //lockvet:class spool
	ready *sync.Cond
	n     int
}

// Wait waits with the lock that the condition gives up and takes again.
func (q *Queue) Wait(j *Journal) {
	q.mu.Lock()
	for q.n == 0 {
		q.ready.Wait()
	}
	q.n--
	q.mu.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
}

// WaitByValue waits by a method value, and by way of an interface.
func (q *Queue) WaitByValue(j *Journal) {
	wait := q.ready.Wait
	q.mu.Lock()
	wait()
	interface{ Wait() }(q.ready).Wait()
	j.mu.Lock() // want `order: acquiring journal lock`
	j.mu.Unlock()
	q.mu.Unlock()
}

// WaitWrong takes the outer one before it gives the inner one up.
func (q *Queue) WaitWrong(j *Journal) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 {
		q.ready.Wait()
	}
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// Stringer locks when it is printed.
type Stringer struct{ j *Journal }

// String locks the journal.
func (s Stringer) String() string {
	s.j.mu.Lock()
	defer s.j.mu.Unlock()
	return fmt.Sprint(len(s.j.lines))
}

// Printed prints it under the inner lock.
func Printed(c *Cache, s Stringer) string {
	c.Lock()
	defer c.Unlock()
	return fmt.Sprintf("%v", s) // want `order: calling fmt.Sprintf acquires journal lock`
}

// PrintedBefore prints it first.
func PrintedBefore(c *Cache, s Stringer) string {
	text := fmt.Sprintf("%v", s)
	c.Lock()
	defer c.Unlock()
	return text
}

// Inner has a struct without a name with a lock in it.
type Inner struct {
	state struct {
		sync.Mutex //lockvet:class spool
		n          int
	}
}

// Nested takes it first.
func (i *Inner) Nested(j *Journal) {
	i.state.Lock()
	defer i.state.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}

// Deep promotes a lock through two types.
type Deep struct{ *Cache }

// Promoted takes it first.
func (d Deep) Promoted(j *Journal) {
	d.Lock()
	defer d.Unlock()
	j.mu.Lock() // want `order: acquiring journal lock`
	defer j.mu.Unlock()
}
