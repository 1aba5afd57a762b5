//go:build !unix

package driver

import "os/exec"

// apart does nothing where there are no process groups.
func apart(*exec.Cmd) {}

// interrupt ends the command itself, where there are no signals.
func interrupt(cmd *exec.Cmd) error { return cmd.Process.Kill() }
