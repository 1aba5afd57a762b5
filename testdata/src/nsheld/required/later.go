package required

import (
	"net/http"
	"sync"
	"time"

	"fixtures/locks"
)

// Timer writes when nobody holds the lock any more.
func Timer(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	time.AfterFunc(time.Second, func() {
		s.Write(user) // want `^not-held: calling (\S+\.)?Write requires holding namespace lock of user.*; none is held$`
	})
}

// TimerLocks locks there.
func TimerLocks(s *locks.Session, user string) {
	time.AfterFunc(time.Second, func() {
		ns := s.Lock(user)
		defer ns.Unlock()
		s.Write(user)
	})
}

// Registered is called by a server.
func Registered(s *locks.Session, user string) {
	http.HandleFunc("/", func(http.ResponseWriter, *http.Request) {
		s.Write(user) // want `^not-held: `
	})
}

// Group waits for the goroutine that writes, with the lock.
func Group(s *locks.Session, user string) {
	ns := s.Lock(user)
	defer ns.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() { s.Write(user) })
	wg.Wait()
}
