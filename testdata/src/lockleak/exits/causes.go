package exits

import (
	"errors"

	"fixtures/locks"
)

// A refusal is an error.
type refusal struct{ why string }

func (r *refusal) Error() string { return r.why }

// As leaves by an error of a type: one that is nil is of none.
func As(s *locks.Session, user string) error {
	ns, err := s.LockErr(user)
	var r *refusal
	if errors.As(err, &r) {
		return r
	} else if err != nil {
		return err
	}
	ns.Unlock()
	return nil
}

// AsLost leaves when it is of another type, or nil.
func AsLost(s *locks.Session, user string) error {
	ns, err := s.LockErr(user) // want `^leak: `
	var r *refusal
	if !errors.As(err, &r) {
		return err
	}
	ns.Unlock()
	return nil
}

// AsType does it without a variable.
func AsType(s *locks.Session, user string) error {
	ns, err := s.LockErr(user)
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	if err != nil {
		return err
	}
	ns.Unlock()
	return nil
}
