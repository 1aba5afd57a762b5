package lockvet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The documents are programs. Every fenced block is run in order, in a
// directory that the blocks of one document share:
//
//	sh    is run by the shell; a command that fails ends it
//	text  is what the sh block before it prints, both streams; a line of three
//	      dots stands for any lines, and three dots in a line for any text
//	go    is a package of its own, which may import nslock; lockvet says of it
//	      just what the comments "lockvet: ..." under the lines in question say
//
// Comments in the lines above a block, which readers do not see, change that:
//
//	<!-- file: PATH -->       the block is written to a file
//	<!-- in: DIR -->          it is run there; "checkout" is this module's top
//	<!-- exit: N -->          the exit code that it ends with
//	<!-- makes: PATH -->      what it prints, errors aside, is this file of the
//	                          module; "go test -run TestDocuments -update ." writes it
//	<!-- not run: REASON -->  it is passed over
//
// A comment "pinned: PATH" stands below what a test at PATH shows, and no block.
//
// Only the links are looked at in documents that elsewhere names.

var update = flag.Bool("update", false, "write the files that the documents make")

// elsewhere says where the blocks of a document are run, if not here.
var elsewhere = map[string]string{
	"docs/rules.md": "internal/rulesdoc runs the documentation of the checks, from which the page is made",
}

// A block is one fenced block of a document.
type block struct {
	line  int // of the fence
	lang  string
	text  string
	marks map[string]string
}

var (
	clause = regexp.MustCompile(`(?m)^package (\w+)$`)
	fence  = regexp.MustCompile("^```(\\w*)$")
	mark   = regexp.MustCompile(`^<!-- (file|in|exit|makes|not run): (.+) -->$`)
	pin    = regexp.MustCompile(`^ *<!-- pinned: (\S+?)(?:#(\w+))? -->$`)
)

// readBlocks returns the blocks of a document in order.
func readBlocks(t *testing.T, name string) []block {
	t.Helper()
	var blocks []block
	var open *block
	marks := map[string]string{}
	for i, line := range readLines(t, name) {
		switch m := fence.FindStringSubmatch(line); {
		case open != nil && line == "```":
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case m != nil:
			open = &block{line: i + 1, lang: m[1], marks: marks}
			marks = map[string]string{}
		case mark.MatchString(line):
			m := mark.FindStringSubmatch(line)
			marks[m[1]] = m[2]
		case pin.MatchString(line):
		default:
			assert.False(t, strings.HasPrefix(line, "<!--"), "%s:%d: a comment that says nothing known", name, i+1)
			assert.True(t, line == "" || len(marks) == 0, "%s:%d: a comment above no block", name, i+1)
		}
	}
	require.Nil(t, open, "%s: the last block has no end", name)
	return blocks
}

func readLines(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// documents returns the names of all documents.
func documents(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.md")
	require.NoError(t, err)
	more, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	require.Contains(t, names, "README.md")
	return append(names, more...)
}

// TestDocuments runs the blocks of every document.
func TestDocuments(t *testing.T) {
	bin := filepath.Dir(buildLockvet(t))
	for _, name := range documents(t) {
		if elsewhere[filepath.ToSlash(name)] != "" {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			(&document{name: name, bin: bin, dir: t.TempDir()}).run(t)
		})
	}
}

// A document is being run.
type document struct {
	name   string
	bin    string // where lockvet is
	dir    string // where blocks are run
	output string // of the last sh block
	wants  map[string][]string
}

func (d *document) run(t *testing.T) {
	t.Helper()
	d.wants = map[string][]string{}
	for _, b := range readBlocks(t, d.name) {
		at := fmt.Sprintf("%s:%d", d.name, b.line)
		file, isFile := b.marks["file"]
		_, passed := b.marks["not run"]
		switch {
		case passed:
		case isFile:
			d.write(t, filepath.Join(d.dir, file), b.text)
		case b.lang == "sh":
			d.shell(t, at, b)
		case b.lang == "text":
			assert.Regexp(t, pattern(b.text), d.output, "%s: the output is another", at)
		case b.lang == "go":
			d.add(t, b)
		default:
			assert.Fail(t, "cannot run this block", "%s: language %q", at, b.lang)
		}
	}
	d.check(t)
}

func (*document) write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

// shell runs a block of commands and keeps what they print.
func (d *document) shell(t *testing.T, at string, b block) {
	t.Helper()
	root, err := filepath.Abs(".")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", b.text)
	cmd.Dir = filepath.Join(d.dir, b.marks["in"])
	if b.marks["in"] == "checkout" {
		cmd.Dir = root
	}
	cmd.Env = append(os.Environ(), "PATH="+d.bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOBIN="+d.bin, "GOFLAGS=-buildvcs=false", "GOPROXY=off", "GOSUMDB=off", "GOWORK=off", "NO_COLOR=1", "LOCKVET="+root)
	var out, made bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if b.marks["makes"] != "" {
		cmd.Stdout = &made
	}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(t, err, at)
	}
	want := b.marks["exit"]
	if want == "" {
		want = "0"
	}
	assert.Equal(t, want, strconv.Itoa(cmd.ProcessState.ExitCode()), "%s: the exit code, after\n%s", at, &out)
	d.output = out.String()
	if file := b.marks["makes"]; file != "" {
		compareFile(t, at, file, made.String())
	}
}

// compareFile compares a file of the module with what a block made, or writes
// it.
func compareFile(t *testing.T, at, file, made string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(made), 0o644))
	}
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, made, string(data), "%s: %s is stale; go test -run TestDocuments -update . writes it", at, file)
}

// pattern returns an expression for the text of a block.
func pattern(text string) string {
	var b strings.Builder
	b.WriteString(`\A`)
	for line := range strings.Lines(text) {
		if line == "...\n" {
			b.WriteString(`(?:.*\n)*?`)
		} else {
			b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), `\.\.\.`, `.*`))
		}
	}
	return b.String() + `\z`
}

// add makes a package of a go block.
func (d *document) add(t *testing.T, b block) {
	t.Helper()
	name := clause.FindStringSubmatch(b.text)
	require.NotNil(t, name, "%s:%d: no package", d.name, b.line)
	file := fmt.Sprintf("line%d/%s/%[2]s.go", b.line, name[1])
	d.write(t, filepath.Join(d.dir, "packages", file), b.text)
	d.wants[file] = nil
	code := 0 // the last line that is no such comment
	for i, line := range strings.Split(b.text, "\n") {
		if want, ok := strings.CutPrefix(strings.TrimSpace(line), "// lockvet: "); ok {
			d.wants[file] = append(d.wants[file], fmt.Sprintf("%d: %s", code, want))
		} else {
			code = i + 1
		}
	}
}

// check runs lockvet on all packages of the document.
func (d *document) check(t *testing.T) {
	t.Helper()
	if len(d.wants) == 0 {
		return
	}
	root, err := filepath.Abs(".")
	require.NoError(t, err)
	dir := filepath.Join(d.dir, "packages")
	for _, name := range []string{"go.mod", "go.sum"} { // those of the fixtures require what nslock does
		data, err := os.ReadFile(filepath.Join(fixtures, name))
		require.NoError(t, err)
		d.write(t, filepath.Join(dir, name), strings.Replace(string(data), "=> ../..", "=> "+root, 1))
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(d.bin, "lockvet"), "-json", "./...")
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		require.Equal(t, 3, exit.ExitCode(), "%s: %s%s", d.name, out, exit.Stderr)
	} else {
		require.NoError(t, err)
	}
	var result struct {
		Findings []struct {
			File, Message string
			Line          int
		}
	}
	require.NoError(t, json.Unmarshal(out, &result))
	got := map[string][]string{}
	for _, f := range result.Findings {
		got[f.File] = append(got[f.File], fmt.Sprintf("%d: %s", f.Line, f.Message))
	}
	for file, want := range d.wants {
		slices.Sort(got[file])
		slices.Sort(want)
		assert.Equal(t, want, got[file], "%s: %s", d.name, file)
	}
}

// TestLimits makes sure that the page of limits only speaks of what is shown:
// below each paragraph and each item of a list that begins in bold stands an
// example that is run, or a pin to a test.
func TestLimits(t *testing.T) {
	const page = "docs/limits.md"
	shown := map[int]bool{}
	for _, b := range readBlocks(t, page) {
		_, passed := b.marks["not run"]
		shown[b.line] = !passed
	}
	limit := ""
	items := 0
	ends := func(next string) {
		assert.Empty(t, limit, "%s: nothing shows that", page)
		limit = next
	}
	for i, line := range readLines(t, page) {
		switch m := pin.FindStringSubmatch(line); {
		case m != nil:
			data, err := os.ReadFile(m[1])
			require.NoError(t, err, "%s:%d", page, i+1)
			assert.Contains(t, string(data), m[2], "%s:%d", page, i+1)
			limit = ""
		case strings.HasPrefix(line, "**"), strings.HasPrefix(line, "- **"):
			ends(line)
			items++
		case strings.HasPrefix(line, "#"):
			ends("")
		case shown[i+1]:
			limit = ""
		}
	}
	ends("")
	assert.Greater(t, items, 15, "the items of %s are not seen", page)
}

// TestClaims compares the page of claims with the README, whose words they are,
// and with the tests that they name.
func TestClaims(t *testing.T) {
	const page = "docs/claims.md"
	data, err := os.ReadFile("README.md")
	require.NoError(t, err)
	readme := strings.Join(strings.Fields(string(data)), " ")
	row := regexp.MustCompile(`^\| (.+) \| ((?:` + "`[^`]+`(?:, )?" + `)+) \|$`)
	left := readme
	claims := 0
	for i, line := range readLines(t, page) {
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		claims++
		assert.Contains(t, readme, m[1], "%s:%d", page, i+1)
		left = strings.ReplaceAll(left, m[1], "")
		for _, name := range strings.Split(strings.Trim(m[2], "`"), "`, `") {
			requireTest(t, name)
		}
	}
	assert.Greater(t, claims, 20, "the rows of %s are not seen", page)
	intro, _, _ := strings.Cut(left, "## A report")
	for _, rest := range regexp.MustCompile(`[.,]`).Split(strings.TrimPrefix(intro, "# lockvet"), -1) {
		assert.LessOrEqual(t, len(strings.Fields(rest)), 12, "nothing shows that %q", rest)
	}
}

// requireTest wants a file or folder to exist, and a function in it, as in
// "doc_test.go#TestClaims".
func requireTest(t *testing.T, name string) {
	t.Helper()
	file, function, _ := strings.Cut(name, "#")
	info, err := os.Stat(file)
	require.NoError(t, err, name)
	if info.IsDir() {
		assert.Empty(t, function, name)
		return
	}
	data, err := os.ReadFile(file)
	require.NoError(t, err, name)
	if function != "" {
		assert.Contains(t, string(data), "func "+function+"(", name)
	}
}

// TestDocHowItWorks compares what the page says of the source with the source:
// the bounds and their values, which are to be all there are, and the names of
// files and folders.
func TestDocHowItWorks(t *testing.T) {
	const page = "docs/how-it-works.md"
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	declared := map[string]string{}
	for _, dir := range []string{"analyzer", "analyzer/lockset", "analyzer/lockmodel"} {
		sources, err := filepath.Glob(dir + "/*.go")
		require.NoError(t, err)
		for _, name := range sources {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			for _, m := range regexp.MustCompile(`(?m)^\s*(?:const )?((?:max|Max|big)[A-Z]\w*) += (\d+)$`).FindAllStringSubmatch(string(source), -1) {
				declared[m[1]] = m[2]
			}
		}
	}
	shown := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` = (\\d+) ").FindAllStringSubmatch(string(data), -1) {
		shown[m[1]] = m[2]
	}
	require.NotEmpty(t, shown)
	assert.Equal(t, declared, shown, "the bounds of the core, and those on %s", page)

	files := regexp.MustCompile("`([\\w/]+\\.go|(?:analyzer|internal|cmd|gclplugin)/[\\w/]+)`").FindAllStringSubmatch(string(data), -1)
	require.NotEmpty(t, files)
	for _, m := range files {
		found := slices.ContainsFunc([]string{".", "analyzer", "analyzer/lockmodel", "analyzer/lockset"}, func(dir string) bool {
			_, err := os.Stat(filepath.Join(dir, m[1]))
			return err == nil
		})
		assert.True(t, found, "%s names %s", page, m[1])
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`^#+ (.+)$`)
)

// TestLinks follows every link from one document to another, to a heading or to
// a file of the module.
func TestLinks(t *testing.T) {
	for _, name := range documents(t) {
		inBlock := false
		for i, line := range readLines(t, name) {
			if strings.HasPrefix(line, "```") {
				inBlock = !inBlock
			}
			if inBlock {
				continue
			}
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				file, anchor, _ := strings.Cut(m[1], "#")
				target := name
				if file != "" {
					target = filepath.Join(filepath.Dir(name), file)
				}
				_, err := os.Stat(target)
				require.NoError(t, err, "%s:%d: %s", name, i+1, m[1])
				if anchor != "" {
					assert.Contains(t, anchors(t, target), anchor, "%s:%d: %s", name, i+1, m[1])
				}
			}
		}
	}
}

// anchors returns the anchors that GitHub gives the headings of a document.
func anchors(t *testing.T, name string) []string {
	t.Helper()
	var list []string
	inBlock := false
	for _, line := range readLines(t, name) {
		if strings.HasPrefix(line, "```") {
			inBlock = !inBlock
		}
		m := heading.FindStringSubmatch(line)
		if inBlock || m == nil {
			continue
		}
		list = append(list, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return list
}
