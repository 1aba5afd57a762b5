//go:build !linux

package nslock

// announcer is for Linux.
type announcer struct{}

func announce(*Space) *announcer { return nil }

func (a *announcer) stop() {}

// foreignHolders knows of no way to see other processes here.
func (s *Space) foreignHolders([]string) ([]Holder, error) { return nil, nil }
