//go:build !amd64

package nslock

// returnAddress returns the address to which its caller, which must not be inlined, will return.
//
//go:noinline
func returnAddress() uintptr { return walkPC() }
