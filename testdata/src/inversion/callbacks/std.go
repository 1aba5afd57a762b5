package callbacks

import (
	"context"
	"go/ast"
	"io/fs"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"fixtures/locks"
)

// SortSlice compares with a function that locks.
func SortSlice(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	sort.Slice(users, func(i, j int) bool { // want `ns-under-mailbox: calling sort.Slice acquires namespace lock`
		s.Lock(users[i]).Unlock()
		return users[i] < users[j]
	})
}

// SortSliceReads compares with one that does not.
func SortSliceReads(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	sort.Slice(users, func(i, j int) bool { return users[i] < users[j] })
}

// SortFunc does the same with package slices.
func SortFunc(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	slices.SortFunc(users, func(a, b string) int { // want `ns-under-mailbox: calling slices.SortFunc(\[.*\])? acquires namespace lock`
		s.Lock(a).Unlock()
		return strings.Compare(a, b)
	})
}

// SortFuncReads compares without a lock.
func SortFuncReads(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	slices.SortFunc(users, strings.Compare)
}

type byUser struct {
	s    *locks.Session
	list []string
}

func (b byUser) Len() int           { return len(b.list) }
func (b byUser) Swap(i, j int)      { b.list[i], b.list[j] = b.list[j], b.list[i] }
func (b byUser) Less(i, j int) bool { b.s.Lock(b.list[i]).Unlock(); return b.list[i] < b.list[j] }

type byName []string

func (b byName) Len() int           { return len(b) }
func (b byName) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b byName) Less(i, j int) bool { return b[i] < b[j] }

// SortInterface passes a value whose method locks.
func SortInterface(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	sort.Sort(byUser{s, users}) // want `ns-under-mailbox: calling sort.Sort acquires namespace lock`
}

// SortInterfaceReads passes one whose methods do not.
func SortInterfaceReads(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	sort.Sort(byName(users))
}

// OnceDo runs its argument now.
func OnceDo(s *locks.Session, once *sync.Once, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	once.Do(func() { s.Lock(user).Unlock() }) // want `ns-under-mailbox: calling (\S+\.)?Do acquires namespace lock`
}

// OnceDoReads takes nothing.
func OnceDoReads(s *locks.Session, once *sync.Once, id string) (n int) {
	mb := s.Open(id)
	defer mb.Close()
	once.Do(func() { n++ })
	return n
}

// OnceFunc makes a function that runs under the mailbox.
func OnceFunc(s *locks.Session, id, user string) {
	charge := sync.OnceFunc(func() { s.Lock(user).Unlock() })
	mb := s.Open(id)
	defer mb.Close()
	charge() // want `ns-under-mailbox: calling charge acquires namespace lock`
}

// OnceFuncBefore calls it before.
func OnceFuncBefore(s *locks.Session, id, user string) {
	charge := sync.OnceFunc(func() { s.Lock(user).Unlock() })
	charge()
	mb := s.Open(id)
	defer mb.Close()
}

// OnceFuncMade only makes it while the mailbox is open.
func OnceFuncMade(s *locks.Session, id, user string) func() {
	mb := s.Open(id)
	defer mb.Close()
	return sync.OnceFunc(func() { s.Lock(user).Unlock() })
}

// OnceValue makes one with a result.
func OnceValue(s *locks.Session, id, user string) int {
	size := sync.OnceValue(func() int {
		s.Lock(user).Unlock()
		return 1
	})
	mb := s.Open(id)
	defer mb.Close()
	return size() // want `ns-under-mailbox: calling size acquires namespace lock`
}

// AfterFunc runs its argument when the context ends, on another goroutine.
func AfterFunc(ctx context.Context, s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	stop := context.AfterFunc(ctx, func() { s.Lock(user).Unlock() })
	defer stop()
}

// Timer runs its argument later.
func Timer(s *locks.Session, id, user string) *time.Timer {
	mb := s.Open(id)
	defer mb.Close()
	return time.AfterFunc(time.Second, func() { s.Lock(user).Unlock() })
}

// TimerInside has its own inversion in what runs later.
func TimerInside(s *locks.Session, id, user string) *time.Timer {
	return time.AfterFunc(time.Second, func() {
		mb := s.Open(id)
		defer mb.Close()
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	})
}

// Group waits for what it started.
func Group(s *locks.Session, id string, users []string) error {
	mb := s.Open(id)
	defer mb.Close()
	var g errgroup.Group
	for _, user := range users {
		g.Go(func() error {
			s.Lock(user).Unlock()
			return nil
		})
	}
	return g.Wait() // want `ns-under-mailbox: .*acquires namespace lock`
}

// GroupClosed closes the mailbox before it waits.
func GroupClosed(s *locks.Session, id string, users []string) error {
	mb := s.Open(id)
	defer mb.Close()
	var g errgroup.Group
	for _, user := range users {
		g.Go(func() error {
			s.Lock(user).Unlock()
			return nil
		})
	}
	mb.Close()
	return g.Wait()
}

// Walk walks a folder with a function that locks.
func Walk(s *locks.Session, id, root string) error {
	mb := s.Open(id)
	defer mb.Close()
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error { // want `ns-under-mailbox: calling filepath.WalkDir acquires namespace lock`
		s.Lock(path).Unlock()
		return err
	})
}

// WalkReads walks it with one that does not.
func WalkReads(s *locks.Session, id, root string) (n int, err error) {
	mb := s.Open(id)
	defer mb.Close()
	err = filepath.WalkDir(root, func(string, fs.DirEntry, error) error {
		n++
		return nil
	})
	return n, err
}

// Expand calls back for every variable.
func Expand(s *locks.Session, id, text string) string {
	mb := s.Open(id)
	defer mb.Close()
	return os.Expand(text, func(user string) string { // want `ns-under-mailbox: calling os.Expand acquires namespace lock`
		s.Lock(user).Unlock()
		return user
	})
}

// StringsMap maps runes, with nothing locked.
func StringsMap(s *locks.Session, id, text string) string {
	mb := s.Open(id)
	defer mb.Close()
	return strings.Map(func(r rune) rune { return r + 1 }, text)
}

// Pull resumes an iterator that locks while the mailbox is open.
func Pull(s *locks.Session, id string, users []string) {
	seq := func(yield func(string) bool) {
		for _, user := range users {
			s.Lock(user).Unlock()
			if !yield(user) {
				return
			}
		}
	}
	next, stop := iter.Pull(iter.Seq[string](seq))
	defer stop()
	mb := s.Open(id)
	next() // want `ns-under-mailbox: calling next acquires namespace lock`
	mb.Close()
}

// PullBefore takes what it needs before it opens.
func PullBefore(s *locks.Session, id string, users []string) {
	next, stop := iter.Pull(slices.Values(users))
	user, _ := next()
	stop()
	s.Lock(user).Unlock()
	mb := s.Open(id)
	mb.Close()
}

// Fields splits text with a function that locks.
func Fields(s *locks.Session, id, text string) []string {
	mb := s.Open(id)
	defer mb.Close()
	return strings.FieldsFunc(text, func(r rune) bool { // want `ns-under-mailbox: calling strings.FieldsFunc acquires namespace lock`
		s.Lock(string(r)).Unlock()
		return r == ' '
	})
}

// Handle registers a handler, which is called for requests to come.
func Handle(s *locks.Session, mux *http.ServeMux, id string) {
	mb := s.Open(id)
	defer mb.Close()
	mux.HandleFunc("/charge", func(_ http.ResponseWriter, r *http.Request) {
		s.Lock(r.URL.Path).Unlock()
	})
}

// Inspect walks a syntax tree: no table says when the function is called, so
// it counts as called.
func Inspect(s *locks.Session, id string, tree ast.Node) {
	mb := s.Open(id)
	defer mb.Close()
	ast.Inspect(tree, func(n ast.Node) bool { // want `ns-under-mailbox: calling ast.Inspect acquires namespace lock`
		s.Lock("admin").Unlock()
		return n != nil
	})
}
