// Package wrappers has guards of its own, which release what is inside.
package wrappers

import (
	"errors"

	"fixtures/locks"
)

var errCorrupt = errors.New("corrupt")

// DB has a lock inside; Close releases it.
type DB struct {
	ns *locks.User
	mb *locks.Box
	n  int
}

// Open locks user for the one who closes the DB.
func Open(s *locks.Session, user, id string) (*DB, error) {
	db := &DB{ns: s.Lock(user)}
	var err error
	if db.mb, err = s.OpenErr(id); err != nil {
		db.ns.Unlock()
		return nil, err
	}
	return db, nil
}

// OpenLost drops what it has when the DB cannot be read.
func OpenLost(s *locks.Session, user string, file []byte) (*DB, error) {
	ns := s.Lock(user) // want `leak: .*namespace lock of user`
	db := &DB{ns: ns}
	if err := db.read(file); err != nil {
		return nil, err
	}
	return db, nil
}

// OpenClosed closes it.
func OpenClosed(s *locks.Session, user string, file []byte) (*DB, error) {
	db := &DB{ns: s.Lock(user)}
	if err := db.read(file); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func (db *DB) read(file []byte) error {
	if len(file) < 4 {
		return errCorrupt
	}
	db.n = len(file)
	return nil
}

// Len says how long it is.
func (db *DB) Len() int { return db.n }

// Close releases what is inside.
func (db *DB) Close() {
	db.mb.Close()
	db.ns.Unlock()
}

// Use closes it.
func Use(s *locks.Session, user, id string) (int, error) {
	db, err := Open(s, user, id)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return db.Len(), nil
}

// UseLost forgets to on one way out.
func UseLost(s *locks.Session, user, id string) (int, error) {
	db, err := Open(s, user, id) // want `leak: `
	if err != nil {
		return 0, err
	}
	if db.Len() == 0 {
		return 0, errCorrupt
	}
	n := db.Len()
	db.Close()
	return n, nil
}

// Txn embeds a guard, whose method is promoted.
type Txn struct {
	*locks.User
	changes int
}

// Begin locks user.
func Begin(s *locks.Session, user string) *Txn { return &Txn{User: s.Lock(user)} }

// Embedded releases through the promoted method.
func Embedded(s *locks.Session, user string) {
	t := Begin(s, user)
	defer t.Unlock()
	t.changes++
}

// EmbeddedLost forgets to.
func EmbeddedLost(s *locks.Session, user string) int {
	t := Begin(s, user) // want `leak: `
	return t.changes
}

// Closer is what many types are.
type Closer interface{ Close() }

// AsInterface closes it through an interface.
func AsInterface(s *locks.Session, id string) {
	var c Closer = s.Open(id)
	defer c.Close()
}
