package driver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// checkGo reports a missing go command in words that say what to do.
func checkGo() error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("the go command is not on PATH: install Go, or put its bin directory on PATH")
	}
	return nil
}

// checkModule reports a directory outside every module and workspace.
func checkModule(ctx context.Context) error {
	out, err := goOutput(ctx, "env", "GOMOD", "GOWORK", "GO111MODULE")
	if err != nil {
		return err
	}
	mod, rest, _ := strings.Cut(out, "\n")
	work, mode, _ := strings.Cut(rest, "\n")
	if strings.TrimSpace(mode) == "off" || work != "" && work != "off" {
		return nil
	}
	if mod == "" || mod == os.DevNull {
		dir, err := os.Getwd()
		if err != nil {
			return err
		}
		return fmt.Errorf("no go.mod in %s or above it: run in a module, or name its directory with -C", dir)
	}
	return nil
}

// grace is how long an interrupted go command has to take its processes and
// temporary files away.
const grace = 5 * time.Second

// goCommand returns a go command that ends when the context does, and what it
// has started with it.
func goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	apart(cmd)
	cmd.WaitDelay = grace
	cmd.Cancel = func() error { return interrupt(cmd) }
	return cmd
}

// goOutput runs the go command and returns its standard output.
func goOutput(ctx context.Context, args ...string) (string, error) {
	cmd := goCommand(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if lines := complaints(stderr.String()); len(lines) > 0 {
			return "", errors.New(strings.Join(lines, "\n"))
		}
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return stdout.String(), nil
}

// A listing says which of the packages that the patterns name can be loaded.
type listing struct {
	patterns []string
	sound    []string // import paths of packages that load, with all they import
	errors   []string // what is wrong with the others
	matched  int      // packages that exist
}

// none reports whether the patterns name no package at all.
func (l *listing) none() bool { return l.matched == 0 }

// trouble says that nothing was there to analyse, and why the go command
// thinks so.
func (l *listing) trouble() error {
	why := "check the pattern, and -C and -tags"
	if len(l.errors) > 0 {
		why = strings.Join(l.errors, "; ")
	}
	if strings.Contains(why, "listed in go.work") {
		why += `: name directories of its modules, as in ./app/..., or "work" for all; "go work use ." adds a module`
	}
	return &NoPackageError{l.patterns, why}
}

// A NoPackageError says that the patterns of a run name no package.
type NoPackageError struct {
	Patterns []string
	Why      string
}

func (e *NoPackageError) Error() string {
	return fmt.Sprintf("no package matches %s: %s", strings.Join(e.Patterns, " "), e.Why)
}

// list asks the go command about the packages of the patterns.
func list(ctx context.Context, opts Options) (*listing, error) {
	if err := checkModule(ctx); err != nil {
		return nil, err
	}
	args := []string{"list", "-e", "-json=ImportPath,ForTest,Dir,Incomplete,Error,DepsErrors"}
	if opts.Tests {
		args = append(args, "-test")
	}
	if opts.Tags != "" {
		args = append(args, "-tags="+opts.Tags)
	}
	out, err := goOutput(ctx, append(append(args, "--"), opts.Patterns...)...)
	if err != nil {
		return nil, err
	}
	return readListing(out, opts.Patterns)
}

// A listed is what go list -json prints of a package.
type listed struct {
	ImportPath, ForTest, Dir string
	Incomplete               bool
	Error                    *loadError
	DepsErrors               []*loadError
}

// exists reports whether there is a package: a directory with Go files that the
// build tags let in, and not the main that the go command makes up for tests.
func (p *listed) exists() bool {
	if p.Dir == "" || strings.HasSuffix(p.ImportPath, ".test") {
		return false
	}
	return p.Error == nil || !strings.Contains(p.Error.Err, "no Go files in") && !strings.Contains(p.Error.Err, "exclude all Go files in")
}

type loadError struct{ Pos, Err string }

func (e *loadError) line() string {
	text := strings.Join(strings.Fields(e.Err), " ")
	if e.Pos == "" || strings.HasPrefix(text, e.Pos) {
		return text
	}
	return e.Pos + ": " + text
}

func readListing(out string, patterns []string) (*listing, error) {
	l := &listing{patterns: patterns}
	broken := map[string]bool{}
	var paths []string
	for decoder := json.NewDecoder(strings.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading the output of go list: %w", err)
		}
		path := importPath(p.ImportPath)
		if p.ForTest != "" {
			// A package whose tests do not load cannot be vetted without them.
			path = p.ForTest
		} else if p.exists() {
			l.matched++
			paths = append(paths, path)
		}
		if p.Incomplete || p.Error != nil {
			broken[path] = true
		}
		for _, e := range append([]*loadError{p.Error}, p.DepsErrors...) {
			if e != nil {
				l.errors = append(l.errors, e.line())
			}
		}
	}
	slices.Sort(l.errors)
	l.errors = slices.Compact(l.errors)
	l.sound = slices.DeleteFunc(paths, func(p string) bool { return broken[p] })
	return l, nil
}

// relativeErrors gives error lines the form that go vet gives them: names
// relative to the current directory.
func relativeErrors(lines []string) []string {
	dir, err := os.Getwd()
	if err != nil {
		return lines
	}
	var out []string
	for _, line := range lines {
		if file, rest, ok := strings.Cut(line, ":"); ok && filepath.IsAbs(file) {
			line = report.Rel(dir, file) + ":" + rest
		}
		out = append(out, line)
	}
	return out
}
