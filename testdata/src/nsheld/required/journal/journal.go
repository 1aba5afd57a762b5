// Package journal says what its callers must hold.
//
//lockvet:class journal
package journal

import "sync"

// A Journal is a list of lines under a mutex.
type Journal struct {
	Mu    sync.Mutex //lockvet:class journal
	lines []string
}

// Add adds a line; the caller has locked the journal.
//
//lockvet:require journal exclusive
func (j *Journal) Add(line string) { j.lines = append(j.lines, line) }

// AddAll calls what has the same requirement.
//
//lockvet:require journal exclusive
func (j *Journal) AddAll(lines ...string) {
	for _, line := range lines {
		j.Add(line)
	}
}

// Flush locks the journal itself.
func (j *Journal) Flush() {
	j.Mu.Lock()
	defer j.Mu.Unlock()
	j.AddAll("flush")
}

// Sync forgets to.
func (j *Journal) Sync() {
	j.Add("sync") // want `^not-held: calling (\S+\.)?Add requires holding journal lock.*; none is held$`
}
