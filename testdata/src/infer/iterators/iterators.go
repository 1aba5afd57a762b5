// Package iterators leaves the bodies of range-over-func loops in all ways.
package iterators

import (
	"iter"
	"strings"
	"sync"
)

// List has an embedded mutex.
type List struct {
	sync.RWMutex
	n    int
	kids []*List
}

// Has locks.
func (l *List) Has() bool {
	l.RLock()
	defer l.RUnlock()
	return l.n > 0
}

// Insert gives the lock up before it returns, in the loop and after it.
func (l *List) Insert(subject string) bool {
	l.Lock()
	for t := range strings.SplitSeq(subject, ".") {
		if t == "" {
			l.Unlock()
			return false
		}
		if t == "*" {
			continue
		}
		l.n++
	}
	l.Unlock()
	return true
}

// AfterInsert calls what has returned without the lock.
func (l *List) AfterInsert() bool { return l.Insert("a.b") && l.Has() }

// Forget returns out of the loop with the lock.
func (l *List) Forget(subject string) bool {
	l.Lock()
	for t := range strings.SplitSeq(subject, ".") {
		if t == "" {
			return false
		}
		l.n++
	}
	l.Unlock()
	return true
}

// AfterForget waits for itself if the subject has an empty part.
func (l *List) AfterForget() {
	l.Forget("a.b")
	l.Has() // want `^relock: calling List.Has acquires iterators.List.RWMutex lock while holding it`
}

// All walks the list.
func (l *List) All() iter.Seq[*List] {
	return func(yield func(*List) bool) {
		for _, k := range l.kids {
			if !yield(k) {
				return
			}
		}
	}
}

// Found leaves two loops at once, with the lock given up.
func (l *List) Found(n int) bool {
	l.Lock()
outer:
	for k := range l.All() {
		for t := range strings.SplitSeq("a.b", ".") {
			switch {
			case t == "":
				break outer
			case k.n == n:
				l.Unlock()
				return true
			}
		}
	}
	l.Unlock()
	return false
}

// AfterFound calls what has returned without the lock.
func (l *List) AfterFound() bool { return l.Found(1) && l.Has() }

// Locked breaks out of the loop, and then still holds the lock.
func (l *List) Locked(n int) bool {
	l.Lock()
	defer l.Unlock()
	for k := range l.All() {
		if k.n == n {
			break
		}
	}
	return l.Has() // want `^relock: calling List.Has acquires iterators.List.RWMutex lock while holding it`
}
