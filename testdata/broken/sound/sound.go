// Package sound compiles, and takes two locks against their order.
//
//lockvet:order outer inner
package sound

import "sync"

// Pair has both.
type Pair struct {
	outer sync.Mutex //lockvet:class outer
	inner sync.Mutex //lockvet:class inner
}

// Wrong takes them the wrong way round.
func (p *Pair) Wrong() {
	p.inner.Lock()
	defer p.inner.Unlock()
	p.outer.Lock()
	defer p.outer.Unlock()
}
