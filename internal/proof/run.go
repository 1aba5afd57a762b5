package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/internal/proof/judge"
)

// A module is a folder with a Go module of generated programs.
type module struct {
	dir     string
	root    string // the checkout of lockvet
	lockvet string // the command, built
}

// perPackage is how many programs share a package: each package costs the
// compiler and the linter a process.
const perPackage = 40

// A report is what the linter says of a place.
type report struct {
	Category string `json:"category"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Message  string `json:"message"`
}

// place returns where r stands, as a fault's stack names it.
func (r report) place() string { return filepath.Base(r.File) + ":" + strconv.Itoa(r.Line) }

// newModule makes dir a module that can hold programs, and builds the linter.
// root is the checkout of lockvet.
func newModule(ctx context.Context, dir, root string) (*module, error) {
	m := &module{dir: dir, root: root, lockvet: filepath.Join(dir, "lockvet")}
	mod, err := os.ReadFile(filepath.Join(root, "testdata", "src", "go.mod"))
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("module fixtures", "module "+judge.Module, "=> ../..", "=> "+root).Replace(string(mod))
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	sum, err := os.ReadFile(filepath.Join(root, "testdata", "src", "go.sum"))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600); err != nil {
		return nil, err
	}
	_, err = m.command(ctx, root, "go", "build", "-o", m.lockvet, "./cmd/lockvet")
	return m, err
}

// command runs a command in dir and returns what it prints.
func (m *module) command(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("%s: %w\n%s%s", filepath.Base(name), err, clip(stdout.Bytes()), clip(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}

// clip returns the beginning of a long output.
func clip(b []byte) []byte { return b[:min(len(b), 4000)] }

// write puts programs into the module, several to a package, in place of those
// that were there.
func (m *module) write(programs []program) error {
	for _, name := range []string{"ps", "main"} {
		if err := os.RemoveAll(filepath.Join(m.dir, name)); err != nil {
			return err
		}
	}
	var imports, calls strings.Builder
	for at := 0; at < len(programs); at += perPackage {
		pkg := fmt.Sprintf("ps%d", at/perPackage)
		batch := programs[at:min(len(programs), at+perPackage)]
		for _, p := range batch {
			for part, text := range p.parts {
				if text == "" {
					continue
				}
				if err := m.file(filepath.Join("ps", pkg, p.file(part)), p.source(part, pkg)); err != nil {
					return fmt.Errorf("%s: %w\n%s", p.name, err, p.source(part, pkg))
				}
			}
			fmt.Fprintf(&calls, "{Name: %q, Run: %s.Run%s},\n", p.name, pkg, p.name)
		}
		fmt.Fprintf(&imports, "%q\n", judge.Module+"/ps/"+pkg)
	}
	return m.file(filepath.Join("main", "main.go"), fmt.Sprintf(mainText, imports.String(), calls.String()))
}

const mainText = `package main

import (
	"log"
	"os"
	"strconv"

	"github.com/lockvet/lockvet/internal/proof/judge"
	%s)

func main() {
	limit, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	width, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if err := judge.Main(os.Stdout, limit, width, []judge.Program{%s}); err != nil {
		log.Fatal(err)
	}
}
`

// importable are the packages that programs use, by name.
var importable = []string{
	"cmp", "context", "errors", "io", "slices", "sort", "strings", "sync",
	"github.com/lockvet/lockvet/internal/proof/rt", "github.com/lockvet/lockvet/nslock",
	"golang.org/x/sync/errgroup",
}

// lib is the path of the second package of programs that are in pkg.
func lib(pkg string) string { return judge.Module + "/ps/" + pkg + "/lib" }

// file returns the name of a file of p, below the folder of its package.
func (p program) file(part int) string {
	if part == 0 {
		return p.name + ".go"
	}
	return filepath.Join("lib", p.name+"_lib.go")
}

// source returns a file of p, which is in a package.
func (p program) source(part int, pkg string) string {
	var b strings.Builder
	name := []string{pkg, "lib"}[part]
	fmt.Fprintf(&b, "package %s\n\nimport (\n", name)
	for _, path := range append(importable, lib(pkg)) {
		if used := regexp.MustCompile(`\b` + path[strings.LastIndexByte(path, '/')+1:] + `\.`); used.MatchString(p.parts[part]) {
			fmt.Fprintf(&b, "%q\n", path)
		}
	}
	fmt.Fprintf(&b, ")\n\n%s", p.parts[part])
	return b.String()
}

// text returns a file of p as it is written, with its lines.
func (p program) text(part int) string {
	source, err := format.Source([]byte(p.source(part, "p")))
	if err != nil {
		return err.Error()
	}
	return string(source)
}

// file writes a Go file, formatted.
func (m *module) file(name, text string) error {
	source, err := format.Source([]byte(text))
	if err != nil {
		return err
	}
	name = filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, source, 0o600)
}

// judge runs the programs and returns the verdicts, in their order. limit is
// how many runs each may take, width how many users there are.
func (m *module) judge(ctx context.Context, limit, width int) ([]judge.Verdict, error) {
	binary := filepath.Join(m.dir, "judge")
	if _, err := m.command(ctx, m.dir, "go", "build", "-o", binary, "./main"); err != nil {
		return nil, err
	}
	out, err := m.command(ctx, m.dir, binary, strconv.Itoa(limit), strconv.Itoa(width))
	if err != nil {
		return nil, err
	}
	var verdicts []judge.Verdict
	return verdicts, json.Unmarshal(out, &verdicts)
}

// lint returns what the linter says of each program.
func (m *module) lint(ctx context.Context) (map[string][]report, error) {
	out, err := m.command(ctx, m.dir, m.lockvet, "-json", "./ps/...")
	var exit *exec.ExitError
	const findings = 3
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != findings) {
		return nil, err
	}
	var answer struct {
		Findings []report `json:"findings"`
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&answer); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	reports := make(map[string][]report)
	for _, r := range answer.Findings {
		name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(r.File), ".go"), "_")
		reports[name] = append(reports[name], r)
	}
	return reports, nil
}
