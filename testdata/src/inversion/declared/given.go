package declared

import (
	"sync"

	"fixtures/inversion/declared/within"
)

// GivenLocker hands the inner lock to a helper that runs a function under it.
func GivenLocker(j *Journal, c *Cache) {
	within.Locked(c, func() { // want `order: calling within.Locked acquires journal lock while holding spool lock .*: within.Locked calls func literal in GivenLocker calls Lock`
		j.mu.Lock()
		defer j.mu.Unlock()
	})
}

// GivenLockerGood hands over the outer one.
func GivenLockerGood(j *Journal, c *Cache) {
	within.Locked(&j.mu, func() {
		c.Lock()
		defer c.Unlock()
	})
}

// GivenValue does it with a generic helper, and only reads.
func GivenValue(j *Journal, c *Cache) int {
	return within.Value(c.RLocker(), func() int { // want `order: calling within.Value acquires journal lock while holding spool lock`
		return within.Value(&j.mu, func() int { return len(j.lines) })
	})
}

// GivenValueGood nests them in order.
func GivenValueGood(j *Journal, c *Cache) int {
	return within.Value(&j.mu, func() int {
		return within.Value(c.RLocker(), func() int { return len(c.files) })
	})
}

// GivenPointer does it with a pointer to a mutex.
func GivenPointer(j *Journal, l *Logged) {
	within.Mutex(&l.mu, func() { // want `order: calling within.Mutex acquires journal lock while holding spool lock`
		j.mu.Lock()
		defer j.mu.Unlock()
	})
}

// GivenPointerGood nests them in order.
func GivenPointerGood(j *Journal, l *Logged) {
	within.Mutex(&j.mu, func() {
		within.Mutex(&l.mu, func() { l.taken++ })
	})
}

// GivenTwo swaps the arguments of a helper of helpers.
func GivenTwo(j *Journal, c *Cache) {
	within.Two(c, &j.mu, func() {}) // want `order: calling within.Two acquires journal lock while holding spool lock`
	within.Two(&j.mu, c, func() {})
}

// GivenTaken keeps what a helper has locked.
func GivenTaken(j *Journal, c *Cache) {
	unlock := within.Take(c)
	defer unlock()
	j.mu.Lock() // want `order: acquiring journal lock of j while holding spool lock`
	defer j.mu.Unlock()
}

// GivenTakenGood has unlocked it.
func GivenTakenGood(j *Journal, c *Cache) {
	unlock := within.Take(c)
	unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
}

// takeBoth locks what its caller unlocks.
func takeBoth(first, second *sync.Mutex) {
	first.Lock()
	second.Lock()
}

// GivenBoth takes them in the order of the arguments.
func GivenBoth(j *Journal, l *Logged) {
	takeBoth(&l.mu, &j.mu) // want `order: calling takeBoth acquires journal lock while holding spool lock`
	j.mu.Unlock()
	l.mu.Unlock()
}

// GivenBothGood takes them the other way round.
func GivenBothGood(j *Journal, l *Logged) {
	takeBoth(&j.mu, &l.mu)
	l.mu.Unlock()
	j.mu.Unlock()
}

// A Turnstile says by directives what its methods take.
type Turnstile struct{ n int }

// Lock locks.
//
//lockvet:acquire spool exclusive
func (t *Turnstile) Lock() { t.n++ }

// Unlock unlocks.
//
//lockvet:release spool
func (t *Turnstile) Unlock() { t.n-- }

// GivenTurnstile hands it to a helper.
func GivenTurnstile(j *Journal, t *Turnstile) {
	j.mu.Lock()
	within.Locked(t, func() {})
	j.mu.Unlock()
}
