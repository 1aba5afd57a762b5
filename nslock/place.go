package nslock

import (
	"runtime"
	"strconv"
	"strings"
)

// Where a lock was taken is kept as a return address, and looked up only for a message. Walking the
// stack for it would cost a fifth of a lock; on amd64 it is read where the frame pointer says,
// if that gives the same answer as walking.

// callerPC returns the return address of the method that calls it. That method must not be inlined.
func callerPC() uintptr {
	if !framesWork {
		return walkPC()
	}
	return returnAddress()
}

//go:noinline
func walkPC() uintptr {
	var pc [1]uintptr
	runtime.Callers(4, pc[:])
	return pc[0]
}

// place returns the file and line of a return address, "file.go:41", or "" if it has none.
func place(pc uintptr) string {
	if pc == 0 {
		return ""
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	if f.Line == 0 || strings.HasPrefix(f.File, "<") {
		return ""
	}
	return f.File[strings.LastIndexByte(f.File, '/')+1:] + ":" + strconv.Itoa(f.Line)
}
