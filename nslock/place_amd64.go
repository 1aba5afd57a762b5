package nslock

// framesWork reports whether returnAddress answers as a walk of the stack does.
var framesWork = probeFrames()

//go:noinline
func probeFrames() bool {
	frames, walked := probePCs()
	return frames == walked && frames != 0
}

//go:noinline
func probePCs() (frames, walked uintptr) {
	return returnAddress(), func() uintptr { return walkPC() }()
}

// returnAddress returns the return address of the function that calls it, by its frame pointer.
func returnAddress() uintptr
