package relock

import (
	"fmt"
	"sync"
)

// A Purse prints itself.
type Purse struct {
	mu  sync.Mutex
	sum int
}

// String locks.
func (p *Purse) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprint(p.sum)
}

// Check puts it into an error.
func (p *Purse) Check() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sum < 0 {
		return fmt.Errorf("overdrawn: %v", p) // want `^relock: calling fmt.Errorf acquires relock.Purse.mu lock while holding it`
	}
	return nil
}

// CheckSum puts the sum into an error.
func (p *Purse) CheckSum() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sum < 0 {
		return fmt.Errorf("overdrawn: %v", p.sum)
	}
	return nil
}
