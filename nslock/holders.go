package nslock

type announcer struct{}

func announce(s *Space) *announcer { return nil }
func (a *announcer) stop()         {}
