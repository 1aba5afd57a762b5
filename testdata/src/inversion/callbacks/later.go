package callbacks

import "fixtures/locks"

// A jobs is a list of what is to be done when nothing is open.
type jobs struct{ todo []func() }

// add keeps job, and calls note at once.
//
//lockvet:async job
func (j *jobs) add(job, note func()) {
	j.todo = append(j.todo, job)
	note()
}

// LaterLocks keeps what locks.
func LaterLocks(s *locks.Session, j *jobs, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	j.add(func() { s.Lock(user).Unlock() }, func() {})
}

// NoteLocks has the other one lock.
func NoteLocks(s *locks.Session, j *jobs, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	j.add(func() {}, func() { s.Lock(user).Unlock() }) // want `^ns-under-mailbox: `
}
