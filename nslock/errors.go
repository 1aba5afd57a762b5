package nslock

import (
	"errors"
	"fmt"
	"strings"
)

// The errors that callers tell apart with errors.Is. What the operating system refuses (no
// permission, no space, no descriptors) comes as its own error, wrapped, with the file's name.
var (
	// ErrBusy answers a try that would have had to wait.
	ErrBusy = errors.New("nslock: lock is busy")
	// ErrOrder is matched by every *OrderError: the call would have broken a rule of the order.
	ErrOrder = errors.New("nslock: lock order broken")
	// ErrDeadlock answers a wait that would never end, because it closes a ring of owners that
	// wait for each other.
	ErrDeadlock = errors.New("nslock: deadlock")
	// ErrMisuse reports one Owner in two goroutines at once.
	ErrMisuse = errors.New("nslock: owner used by two goroutines at once")
	// ErrLeak is matched by the error of an Owner.Close that found locks left.
	ErrLeak = errors.New("nslock: locks left")
	// ErrClosed answers calls on a closed Space or Owner.
	ErrClosed = errors.New("nslock: closed")
	// ErrName refuses a userid, uniqueid or mailbox name that cannot name a lock file.
	ErrName = errors.New("nslock: invalid name")
	// ErrMode refuses a Mode that is neither Shared nor Exclusive.
	ErrMode = errors.New("nslock: invalid mode")
	// ErrReplaced reports a lock file that was moved or deleted while this process holds a lock
	// on it: a lock granted now would exclude nobody else.
	ErrReplaced = errors.New("nslock: lock file was replaced while locked")
	// ErrUnsupported is returned by Open where the system has no locks that a mail server honours.
	ErrUnsupported = errors.New("nslock: no usable file locks on this system")
)

// The classes of locks, as the directives name them.
const (
	classNamespace = "namespace"
	classMailbox   = "mailbox"
	classMboxname  = "mboxname"
	classIndex     = "index"
	classMutex     = "mutex"
)

// The categories of an OrderError, as the linter names them.
const (
	catUnderMailbox  = "ns-under-mailbox"
	catUnderMboxname = "ns-under-mboxname"
	catUnordered     = "users-unordered"
	catNotHeld       = "not-held"
	catTooWeak       = "shared-not-exclusive"
	catModeChange    = "mode-change"
	catEarly         = "released-early"
	catRetired       = "retired"
)

// Held is one lock that an Owner holds, or wants.
type Held struct {
	Class string // "namespace", "mailbox", "mboxname", "index" or "mutex"
	Key   string // the userid, the uniqueid, or a mutex's name
	Mode  Mode
	Where string // where it was taken: "file.go:41", or "" if unknown
}

// String returns the lock as messages name it, with the place.
func (h Held) String() string {
	return fmt.Sprintf("%s lock of %q, %s (%s)", h.Class, h.Key, h.Mode, h.Where)
}

// An OrderError is a rule of the lock order that a call would have broken. The call did nothing.
type OrderError struct {
	Category string // the linter's category, such as "ns-under-mailbox"
	Wanted   Held   // what the call asked for, and where it did
	Held     Held   // the lock that stands against it; zero if the fault is that none does

	text string
}

// Error returns the sentence that the linter prints for the same fault, with the keys of this run.
func (e *OrderError) Error() string { return e.text }

// Is reports whether target is ErrOrder.
func (e *OrderError) Is(target error) bool { return target == ErrOrder }

// A LeakError names the locks that Owner.Close found and released, in the order they were taken,
// and the faults that calls without a result could not return.
type LeakError struct {
	Owner  string
	Leaked []Held
	Faults []error
}

// Error names every lock and every fault.
func (e *LeakError) Error() string {
	parts := make([]string, 0, len(e.Leaked)+len(e.Faults))
	for _, h := range e.Leaked {
		parts = append(parts, h.String()+" was not released")
	}
	for _, f := range e.Faults {
		parts = append(parts, f.Error())
	}
	return fmt.Sprintf("nslock: owner %q closed: %s", e.Owner, strings.Join(parts, "; "))
}

// Is reports whether target is ErrLeak and locks were left.
func (e *LeakError) Is(target error) bool { return target == ErrLeak && len(e.Leaked) > 0 }

// Unwrap returns the faults.
func (e *LeakError) Unwrap() []error { return e.Faults }

// A DeadlockError is a ring of owners of one process that wait for each other. It was found when
// its first owner was about to wait; that wait did not take place.
type DeadlockError struct {
	Ring []Waits // each waits for a lock that the next one holds; the last waits for the first
}

// Waits is one owner of a ring, and what it waits for.
type Waits struct {
	Owner string
	For   Held // Where is the waiting call
	By    Held // the same lock, as the next owner of the ring holds it
}

// Error names the ring.
func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString("nslock: deadlock: ")
	for i, w := range e.Ring {
		if i > 0 {
			b.WriteString(", ")
		}
		next := e.Ring[(i+1)%len(e.Ring)].Owner
		fmt.Fprintf(&b, "%q waits for %s lock of %q (%s), held by %q (%s)",
			w.Owner, w.For.Class, w.For.Key, w.For.Where, next, w.By.Where)
	}
	return b.String()
}

// Is reports whether target is ErrDeadlock.
func (e *DeadlockError) Is(target error) bool { return target == ErrDeadlock }
