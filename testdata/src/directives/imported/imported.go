// Package imported adds to what another package declares: a class inside the
// inner one, and that the outer one is retired.
//
//lockvet:order inner innermost
//lockvet:class outer retired
package imported

import (
	"sync"

	"fixtures/directives/imported/base"
)

// Box has the innermost lock.
type Box struct {
	mu sync.Mutex //lockvet:class innermost
	n  int
}

// Retired takes the class that this package has retired.
func Retired(name string) {
	l := base.Outer(name) // want `^retired: acquiring outer lock of name`
	defer l.Drop()
}

// Inverted takes the inner one under the innermost.
func (b *Box) Inverted(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := base.Inner(name) // want `^order: acquiring inner lock of name while holding innermost lock`
	defer l.Drop()
}

// Kept keeps the order.
func (b *Box) Kept(name string) {
	l := base.Inner(name)
	defer l.Drop()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
}
