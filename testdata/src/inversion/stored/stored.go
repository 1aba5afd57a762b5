// Package stored keeps open mailboxes in fields, maps, slices, channels and
// captured variables, and locks a user while they are there.
package stored

import (
	"fixtures/inversion/stored/box"
	"fixtures/locks"
)

type conn struct {
	s        *locks.Session
	selected *locks.Box
	opened   map[string]*locks.Box
	stack    []*locks.Box
}

func (c *conn) open(id string) { c.selected = c.s.Open(id) }

func (c *conn) close() {
	c.selected.Close()
	c.selected = nil
}

func (c *conn) charge(user string) { c.s.Lock(user).Unlock() }

// Field opens in one method and locks in the next.
func (c *conn) Field(id, user string) {
	c.open(id)
	c.charge(user) // want `ns-under-mailbox: calling (\S+\.)?charge acquires namespace lock while holding mailbox lock \(line \d+\)`
	c.close()
}

// FieldClosed closes in between.
func (c *conn) FieldClosed(id, user string) {
	c.open(id)
	c.close()
	c.charge(user)
}

// FieldOther closes the mailbox of another connection.
func FieldOther(c, d *conn, id, user string) {
	c.open(id)
	d.open(id)
	d.close()
	c.charge(user) // want `ns-under-mailbox: calling (\S+\.)?charge acquires namespace lock`
	c.close()
}

// Command is one line from a client.
type Command struct{ Name, ID, User string }

// Loop dispatches commands; SELECT leaves a mailbox open for the next turn.
func Loop(s *locks.Session, commands []Command) {
	c := &conn{s: s}
	for _, cmd := range commands {
		switch cmd.Name {
		case "SELECT":
			if c.selected != nil {
				c.close()
			}
			c.open(cmd.ID)
		case "CHARGE":
			c.charge(cmd.User) // want `ns-under-mailbox: calling (\S+\.)?charge acquires namespace lock`
		}
	}
	if c.selected != nil {
		c.close()
	}
}

// LoopClosed unselects before it locks.
func LoopClosed(s *locks.Session, commands []Command) {
	c := &conn{s: s}
	for _, cmd := range commands {
		switch cmd.Name {
		case "SELECT":
			if c.selected != nil {
				c.close()
			}
			c.open(cmd.ID)
		case "CHARGE":
			if c.selected != nil {
				c.close()
			}
			c.charge(cmd.User)
		}
	}
	if c.selected != nil {
		c.close()
	}
}

// Select dispatches what comes from channels.
func Select(s *locks.Session, opens, users <-chan string, done <-chan struct{}) {
	c := &conn{s: s}
	for {
		select {
		case id := <-opens:
			if c.selected != nil {
				c.close()
			}
			c.open(id)
		case user := <-users:
			c.charge(user) // want `ns-under-mailbox: calling (\S+\.)?charge acquires namespace lock`
		case <-done:
			if c.selected != nil {
				c.close()
			}
			return
		}
	}
}

// SelectClosed closes at the end of each turn.
func SelectClosed(s *locks.Session, opens, users <-chan string, done <-chan struct{}) {
	c := &conn{s: s}
	for {
		select {
		case id := <-opens:
			c.open(id)
			c.close()
		case user := <-users:
			c.charge(user)
		case <-done:
			return
		}
	}
}

// Map keeps mailboxes in a map.
func (c *conn) Map(id, user string) {
	c.opened[id] = c.s.Open(id)
	c.charge(user) // want `ns-under-mailbox: calling (\S+\.)?charge acquires namespace lock`
	c.opened[id].Close()
	delete(c.opened, id)
}

// MapClosed closes what it put there.
func (c *conn) MapClosed(id, user string) {
	mb := c.s.Open(id)
	c.opened[id] = mb
	mb.Close()
	delete(c.opened, id)
	c.charge(user)
}

// Slice keeps mailboxes in a slice.
func (c *conn) Slice(ids []string, user string) {
	for _, id := range ids {
		c.stack = append(c.stack, c.s.Open(id))
	}
	c.charge(user) // want `ns-under-mailbox: calling (\S+\.)?charge acquires namespace lock`
	for _, mb := range c.stack {
		mb.Close()
	}
	c.stack = nil
}

// SliceClosed closes them all first.
func SliceClosed(s *locks.Session, ids []string, user string) {
	var stack []*locks.Box
	for _, id := range ids {
		stack = append(stack, s.Open(id))
	}
	for _, mb := range stack {
		mb.Close()
	}
	s.Lock(user).Unlock()
}

// Channel puts an open mailbox into a channel and takes it out again.
func Channel(s *locks.Session, id, user string) {
	idle := make(chan *locks.Box, 1)
	idle <- s.Open(id)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	mb := <-idle
	mb.Close()
}

// Captured opens in a closure and closes in another.
func Captured(s *locks.Session, id, user string) {
	var mb *locks.Box
	open := func() { mb = s.Open(id) }
	shut := func() { mb.Close() }
	open()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	shut()
	s.Lock(user).Unlock()
}

var current *locks.Box

// Global keeps the mailbox in a variable of the package.
func Global(s *locks.Session, id, user string) {
	current = s.Open(id)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	closeCurrent()
	s.Lock(user).Unlock()
}

func closeCurrent() {
	current.Close()
	current = nil
}

// Reader reads with a mailbox open in a type of another package.
func Reader(s *locks.Session, id, user string) {
	r := box.Open(s, id)
	defer r.Close()
	r.Next()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// ReaderClosed closes it first.
func ReaderClosed(s *locks.Session, id, user string) {
	r := box.Open(s, id)
	r.Next()
	r.Close()
	s.Lock(user).Unlock()
}

// Cursor opens through a method of another package.
func Cursor(s *locks.Session, id, user string) {
	c := &box.Cursor{S: s}
	c.Seek(id)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	c.Stop()
}

// CursorStopped stops first.
func CursorStopped(s *locks.Session, id, user string) {
	c := &box.Cursor{S: s}
	c.Seek(id)
	c.Seek(id + "2")
	c.Stop()
	s.Lock(user).Unlock()
}

type session struct {
	conn  conn
	inner struct{ box *locks.Box }
}

// Inside keeps it in a field of a field.
func (v *session) Inside(s *locks.Session, id, user string) {
	v.inner.box = s.Open(id)
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	v.inner.box.Close()
	s.Lock(user).Unlock()
}

// Two returns two mailboxes in one struct.
func two(s *locks.Session, a, b string) (p struct{ from, to *locks.Box }) {
	p.from = s.Open(a)
	p.to = s.Open(b)
	return p
}

// HalfClosed closes one of them.
func HalfClosed(s *locks.Session, a, b, user string) {
	p := two(s, a, b)
	p.from.Close()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	p.to.Close()
}

// AllClosed closes both.
func AllClosed(s *locks.Session, a, b, user string) {
	p := two(s, a, b)
	p.from.Close()
	p.to.Close()
	s.Lock(user).Unlock()
}

// Safe closes through a method that looks for nil first.
func Safe(s *locks.Session, id, user string) {
	r := box.OpenSafe(s, id)
	r.Close()
	s.Lock(user).Unlock()
}

type safeConn struct {
	s    *locks.Session
	open *box.Safe
}

func (c *safeConn) suspend() {
	c.open.Close()
	c.open = nil
}

// SafeField does so with a field, from one command to the next.
func SafeField(s *locks.Session, commands []Command) {
	c := &safeConn{s: s}
	for _, cmd := range commands {
		c.suspend()
		s.Lock(cmd.User).Unlock()
		c.open = box.OpenSafe(s, cmd.ID)
	}
	c.suspend()
}
