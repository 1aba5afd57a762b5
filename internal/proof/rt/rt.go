// Package rt is what generated programs ask when they have to decide: every
// branch, loop count and key comes from a Run, so that whoever answers can
// have a program take each of its ways in turn. It knows no locks, and does
// nothing by itself.
package rt

import (
	"cmp"
	"errors"
)

// ErrStop is the error with which generated functions give up by themselves.
var ErrStop = errors.New("rt: stopped")

// Keys are the answers to Key: enough for every order of three. The first three
// are those that programs name themselves; between and beside them lie more.
var Keys = [...]string{"a", "b", "c", "aa", "bb"}

// A Run is one execution of a program. It is used by one goroutine at a time.
type Run struct {
	// Choose returns a number from 0 to n-1.
	Choose func(n int) int
	// Width is how many of Keys there are, three if it is 0.
	Width int
	// Rival has another owner take the lock of a user, so that an attempt to
	// take it fails, or give up what it has, for "".
	Rival func(user string)

	later []*Later
}

// New returns a Run that is answered by choose.
func New(choose func(n int) int, rival func(user string)) *Run {
	return &Run{Choose: choose, Rival: rival}
}

// If returns a decision.
func (r *Run) If() bool { return r.Choose(2) == 1 }

// N returns a number from 0 to most.
func (r *Run) N(most int) int { return r.Choose(most + 1) }

// Key returns one of Keys.
func (r *Run) Key() string { return Keys[r.Choose(cmp.Or(r.Width, 3))] }

// Name returns "x" or "y", the names of entries in tables.
func (r *Run) Name() string { return string(rune('x' + r.Choose(2))) }

// Mailbox returns the name of a mailbox of user. The names do not sort as the
// users do.
func (r *Run) Mailbox(user string) string { return "user." + string(rune('z'-user[0]+'a')) + user[1:] }

// Any returns a number, a string or nil.
func (r *Run) Any() any { return []any{nil, 1, "x"}[r.Choose(3)] }

// Ready returns a channel from which can be received at once, or never.
func (r *Run) Ready() <-chan struct{} {
	if !r.If() {
		return nil
	}
	c := make(chan struct{})
	close(c)
	return c
}

// Users returns n of Keys, in any order, some perhaps twice.
func (r *Run) Users(n int) []string {
	users := make([]string, n)
	for i := range users {
		users[i] = r.Key()
	}
	return users
}

// Err returns nil or an error.
func (r *Run) Err() error {
	if r.If() {
		return ErrStop
	}
	return nil
}

// Busy may have another owner hold the lock of user until Calm.
func (r *Run) Busy(user string) {
	if r.If() {
		r.Rival(user)
	}
}

// Calm ends what Busy began.
func (r *Run) Calm() { r.Rival("") }

// A Later holds a goroutine back that nobody waits for, until what has begun it
// is over.
type Later struct{ begin, end chan struct{} }

// Later returns a Later, whose Begin and End a new goroutine must call.
func (r *Run) Later() *Later {
	l := &Later{make(chan struct{}), make(chan struct{})}
	r.later = append(r.later, l)
	return l
}

// Begin returns when the goroutine may go on.
func (l *Later) Begin() { <-l.begin }

// End says that the goroutine is done.
func (l *Later) End() { close(l.end) }

// Finish lets the goroutines run that were held back, one after the other.
func (r *Run) Finish() {
	for len(r.later) > 0 {
		l := r.later[0]
		r.later = r.later[1:]
		close(l.begin)
		<-l.end
	}
}
