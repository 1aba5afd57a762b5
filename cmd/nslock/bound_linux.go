package main

import (
	"os/exec"
	"runtime"
	"syscall"
)

// startBound starts cmd so that it gets SIGTERM if this process dies without passing a signal on:
// the lock is free then, and the command must not go on as if it were held. The system binds the
// child to the thread that started it, which therefore stays.
func startBound(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	return cmd.Start()
}
