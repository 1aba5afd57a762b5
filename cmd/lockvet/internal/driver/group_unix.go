//go:build unix

package driver

import (
	"os/exec"
	"syscall"
)

// apart puts a command into a process group of its own, so that it can be
// ended with all that it has started: the go command leaves its tools running.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// interrupt interrupts the process group of a command.
func interrupt(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
