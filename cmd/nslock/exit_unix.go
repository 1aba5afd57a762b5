//go:build unix

package main

import (
	"os"
	"syscall"
)

// endings are the signals that end the wait, or are handed on to the command.
var endings = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}

func exitCode(state *os.ProcessState) int {
	if st, ok := state.Sys().(syscall.WaitStatus); ok && st.Signaled() {
		return exitSignal + int(st.Signal())
	}
	return state.ExitCode()
}
