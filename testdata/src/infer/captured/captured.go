// Package captured gives locks up, and takes them, in function literals that
// have captured what holds them.
package captured

import (
	"sort"
	"sync"
)

// List has an embedded mutex.
type List struct {
	sync.RWMutex
	n int
}

// Has locks.
func (l *List) Has() bool {
	l.RLock()
	defer l.RUnlock()
	return l.n > 0
}

// Given up in a literal, the lock can be taken again.
func (l *List) GivenUp() bool {
	l.Lock()
	func() { l.Unlock() }()
	return l.Has()
}

// GivenUpDeep is given up in a literal of a literal.
func (l *List) GivenUpDeep() bool {
	l.Lock()
	func() {
		func() { l.Unlock() }()
	}()
	return l.Has()
}

// GivenUpOther is given up by a variable of its own.
func (l *List) GivenUpOther() bool {
	other := l
	l.Lock()
	func() {
		other.n++
		other.Unlock()
	}()
	return l.Has()
}

// Kept is held while the literal runs.
func (l *List) Kept() (b bool) {
	l.Lock()
	func() { b = l.Has() }() // want `^relock: calling func literal in List.Kept acquires captured.List.RWMutex lock while holding it`
	l.Unlock()
	return b
}

// Taken in a literal, the lock is held after it.
func (l *List) Taken() bool {
	func() { l.Lock() }()
	defer l.Unlock()
	return l.Has() // want `^relock: calling List.Has acquires captured.List.RWMutex lock while holding it`
}

// Moved has a variable that points elsewhere by the time that the literal runs.
func (l *List) Moved(other *List) bool {
	at := l
	at.Lock()
	unlock := func() { at.Unlock() }
	unlock()
	at = other
	at.Lock()
	unlock()
	return other.Has()
}

// Replaced gives up what it finds in a variable, which a function that was
// called back may have given up and replaced.
func (l *List) Replaced() bool {
	l.each()
	return l.Has()
}

func (l *List) each() {
	l.RLock()
	unlock := l.RUnlock
	defer func() { unlock() }()
	l.search(func(i int) {
		if i == 0 {
			panic("no such place")
		}
		unlock()
		unlock = func() {}
		l.n++
	})
}

func (l *List) search(at func(int)) {
	sort.Search(l.n, func(i int) bool {
		at(i)
		return true
	})
}

// Sorted gives the lock up in a function that somebody else calls.
func (l *List) Sorted() bool {
	l.Lock()
	sort.Search(1, func(i int) bool {
		l.Unlock()
		return true
	})
	return l.Has()
}

// SortedKept holds the lock while somebody else calls a function, and after.
func (l *List) SortedKept() bool {
	l.Lock()
	defer l.Unlock()
	sort.Search(1, func(i int) bool { return i > l.n })
	return l.Has() // want `^relock: calling List.Has acquires captured.List.RWMutex lock while holding it`
}

// Shelf has lists, which it hands out locked.
type Shelf struct{ lists map[string]*List }

func (s *Shelf) locked(name string) *List {
	l := s.lists[name]
	if l == nil {
		return nil
	}
	l.RLock()
	return l
}

func unlocker(l *List) func() {
	if l == nil {
		return nil
	}
	return l.RUnlock
}

// Size gives the list up by a function, if it has got one.
func (s *Shelf) Size(name string) (int, func()) {
	l := s.locked(name)
	done := unlocker(l)
	if l == nil {
		return 0, done
	}
	return l.n, done
}

func finish(done func()) {
	if done != nil {
		done()
	}
}

// Twice asks twice, in turn.
func (s *Shelf) Twice(name string) int {
	n, done := s.Size(name)
	finish(done)
	m, done := s.Size(name)
	defer finish(done)
	return n + m
}

// Lost has a way out on which the function to call is lost, and with it the lock.
func (s *Shelf) Lost(name string) (int, func()) {
	n, done := s.Size(name)
	if n > 100 {
		return 0, nil
	}
	return n, done
}

// AfterLost is told what Lost has done, once.
func (s *Shelf) AfterLost(name string) int {
	n, done := s.Lost(name)
	finish(done)
	m, done := s.Lost(name) // want `^relock: calling Shelf.Lost acquires captured.List.RWMutex lock shared while holding it shared`
	finish(done)
	k, done := s.Lost(name)
	finish(done)
	return n + m + k
}
