package gate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// Changes says which lines of which files differ from a revision.
type Changes struct {
	root  string
	files map[string][]lines // by name relative to root, with slashes
}

// lines is a range of line numbers, both ends included.
type lines struct{ first, last int }

// whole is the range of a file that is new.
var whole = lines{1, int(^uint(0) >> 1)}

// Since asks git for the lines that the work tree has changed since its branch
// left the revision, untracked files included. It must be run inside a git
// work tree.
func Since(ctx context.Context, revision string) (*Changes, error) {
	root, err := git(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	c := &Changes{root: strings.TrimRight(root, "\r\n"), files: map[string][]lines{}}
	if _, err := git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}"); err != nil {
		return nil, fmt.Errorf("-since: git knows no commit %q: fetch it (a shallow clone may lack it), or name another", revision)
	}
	diff, err := git(ctx, "-C", c.root, "-c", "core.quotePath=false", "diff", "--unified=0", "--no-color", "--no-ext-diff",
		"--src-prefix=a/", "--dst-prefix=b/", "--find-renames", "--merge-base", revision, "--", "*.go")
	if err != nil {
		return nil, err
	}
	untracked, err := git(ctx, "-C", c.root, "ls-files", "-z", "--others", "--exclude-standard", "--", "*.go")
	if err != nil {
		return nil, err
	}
	c.readDiff(diff)
	for _, name := range strings.Split(untracked, "\x00") {
		if name != "" {
			c.files[name] = []lines{whole}
		}
	}
	return c, nil
}

// Filter returns the findings whose witness touches a changed line: the
// finding itself, a related place, or a place that its message names.
func (c *Changes) Filter(findings []report.Finding) []report.Finding {
	var out []report.Finding
	for _, f := range findings {
		if c.touches(f) {
			out = append(out, f)
		}
	}
	return out
}

func (c *Changes) touches(f report.Finding) bool {
	if c.changed(f.File, f.Line, max(f.Line, f.EndLine)) {
		return true
	}
	for _, r := range f.Related {
		if c.changed(r.File, r.Line, max(r.Line, r.EndLine)) {
			return true
		}
	}
	for _, m := range namedLine.FindAllStringSubmatch(f.Message, -1) {
		if n := number(m[1]); c.changed(f.File, n, n) {
			return true
		}
	}
	for _, m := range namedFile.FindAllStringSubmatch(f.Message, -1) {
		if c.changedNamed(m[1], number(m[2])) {
			return true
		}
	}
	return false
}

// The places in a message: a line of the same file, a line of another.
var (
	namedLine = regexp.MustCompile(`\bline (\d+)`)
	namedFile = regexp.MustCompile(`([\w./@~+-]*[\w@~+-]\.go):(\d+)`)
)

func (c *Changes) changed(file string, first, last int) bool {
	// Git's name of the root has no symbolic links in it.
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	name, err := filepath.Rel(c.root, file)
	if err != nil {
		return false
	}
	return overlaps(c.files[filepath.ToSlash(name)], first, last)
}

// changedNamed reports whether a line of a file changed of which only the end
// of the path is known.
func (c *Changes) changedNamed(suffix string, line int) bool {
	for name, changed := range c.files {
		if (name == suffix || strings.HasSuffix(name, "/"+suffix)) && overlaps(changed, line, line) {
			return true
		}
	}
	return false
}

func overlaps(changed []lines, first, last int) bool {
	for _, l := range changed {
		if l.first <= last && first <= l.last {
			return true
		}
	}
	return false
}

// hunk is the head of a hunk: where it lies in the new file.
var hunk = regexp.MustCompile(`^@@ -\S+ \+(\d+)(?:,(\d+))? @@`)

// readDiff reads the output of git diff with no lines of context. The heading
// of a hunk says how many lines of text follow; they are skipped by count,
// because a line of source may look like a heading.
func (c *Changes) readDiff(diff string) {
	var file string
	skip := 0
	for line := range strings.Lines(diff) {
		line = strings.TrimRight(line, "\r\n")
		if skip > 0 && line != "" && strings.ContainsRune(`+-\`, rune(line[0])) {
			if line[0] != '\\' {
				skip--
			}
			continue
		}
		if name, ok := strings.CutPrefix(line, "+++ "); ok {
			file = newName(name)
			continue
		}
		m := hunk.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		first, count := number(m[1]), 1
		if m[2] != "" {
			count = number(m[2])
		}
		skip = removed(line) + count
		if file == "" {
			continue
		}
		if count == 0 { // lines were taken out between first and the next
			c.files[file] = append(c.files[file], lines{first, first + 1})
			continue
		}
		c.files[file] = append(c.files[file], lines{first, first + count - 1})
	}
}

// newName returns the name after "+++ ", "" for a file that is gone. Git puts
// names with odd characters in C quotes, and a tab after names with spaces.
func newName(name string) string {
	name = strings.TrimSuffix(name, "\t")
	if unquoted, err := strconv.Unquote(name); err == nil {
		name = unquoted
	}
	name, ok := strings.CutPrefix(name, "b/")
	if !ok {
		return ""
	}
	return name
}

// removed returns how many lines a hunk takes out.
func removed(head string) int {
	fields := strings.Fields(head)
	_, count, ok := strings.Cut(fields[1], ",")
	if !ok {
		return 1
	}
	return number(count)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0 // the pattern has digits only: too many of them, no line
	}
	return n
}

func git(ctx context.Context, args ...string) (string, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return "", errors.New("-since needs git, which is not on PATH")
	}
	cmd := exec.CommandContext(ctx, "git", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			return "", fmt.Errorf("-since: git: %s", text)
		}
		return "", fmt.Errorf("-since: git %s: %w", args[0], err)
	}
	return stdout.String(), nil
}
