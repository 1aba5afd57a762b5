package nslock

// A Mode says how a lock is held. The zero Mode is invalid, and refused.
type Mode uint8

// The modes.
const (
	Shared    Mode = 1 // by any number of owners, to read
	Exclusive Mode = 2 // by one owner, to write
)

// String returns "shared", "exclusive" or "invalid".
func (m Mode) String() string {
	switch m {
	case Shared:
		return "shared"
	case Exclusive:
		return "exclusive"
	}
	return "invalid"
}

func (m Mode) valid() bool { return m == Shared || m == Exclusive }
