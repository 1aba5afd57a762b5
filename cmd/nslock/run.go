package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"github.com/lockvet/lockvet/nslock"
)

// Exit codes. A command that ran gives its own; these are those of flock(1) and env(1) for what
// comes before it.
const (
	exitOK        = 0
	exitFailed    = 1   // the lock directory or the lock cannot be had
	exitUsage     = 2   // the arguments make no sense
	exitTimeout   = 75  // --timeout ran out: EX_TEMPFAIL, try again
	exitCannotRun = 126 // the command was found and cannot be run
	exitNotFound  = 127 // the command was not found
	exitSignal    = 128 // and the signal's number: the command was killed
)

const usage = `usage: nslock hold USER [--shared] [-d DIR | -C IMAPD.CONF] [--timeout DURATION] -- COMMAND [ARG...]
       nslock holders [DIR]

hold runs COMMAND while it holds the namespace lock of USER, exclusively or with --shared, and
exits as COMMAND does. COMMAND does not keep the lock if nslock is killed, and is then sent SIGTERM.
holders prints who holds a lock of the directory: file, mode, process, and what is known of its owner.

Without DIR the directory is the one of IMAPD.CONF, by default /etc/imapd.conf.
`

// run is the command: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	switch args[0] {
	case "hold":
		return hold(args[1:], stdin, stdout, stderr)
	case "holders":
		return holders(args[1:], stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	fmt.Fprintf(stderr, "nslock: unknown command %q\n%s", args[0], usage)
	return exitUsage
}

// store is where the locks are, by the flags that both commands have.
type store struct{ dir, conf string }

func (s *store) flags(fs *flag.FlagSet) {
	fs.StringVar(&s.dir, "d", "", "the lock directory (mboxname_lockpath), instead of an imapd.conf")
	fs.StringVar(&s.conf, "C", "/etc/imapd.conf", "the imapd.conf of the store")
}

func (s *store) open() (*nslock.Space, error) {
	if s.dir != "" {
		return nslock.Open(s.dir)
	}
	return nslock.OpenCyrus(s.conf)
}

func newFlags(name string, stderr io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
	}
	return fs
}

// parse parses flags that may stand before and behind the words, and returns the words. All after
// "--" are words of the command.
func parse(fs *flag.FlagSet, args []string) (words, command []string, err error) {
	for i, a := range args {
		if a == "--" {
			args, command = args[:i], args[i+1:]
			break
		}
	}
	for {
		if err := fs.Parse(args); err != nil {
			return nil, nil, err
		}
		if fs.NArg() == 0 {
			return words, command, nil
		}
		words = append(words, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

func hold(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var where store
	fs := newFlags("nslock hold", stderr)
	where.flags(fs)
	shared := fs.Bool("shared", false, "hold the lock shared")
	timeout := fs.Duration("timeout", 0, "give up waiting after this long; 0 waits")
	words, command, err := parse(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		return exitUsage
	}
	if len(words) != 1 || len(command) == 0 {
		fmt.Fprintf(stderr, "nslock: hold takes one USER, and a COMMAND behind --\n%s", usage)
		return exitUsage
	}
	space, err := where.open()
	if err != nil {
		return fail(stderr, err)
	}
	defer func() { _ = space.Close() }()
	mode := nslock.Exclusive
	if *shared {
		mode = nslock.Shared
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings...)
	defer stop()
	if *timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *timeout)
		defer cancel()
	}
	owner := space.NewOwner("nslock hold")
	ns, err := owner.LockUser(ctx, words[0], mode)
	if errors.Is(err, context.DeadlineExceeded) {
		fmt.Fprintf(stderr, "nslock: %s is still locked after %v\n", words[0], *timeout)
		return exitTimeout
	}
	if err != nil {
		return fail(stderr, err)
	}
	defer ns.Release()
	stop()
	return runCommand(command, stdin, stdout, stderr)
}

// runCommand runs the command, hands signals on to it, and returns its exit code.
func runCommand(command []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cmd := exec.CommandContext(context.Background(), command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, endings...)
	defer signal.Stop(signals)
	if err := startBound(cmd); err != nil {
		fmt.Fprintf(stderr, "nslock: %v\n", err)
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return exitNotFound
		}
		return exitCannotRun
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case sig := <-signals:
			_ = cmd.Process.Signal(sig)
		case err := <-done:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return fail(stderr, err)
			}
			return exitCode(cmd.ProcessState)
		}
	}
}

func holders(args []string, stdout, stderr io.Writer) int {
	var where store
	fs := newFlags("nslock holders", stderr)
	where.flags(fs)
	words, command, err := parse(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		return exitUsage
	}
	if len(words) > 1 || len(command) > 0 {
		fmt.Fprintf(stderr, "nslock: holders takes one DIR\n%s", usage)
		return exitUsage
	}
	if len(words) == 1 {
		where.dir = words[0]
	}
	space, err := where.open()
	if err != nil {
		return fail(stderr, err)
	}
	defer func() { _ = space.Close() }()
	all, err := space.AllHolders()
	if err != nil {
		return fail(stderr, err)
	}
	for _, h := range all {
		line := h.String()
		if !h.Since.IsZero() {
			line += fmt.Sprintf(" (%v)", time.Since(h.Since).Round(time.Millisecond))
		}
		fmt.Fprintln(stdout, line)
	}
	return exitOK
}

func fail(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, err)
	return exitFailed
}
