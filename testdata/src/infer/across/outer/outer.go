// Package outer has no mutex of its own, and does not import sync: it takes
// that of another package.
package outer

import "fixtures/infer/across/inner"

// Twice locks it again.
func Twice() int {
	inner.Mu.Lock()
	defer inner.Mu.Unlock()
	return inner.Count() // want `^relock: calling inner.Count acquires inner.Mu lock while holding it \(line 9\): inner.Count calls Lock \(inner/inner.go:13\); it would wait for itself$`
}
