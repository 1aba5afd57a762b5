// Package wraps has handlers that wrap others, and are put where nobody here calls
// them.
package wraps

import (
	"net/http"

	"fixtures/locks"
)

// A step is a part of the work on a mailbox.
type step func(s *locks.Session, id, user string)

// opened has the mailbox open around next.
func opened(next step) step {
	return func(s *locks.Session, id, user string) {
		mb := s.Open(id)
		defer mb.Close()
		next(s, id, user) // want `^ns-under-mailbox: calling next acquires namespace lock while holding mailbox lock`
	}
}

// openedBefore has it open before next.
func openedBefore(next step) step {
	return func(s *locks.Session, id, user string) {
		s.Open(id).Close()
		next(s, id, user)
	}
}

// noted counts, and calls next.
func noted(next step) step {
	return func(s *locks.Session, id, user string) {
		notes++
		next(s, id, user)
	}
}

var notes int

func locked(s *locks.Session, _, user string) { s.Lock(user).Unlock() }

func counted(*locks.Session, string, string) { notes++ }

// Table holds the steps that others call; only one of them is wrong.
var Table = map[string]step{
	"count": noted(opened(counted)),
	"lock":  noted(opened(noted(locked))),
	"first": openedBefore(locked),
}

// Handler returns one that opens a mailbox and calls what locks, both for itself.
func Handler(s *locks.Session) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/lock", boxed(s, func(w http.ResponseWriter, r *http.Request) { s.Lock(r.Host).Unlock() }))
	mux.HandleFunc("/read", boxed(s, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) }))
	return mux
}

func boxed(s *locks.Session, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		mb := s.Open(r.URL.Path)
		defer mb.Close()
		next(w, r) // want `^ns-under-mailbox: calling next acquires namespace lock while holding mailbox lock`
	}
}

// Unboxed registers one that closes before it calls next.
func Unboxed(s *locks.Session, mux *http.ServeMux) {
	mux.HandleFunc("/after", func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			s.Open(r.URL.Path).Close()
			next(w, r)
		}
	}(func(w http.ResponseWriter, r *http.Request) { s.Lock(r.Host).Unlock() }))
}
