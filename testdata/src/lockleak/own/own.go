// Package own declares guards of its own, and mutexes, which are not judged.
//
//lockvet:class spool
//lockvet:class queue
package own

import (
	"errors"
	"sync"
)

var errEmpty = errors.New("empty")

// Spool is a locked spool.
type Spool struct{ lines []string }

// Open locks a spool.
//
//lockvet:acquire spool exclusive key=path
func Open(path string) (*Spool, error) {
	if path == "" {
		return nil, errEmpty
	}
	return &Spool{[]string{path}}, nil
}

// Close unlocks it.
//
//lockvet:release spool
func (s *Spool) Close() { s.lines = nil }

// Size forgets it when it is empty.
func Size(path string) (int, error) {
	s, err := Open(path) // want `leak: .*spool lock of path`
	if err != nil {
		return 0, err
	}
	if len(s.lines) == 0 {
		return 0, errEmpty
	}
	defer s.Close()
	return len(s.lines), nil
}

// Lines does not.
func Lines(path string) (int, error) {
	s, err := Open(path)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if len(s.lines) == 0 {
		return 0, errEmpty
	}
	return len(s.lines), nil
}

// Queue has a mutex of a declared class.
type Queue struct {
	mu    sync.Mutex //lockvet:class queue
	lines []string
}

// Hold keeps it locked: balance is not judged.
func (q *Queue) Hold() { q.mu.Lock() }

// Resume ends that.
func (q *Queue) Resume() { q.mu.Unlock() }

// Take keeps it locked on one way out.
func (q *Queue) Take() (string, bool) {
	q.mu.Lock()
	if len(q.lines) == 0 {
		q.mu.Unlock()
		return "", false
	}
	return q.lines[0], true
}

//lockvet:acquire queue exclusive key=name
func enter(name string) { entered[name]++ }

//lockvet:release queue key=name
func leave(name string) { entered[name]-- }

var entered = map[string]int{}

// Thread holds a lock that no guard stands for: it is not judged either.
func Thread(name string) bool {
	enter(name)
	if name == "" {
		return false
	}
	leave(name)
	return true
}

// Unlocker returns the function that gives a queue up.
//
//lockvet:acquire queue exclusive key=name
func Unlocker(name string) (unlock func()) {
	entered[name]++
	return func() { entered[name]-- }
}

// Called calls it.
func Called(name string) {
	defer Unlocker(name)()
}

// NotCalled does not, on one way out.
func NotCalled(name string) {
	unlock := Unlocker(name) // want `leak: .*queue lock of name`
	if name == "" {
		return
	}
	unlock()
}
