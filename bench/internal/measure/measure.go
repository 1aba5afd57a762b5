// Package measure runs commands and says what they cost, with all processes
// that they start and wait for.
package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// A Usage is what a command has cost.
type Usage struct {
	Wall time.Duration
	CPU  time.Duration // user and system, of all its processes
	Peak int64         // bytes of memory of the largest process; 0 where the system does not tell
}

// Add returns what two commands cost, one after the other.
func (u Usage) Add(v Usage) Usage {
	return Usage{u.Wall + v.Wall, u.CPU + v.CPU, max(u.Peak, v.Peak)}
}

// A Command is a program to run.
type Command struct {
	Dir  string
	Env  []string // added to that of this process
	Args []string // the first is the program
}

// Run runs the command to its end and returns its standard output. An exit code
// other than 0 is an error, which shows what the command said.
//
// The system counts into Peak what this process had when it started the
// command, so that it should be small itself.
func (c Command) Run(ctx context.Context) (Usage, []byte, error) {
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	inGroup(cmd)
	cmd.Dir = c.Dir
	cmd.Env = append(cmd.Environ(), c.Env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	u := Usage{Wall: time.Since(start)}
	if cmd.ProcessState != nil {
		u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		u.Peak = peak(cmd.ProcessState)
	}
	if err != nil {
		return u, nil, fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), errors.Join(ctx.Err(), err), tail(stderr.String()))
	}
	return u, stdout.Bytes(), nil
}

// tail is the end of a long text.
func tail(text string) string {
	const most = 4000
	if len(text) > most {
		text = "..." + text[len(text)-most:]
	}
	return text
}
