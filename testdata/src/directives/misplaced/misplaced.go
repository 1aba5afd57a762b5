// Package misplaced has directives that are well formed and stand where they
// cannot apply.
//
//lockvet:class spool
//lockvet:class outbox
//lockvet:acquire spool exclusive // want `^bad-directive: .*acquire`
package misplaced

import "sync"

// Spool is a spool.
//
//lockvet:acquire spool exclusive // want `^bad-directive: .*acquire`
type Spool struct {
	//lockvet:class spool // want `^bad-directive: .*`
	messages int

	//lockvet:require spool // want `^bad-directive: .*require`
	mu sync.Mutex
}

// Outbox has a lock in the right place.
type Outbox struct {
	mu sync.Mutex //lockvet:class outbox
	n  int
}

// Len is a method and not a package.
//
//lockvet:order spool outbox // want `^bad-directive: .*order`
func (s *Spool) Len() int {
	//lockvet:release spool // want `^bad-directive: .*release`
	return s.messages
}

// Put locks by itself.
func (o *Outbox) Put() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.n++
}

// Count is a number.
//
//lockvet:class spool // want `^bad-directive: .*`
type Count int

// limit is a constant.
//
//lockvet:class spool // want `^bad-directive: .*`
const limit = 10

//lockvet:class spool // want `^bad-directive: .*`
var total int

//lockvet:class spool
var guard sync.RWMutex

// Total reads under the lock.
func Total() int {
	guard.RLock()
	defer guard.RUnlock()
	return min(total, limit)
}

//lockvet:extern strings.ToLower acquire spool // want `^bad-directive: .*extern`

// Gate has Lock and Unlock.
//
//lockvet:class spool
type Gate struct{ busy chan bool }

// Lock waits for the gate.
func (g *Gate) Lock() { g.busy <- true }

// Unlock gives it up.
func (g *Gate) Unlock() { <-g.busy }
