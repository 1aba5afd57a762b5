// Package typeerror does not compile.
//
//lockvet:class outer
package typeerror

import "sync"

var mu sync.Mutex //lockvet:class outer

// Lock locks what nobody declared.
func Lock() {
	mu.Lock()
	defer mu.Unlock()
	nobody.Lock()
}
