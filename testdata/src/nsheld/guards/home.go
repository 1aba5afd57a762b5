package guards

import "sync"

// A Reel has its mutex in it, and so is no guard of it, whatever its methods do.
type Reel struct {
	mu sync.Mutex //lockvet:class reel
	n  int
}

// stop gives it up, by its key.
//
//lockvet:require reel key=r
//lockvet:release reel key=r
func (r *Reel) stop() { r.mu.Unlock() }

// end gives up what the receiver has.
//
//lockvet:require reel key=r
//lockvet:release reel
func (r *Reel) end() { r.mu.Unlock() }

//lockvet:require reel key=r
func (r *Reel) turn() { r.n++ }

// Free turns it with nothing held.
func (r *Reel) Free() {
	r.turn() // want `^not-held: calling Reel.turn requires holding reel lock of r; none is held$`
}

// Stopped turns it when it is stopped.
func (r *Reel) Stopped() {
	r.mu.Lock()
	r.turn()
	r.stop()
	r.turn() // want `^not-held: calling Reel.turn requires holding reel lock of r; released on line`
}

// Ended turns it when it is at its end, and once more under the lock.
func (r *Reel) Ended() {
	r.mu.Lock()
	r.end()
	r.turn() // want `^not-held: `
	r.mu.Lock()
	r.turn()
	r.mu.Unlock()
}
