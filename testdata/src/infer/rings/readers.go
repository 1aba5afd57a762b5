package rings

import "sync"

// Names and Sizes are read together, in both orders. A writer of each that
// waits in between stops the second reader of it.
type Names struct {
	mu    sync.RWMutex
	sizes *Sizes
	n     int
}

// Sizes are read together with Names.
type Sizes struct {
	mu    sync.RWMutex
	names *Names
	n     int
}

// Both reads the sizes inside the names.
func (a *Names) Both() int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.n + a.sizes.get()
}

func (b *Sizes) get() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.n
}

// Both reads the names inside the sizes.
func (b *Sizes) Both() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.n + b.names.get() // want `^cycle: acquiring rings.Names.mu lock while holding rings.Sizes.mu lock closes a ring`
}

func (a *Names) get() int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.n
}

// Add writes the names.
func (a *Names) Add() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n++
}

// Add writes the sizes.
func (b *Sizes) Add() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
}

var (
	settings sync.RWMutex
	defaults sync.RWMutex // which nobody writes

	setting, fallback int
)

// Setting reads the one inside the other.
func Setting() int {
	settings.RLock()
	defer settings.RUnlock()
	defaults.RLock()
	defer defaults.RUnlock()
	return setting + fallback
}

// Fallback reads them the other way round, and no writer of the defaults comes
// in between.
func Fallback() int {
	defaults.RLock()
	defer defaults.RUnlock()
	settings.RLock()
	defer settings.RUnlock()
	return fallback - setting
}

// Set writes the settings.
func Set(n int) {
	settings.Lock()
	defer settings.Unlock()
	setting = n
}
