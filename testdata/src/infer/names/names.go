// Package names has methods that others call by themselves: printers, loggers
// and encoders.
package names

import (
	"encoding/json"
	"fmt"
	"log"
	"sync"
)

// Session prints itself under its lock.
type Session struct {
	mu   sync.Mutex
	name string
}

// String locks.
func (s *Session) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name
}

// MarshalJSON locks.
func (s *Session) MarshalJSON() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.name)
}

// Rename prints the session while it holds the lock.
func (s *Session) Rename(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Printf("%v is now %s\n", s, name) // want `^relock: calling fmt.Printf acquires names.Session.mu lock while holding it`
	s.name = name
}

// Log logs it.
func (s *Session) Log() {
	s.mu.Lock()
	defer s.mu.Unlock()
	log.Println("session", s) // want `^relock: calling log.Println acquires names.Session.mu lock while holding it`
}

// Save encodes it.
func (s *Session) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s) // want `^relock: calling json.Marshal acquires names.Session.mu lock while holding it`
}

// Plain prints what needs no lock.
func (s *Session) Plain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Println(s.name)
}

// After prints when the lock is free.
func (s *Session) After() {
	s.mu.Lock()
	s.name += "!"
	s.mu.Unlock()
	fmt.Println(s)
}

// Dog and its stringer are called through an interface of this package.
type Dog struct {
	mu sync.Mutex
	n  int
}

type barker interface{ bark() int }

func (d *Dog) bark() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	return d.n
}

// Chorus calls the dog through an interface while it holds it.
func (d *Dog) Chorus() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b barker = d
	return b.bark() // want `^relock: calling .*bark.* acquires names.Dog.mu lock while holding it`
}
