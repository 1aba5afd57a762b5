package stored

import (
	"errors"

	"fixtures/inversion/stored/box"
	"fixtures/locks"
)

var errUnknown = errors.New("unknown command")

type client struct {
	s    *locks.Session
	open *box.Safe
}

var table = map[string]struct {
	args int
	run  func(*client, []string) error
}{
	"SELECT": {1, (*client).selectBox},
	"CHARGE": {1, (*client).charge},
	"NOOP":   {0, (*client).noop},
}

// Serve looks each command up in a table of methods. SELECT leaves a mailbox
// open in the client; every other method closes it before it locks.
func (c *client) Serve(lines [][]string) error {
	for _, words := range lines {
		if err := c.do(words); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) do(words []string) error {
	cmd, ok := table[words[0]]
	if !ok || len(words)-1 < cmd.args {
		return errUnknown
	}
	return cmd.run(c, words[1:])
}

func (c *client) suspend() {
	c.open.Close()
	c.open = nil
}

func (c *client) selectBox(args []string) error {
	c.suspend()
	ns := c.s.LockShared(args[0])
	defer ns.Unlock()
	c.open = box.OpenSafe(c.s, args[0])
	return nil
}

func (c *client) charge(args []string) error {
	c.suspend()
	ns, err := c.s.LockErr(args[0])
	if err != nil {
		return err
	}
	ns.Unlock()
	return c.selectBox(args)
}

func (c *client) noop([]string) error { return nil }

// Serve serves one client and closes what is open at the end.
func Serve(s *locks.Session, lines [][]string) error {
	c := &client{s: s}
	err := c.Serve(lines)
	c.suspend()
	s.Lock("admin").Unlock()
	return err
}

// ServeOpen forgets to.
func ServeOpen(s *locks.Session, lines [][]string) error {
	c := &client{s: s}
	err := c.Serve(lines)
	s.Lock("admin").Unlock() // want `ns-under-mailbox: acquiring namespace lock of "admin"`
	c.suspend()
	return err
}
