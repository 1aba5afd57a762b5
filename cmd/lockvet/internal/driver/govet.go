package driver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// GoVet analyses by "go vet -json -vettool=opts.Tool". GOFLAGS, workspaces,
// vendoring and cgo mean what they mean to the go command.
//
// One package that does not even load makes go vet give up on all of them; then
// GoVet runs it once more over the packages that do load.
func GoVet(ctx context.Context, opts Options) (*report.Result, error) {
	if err := checkGo(); err != nil {
		return nil, err
	}
	args, cleanup, err := vetArgs(ctx, opts)
	if err != nil {
		return nil, err
	}
	defer cleanup()

	result, failed, err := runVet(ctx, opts, args, opts.Patterns)
	if err != nil {
		return nil, err
	}
	if failed && result.Packages == 0 {
		return retryVet(ctx, opts, args, result)
	}
	return result, nil
}

// retryVet leaves out the packages that do not load. The errors of the first
// run stay in the result, for they say what is wrong with the others.
func retryVet(ctx context.Context, opts Options, args []string, first *report.Result) (*report.Result, error) {
	found, err := list(ctx, opts)
	if err != nil {
		return nil, err
	}
	if found.none() {
		return nil, found.trouble()
	}
	errs := first.Errors
	if len(errs) == 0 {
		errs = found.errors
	}
	if len(found.sound) == 0 {
		return &report.Result{Errors: errs}, nil
	}
	result, _, err := runVet(ctx, opts, args, found.sound)
	if err != nil {
		return nil, err
	}
	result.Errors = append(result.Errors, errs...)
	return result, nil
}

// vetArgs returns the arguments of go vet that come before the patterns.
func vetArgs(ctx context.Context, opts Options) (args []string, cleanup func(), err error) {
	args = []string{"vet", "-vettool=" + opts.Tool}
	cleanup = func() {}
	if opts.Tags != "" {
		args = append(args, "-tags="+opts.Tags)
	}
	if !opts.Tests {
		overlay, remove, err := hideTests(ctx, opts)
		if err != nil {
			return nil, nil, err
		}
		args = append(args, "-overlay="+overlay)
		cleanup = remove
	}
	for _, s := range opts.Settings {
		args = append(args, "-"+s)
	}
	asked, err := asked(opts)
	if err != nil {
		cleanup()
		return nil, nil, err
	}
	return append(args, "-lockstate.asked="+asked), cleanup, nil
}

// asked names what a run is about. The go command keeps one answer for a
// package, whether it was asked about or only imported, and nothing is reported
// of what is only imported: after a run over a package alone, a run over one of
// its imports would be answered with silence. As the value of a flag, the name
// keeps the answers of different runs apart.
func asked(opts Options) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %t", dir, opts.Patterns, opts.Tests))
	return hex.EncodeToString(sum[:8]), nil
}

// runVet runs go vet once. It reports failed if go vet exited with an error,
// whose lines are then in the result's Errors.
func runVet(ctx context.Context, opts Options, args, patterns []string) (result *report.Result, failed bool, err error) {
	args = slices.Concat(args, []string{"-json", "--"}, patterns)
	opts.logf("go %s", strings.Join(args, " "))
	cmd := goCommand(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, false, err
	}
	if err := cmd.Start(); err != nil {
		return nil, false, fmt.Errorf("starting go vet: %w", err)
	}
	result, decodeErr := decode(stdout, opts.Progress)
	if decodeErr != nil {
		// go vet must not block on a pipe that nobody reads any more.
		_, _ = io.Copy(io.Discard, stdout)
	}
	waitErr := cmd.Wait()
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) {
		return nil, false, fmt.Errorf("running go vet: %w", waitErr)
	}
	lines := complaints(stderr.String())
	if decodeErr != nil {
		return nil, false, errors.Join(decodeErr, errors.New(strings.Join(lines, "\n")))
	}
	if waitErr != nil {
		result.Errors = append(result.Errors, lines...)
		if len(lines) == 0 {
			result.Errors = append(result.Errors, "go vet failed without saying why: "+waitErr.Error())
		}
	}
	return result, waitErr != nil, nil
}

// complaints returns the lines of go vet's standard error that say what is
// wrong: without headings, and in the form file:line:col: message.
func complaints(stderr string) []string {
	var out []string
	for line := range strings.Lines(stderr) {
		line = strings.TrimRight(line, "\r\n")
		line = strings.TrimPrefix(line, "vet: ")
		line = strings.TrimPrefix(line, "./")
		if line == "" || strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "go: warning: ") || strings.HasPrefix(line, "go: downloading ") {
			continue
		}
		if more, ok := strings.CutPrefix(line, "\t"); ok && len(out) > 0 { // the rest of what the line before says
			out[len(out)-1] += " " + more
			continue
		}
		out = append(out, line)
	}
	return out
}

// hideTests writes an overlay that hides the test files of the packages from
// the go command, which has no flag to leave tests out of vet.
func hideTests(ctx context.Context, opts Options) (file string, remove func(), err error) {
	args := []string{"list", "-e", "-f", `{{$d := .Dir}}{{range .TestGoFiles}}{{$d}}{{"\x00"}}{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$d}}{{"\x00"}}{{.}}{{"\n"}}{{end}}`}
	if opts.Tags != "" {
		args = append(args, "-tags="+opts.Tags)
	}
	out, err := goOutput(ctx, append(append(args, "--"), opts.Patterns...)...)
	if err != nil {
		return "", nil, err
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for line := range strings.Lines(out) {
		if dir, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\x00"); ok {
			overlay.Replace[filepath.Join(dir, name)] = ""
		}
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		return "", nil, err
	}
	tmp, err := os.CreateTemp("", "lockvet-overlay-*.json")
	if err != nil {
		return "", nil, fmt.Errorf("hiding test files: %w", err)
	}
	remove = func() { _ = os.Remove(tmp.Name()) }
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Close()
	}
	if err != nil {
		remove()
		return "", nil, fmt.Errorf("hiding test files: %w", err)
	}
	return tmp.Name(), remove, nil
}

// Fix lets go vet apply the first suggested fix of each finding, or, with diff,
// print what that would change. It returns go vet's own output: the diff on
// standard output, its complaints on standard error.
func Fix(ctx context.Context, opts Options, diff bool) (stdout string, errs []string, err error) {
	if err := checkGo(); err != nil {
		return "", nil, err
	}
	args, cleanup, err := vetArgs(ctx, opts)
	if err != nil {
		return "", nil, err
	}
	defer cleanup()
	args = append(args, "-fix")
	if diff {
		args = append(args, "-diff")
	}
	args = append(append(args, "--"), opts.Patterns...)
	opts.logf("go %s", strings.Join(args, " "))
	cmd := goCommand(ctx, args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", nil, fmt.Errorf("running go vet: %w", err)
	}
	return out.String(), complaints(complaint.String()), nil
}
