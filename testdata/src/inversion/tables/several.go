package tables

import (
	"maps"
	"slices"

	"fixtures/locks"
)

// A step is a part of a job.
type step struct {
	name string
	run  func(s *locks.Session, user string)
}

var (
	before = []step{{"charge", chargeUser}, {"check", checkUser}}
	during = []step{{name: "check", run: checkUser}}
)

func chargeUser(s *locks.Session, user string) { s.Lock(user).Unlock() }
func checkUser(*locks.Session, string)         {}

func runSteps(s *locks.Session, steps []step, user string) {
	for _, st := range steps {
		st.run(s, user)
	}
}

// StepsBefore runs the list that locks with nothing open, and the other one.
func StepsBefore(s *locks.Session, id, user string) {
	runSteps(s, before, user)
	mb := s.Open(id)
	defer mb.Close()
	runSteps(s, during, user)
}

// StepsDuring runs the list that locks with the mailbox open.
func StepsDuring(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	runSteps(s, before, user) // want `^ns-under-mailbox: calling runSteps acquires namespace lock while holding mailbox lock .*: runSteps calls chargeUser`
}

var byName = map[string]*step{"charge": {"charge", chargeUser}}

var harmlessByName = map[string]step{"check": {"check", checkUser}}

// StepNamed looks a step up.
func StepNamed(s *locks.Session, name, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if st, ok := byName[name]; ok {
		st.run(s, user) // want `^ns-under-mailbox: calling st.run acquires namespace lock`
	}
}

// StepHarmless looks one up where there is none that locks.
func StepHarmless(s *locks.Session, name, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if st, ok := harmlessByName[name]; ok {
		st.run(s, user)
	}
}

type answer func(c *talk, id, user string)

// A talk is a connection, with a mailbox open or without.
type talk struct {
	s    *locks.Session
	open *locks.Box
}

var (
	always   = map[string]answer{"NOOP": func(*talk, string, string) {}}
	selected = map[string]answer{"CLOSE": (*talk).close}
	free     = map[string]answer{"SELECT": (*talk).enter, "STATUS": (*talk).status}
)

func (c *talk) close(string, string) {
	c.open.Close()
	c.open = nil
}

func (c *talk) enter(id, _ string) {
	c.close("", "")
	c.open = c.s.Open(id)
}

func (c *talk) status(_, user string) { c.s.Lock(user).Unlock() }

func (c *talk) find(name string) (answer, bool) {
	if a, ok := always[name]; ok {
		return a, true
	}
	if c.open != nil {
		a, ok := selected[name]
		return a, ok
	}
	a, ok := free[name]
	return a, ok
}

// TalkByState looks a command up in the table of the state.
func TalkByState(s *locks.Session, names []string, id, user string) {
	c := &talk{s: s}
	for _, n := range names {
		if a, ok := c.find(n); ok {
			a(c, id, user)
		}
	}
	c.open.Close()
}

// TalkAnyState looks it up in one table, whatever the state.
func TalkAnyState(s *locks.Session, names []string, id, user string) {
	c := &talk{s: s}
	for _, n := range names {
		if a, ok := free[n]; ok {
			a(c, id, user) // want `^ns-under-mailbox: calling a acquires namespace lock .*: talk.status calls Lock`
		}
	}
	c.open.Close()
}

// A copying server has tables of its own.
type copying struct {
	s      *locks.Session
	byName map[string]handler
	list   []handler
	merged map[string]handler
}

func newCopying(s *locks.Session) *copying {
	v := &copying{s: s, byName: maps.Clone(commands), list: slices.Collect(maps.Values(commands)), merged: map[string]handler{}}
	maps.Copy(v.merged, commands)
	return v
}

// ByName calls out of a copy.
func (v *copying) ByName(name, id, user string) {
	mb := v.s.Open(id)
	defer mb.Close()
	v.byName[name](v.s, user) // want `^ns-under-mailbox: calling v.byName\[name\] acquires namespace lock`
}

// ByNumber calls out of a list that was made of a table.
func (v *copying) ByNumber(i int, id, user string) {
	mb := v.s.Open(id)
	defer mb.Close()
	v.list[i](v.s, user) // want `^ns-under-mailbox: calling v.list\[i\] acquires namespace lock`
}

// Merged calls out of a table that another one was copied into.
func (v *copying) Merged(name, id, user string) {
	mb := v.s.Open(id)
	defer mb.Close()
	v.merged[name](v.s, user) // want `^ns-under-mailbox: calling v.merged\[name\] acquires namespace lock`
}

// Serve makes one.
func Serve(s *locks.Session, name, id, user string) {
	v := newCopying(s)
	v.ByName(name, id, user)
}
