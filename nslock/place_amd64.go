package nslock

// framesWork reports whether callerPC can use the frame pointer: not if the compiler was told to
// inline nothing, because a frame lies between then.
var framesWork = true

func init() { framesWork = probeFrames() }

//go:noinline
func probeFrames() bool {
	fast, walked := probePCs()
	return fast == walked
}

//go:noinline
func probePCs() (fast, walked uintptr) {
	return callerPC(), func() uintptr { return walkPC() }()
}

// returnAddress returns the return address of the function that calls it, by its frame pointer.
func returnAddress() uintptr
