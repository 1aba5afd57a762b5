// Package lost loses the guards that could release a lock.
package lost

import "fixtures/locks"

// Blank does not keep it.
func Blank(s *locks.Session, user string) {
	_ = s.Lock(user) // want `leak: .*namespace lock of user`
}

// Statement drops it.
func Statement(s *locks.Session, user string) {
	s.Lock(user) // want `leak: .*namespace lock of user`
}

// BlankErr keeps the error alone.
func BlankErr(s *locks.Session, user string) error {
	_, err := s.LockErr(user) // want `leak: .*namespace lock of user`
	return err
}

// Overwritten puts another in its place.
func Overwritten(s *locks.Session, a, b string) {
	name := s.Name(a) // want `leak: .*mboxname lock of a`
	name = s.Name(b)
	name.Free()
}

// OverwrittenReleased releases it first.
func OverwrittenReleased(s *locks.Session, a, b string) {
	name := s.Name(a)
	name.Free()
	name = s.Name(b)
	name.Free()
}

// OverwrittenNil sets it to nil.
func OverwrittenNil(s *locks.Session, user string) {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	ns = nil
	ns.Unlock()
}

// Loop takes another in each turn and releases the last.
func Loop(s *locks.Session, ids []string) {
	var name *locks.Name
	for _, id := range ids {
		name = s.Name(id) // want `leak: .*mboxname lock of id`
	}
	if name != nil {
		name.Free()
	}
}

// LoopReleased releases the one before.
func LoopReleased(s *locks.Session, ids []string) {
	var name *locks.Name
	for _, id := range ids {
		if name != nil {
			name.Free()
		}
		name = s.Name(id)
	}
	if name != nil {
		name.Free()
	}
}

// Alias keeps it under two names and releases it through one.
func Alias(s *locks.Session, user string) {
	ns := s.Lock(user)
	other := ns
	other.Unlock()
}

// Shadowed declares another of the same name in an inner block.
func Shadowed(s *locks.Session, a, b string, n int) {
	name := s.Name(a) // want `leak: .*mboxname lock of a`
	if n > 3 {
		name := s.Name(b)
		name.Free()
		return
	}
	name.Free()
}

// Twice releases it twice, which does no harm.
func Twice(s *locks.Session, user string, n int) {
	ns := s.Lock(user)
	defer ns.Unlock()
	if n > 3 {
		ns.Unlock()
	}
}

// Field overwrites a field that has one.
type Field struct{ name *locks.Name }

// Set takes another; the one before is somebody else's to release.
func (f *Field) Set(s *locks.Session, id string) {
	if f.name != nil {
		f.name.Free()
	}
	f.name = s.Name(id)
}
