package nslock

// returnAddress returns the address to which its caller, which must not be inlined, will return.
func returnAddress() uintptr
