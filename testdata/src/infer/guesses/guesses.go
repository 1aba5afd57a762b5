// Package guesses gives functions to packages that are not looked into. Whether
// they are called there, and when, is a guess, and for a mutex that nobody has
// declared too weak a reason.
package guesses

import (
	"os"
	"sync"

	"fixtures/infer/guesses/errs"
	"fixtures/infer/guesses/web"
)

// A Store is served.
type Store struct {
	mu    sync.Mutex
	other Index
	cache Cache
	lines []string
}

// An Index is beside the store.
type Index struct {
	mu sync.Mutex
	n  int
}

// A Cache is in front of it.
type Cache struct {
	mu sync.Mutex
	n  int
}

// Open leaves the store locked, for whoever reads from it to unlock.
func (s *Store) Open() error {
	s.mu.Lock()
	return nil
}

// Routes has the store locked by nobody yet.
func (s *Store) Routes() []web.Route {
	routes := []web.Route{web.Get("/", s.Open), web.Get("/open", s.Open)}
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	s.cache.n++
	return routes
}

// Both takes the two the other way round.
func (s *Store) Both() {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
}

// Log takes the mutex.
func (s *Store) Log(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

// Serve hands itself over with the mutex held, and does not log.
func (s *Store) Serve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	web.Use(s)
}

// Schedule starts a timer with the mutex held.
func (s *Store) Schedule() {
	s.mu.Lock()
	defer s.mu.Unlock()
	web.Later(func() { s.Log("late") })
}

// each is looked into.
func each(lines []string, f func(string)) {
	for _, l := range lines {
		f(l)
	}
}

// Again is no guess.
func (s *Store) Again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	each(s.lines, s.Log) // want `^relock: calling each acquires guesses.Store.mu lock while holding it`
}

// rotate leaves the index locked, for the goroutine to unlock, unless it fails or
// has nothing to do.
func (s *Store) rotate() (err error) {
	s.other.mu.Lock()
	done := s.other.n == 0
	defer func() {
		if err != nil || done {
			s.other.mu.Unlock()
		}
	}()
	if err := os.Remove("old"); err != nil {
		return errs.Wrap(err, "rotating")
	}
	if done {
		return nil
	}
	go func() {
		defer s.other.mu.Unlock()
		s.other.n--
	}()
	return nil
}

// Write rotates first. What is made of an error is an error.
func (s *Store) Write() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rotate()
}

// WriteTwice may find the index locked, and waits for the goroutine then.
func (s *Store) WriteTwice() {
	_ = s.Write()
	_ = s.Write()
}

// Close waits for the goroutine.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.other.mu.Lock()
	defer s.other.mu.Unlock()
}
