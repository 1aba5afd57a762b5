//go:build unix

package measure

import (
	"os/exec"
	"syscall"
)

// inGroup has cmd ended with all processes that it has started: the go command
// does not end its tools when it is killed.
func inGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
