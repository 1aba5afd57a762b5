package nslock

import "time"

// An EventKind says what happened to a lock.
type EventKind uint8

// What happens to locks.
const (
	Acquired EventKind = iota // taken, after Wait
	Released                  // given up, after Age; a re-entry's release is none
	Refused                   // not taken; Err says why
)

// String returns "acquired", "released" or "refused".
func (k EventKind) String() string {
	switch k {
	case Acquired:
		return "acquired"
	case Released:
		return "released"
	case Refused:
		return "refused"
	}
	return "unknown"
}

// An Event is what an observer is told.
type Event struct {
	Kind  EventKind
	Owner string
	Lock  Held
	Wait  time.Duration // how long the call waited, for Acquired
	Age   time.Duration // how long the lock was held, for Released
	Err   error         // for Refused
}
