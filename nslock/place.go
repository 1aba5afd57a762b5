package nslock

import (
	"runtime"
	"strconv"
	"strings"
)

// Where a lock was taken is kept as a return address, and looked up only for a message. On amd64 it
// is read where the frame pointer says, which Go's calling convention keeps valid: walking the
// stack for it would cost a fifth of a lock.

// walkPC is returnAddress by a walk of the stack, for the caller of its caller.
//
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
