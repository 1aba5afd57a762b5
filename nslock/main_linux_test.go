package nslock

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests need other processes: they run this binary again, with the part to play in childEnv.
const childEnv = "NSLOCK_TEST_CHILD"

var children = map[string]func(args []string){
	"posix": func(args []string) { childLock(args[0], 6) },
	"ofd":   func(args []string) { childLock(args[0], ofdSetLock) },
}

func TestMain(m *testing.M) {
	if part := os.Getenv(childEnv); part != "" {
		go func() { // the parent, however it ends, takes its children along
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(2)
		}()
		children[part](os.Args[1:])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child starts a process that plays a part, and returns it with its output, line by line.
func child(tb testing.TB, part string, args ...string) (*exec.Cmd, *bufio.Scanner) {
	tb.Helper()
	exe, err := os.Executable()
	require.NoError(tb, err)
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), childEnv+"="+part)
	cmd.Stderr = os.Stderr
	_, err = cmd.StdinPipe()
	require.NoError(tb, err)
	out, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd, bufio.NewScanner(out)
}

// expect reads a line that a child must print.
func expect(tb testing.TB, lines *bufio.Scanner, want string) {
	tb.Helper()
	require.True(tb, lines.Scan(), "the child ended before it said %q", want)
	require.Equal(tb, want, lines.Text())
}

// lockInChild has another process lock a file exclusively, and returns its pid.
func lockInChild(t *testing.T, kind, path string) int {
	t.Helper()
	cmd, lines := child(t, kind, path)
	expect(t, lines, "locked")
	return cmd.Process.Pid
}

func childLock(path string, command int) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		err = syscall.FcntlFlock(f.Fd(), command, &syscall.Flock_t{Type: syscall.F_WRLCK})
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	syscall.Pause()
}

// openTest opens a Space of a new directory.
func openTest(tb testing.TB, opts ...Option) *Space {
	tb.Helper()
	s, err := Open(tb.TempDir(), opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// threads returns how many threads this process has.
func threads(t *testing.T) int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	return len(tasks)
}
