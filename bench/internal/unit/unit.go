// Package unit runs a vettool on single packages, one process each, in the way
// in which the go command does it. It leaves out the go command itself and its
// cache: what is measured is the analysis of that package and nothing else.
package unit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/bench/internal/measure"
)

// A Package is one that can be analysed.
type Package struct {
	Path    string
	Dir     string
	Files   []string // absolute
	Imports []string // paths
	Module  string   // the path of the main module if it is of that, else ""
}

// List returns packages and all that they need, each after what it needs, as
// the go command in dir knows them.
func List(ctx context.Context, dir string, patterns ...string) ([]Package, error) {
	args := append([]string{"go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,Imports,ImportMap", "--"}, patterns...)
	_, out, err := measure.Command{Dir: dir, Env: []string{"CGO_ENABLED=0"}, Args: args}.Run(ctx)
	if err != nil {
		return nil, err
	}
	var list []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir  string
			GoFiles, Imports []string
			ImportMap        map[string]string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		if len(p.ImportMap) > 0 {
			return nil, fmt.Errorf("%s has imports under other names, which is not provided for", p.ImportPath)
		}
		if p.ImportPath == "unsafe" {
			continue // the compiler knows it
		}
		for i, file := range p.GoFiles {
			p.GoFiles[i] = filepath.Join(p.Dir, file)
		}
		list = append(list, Package{Path: p.ImportPath, Dir: p.Dir, Files: p.GoFiles, Imports: p.Imports})
	}
}

// A Runner runs one tool.
type Runner struct {
	tool  []string          // with its flags
	dir   string            // for what is handed from package to package
	facts map[string]string // files, by the path of the package
	next  int
}

// NewRunner returns a Runner for a tool and its flags, which writes into dir.
func NewRunner(dir string, tool ...string) *Runner {
	return &Runner{tool: tool, dir: dir, facts: map[string]string{}}
}

// Clone returns a Runner that begins with what r has seen.
func (r *Runner) Clone(dir string) *Runner {
	c := NewRunner(dir, r.tool...)
	maps.Copy(c.facts, r.facts)
	return c
}

// A Result is what the tool did with a package.
type Result struct {
	measure.Usage
	Facts       int // bytes of them for its importers
	Diagnostics []Diagnostic
}

// A Diagnostic is one report.
type Diagnostic struct {
	Line     int
	Category string
	Message  string
}

// config is what the go command tells a vettool of a package; the rest of it is
// not read by golang.org/x/tools.
type config struct {
	ID, Compiler, Dir, ImportPath, ModulePath, GoVersion string
	GoFiles                                              []string
	ImportMap, PackageVetx                               map[string]string
	VetxOnly                                             bool
	VetxOutput                                           string
}

// Run analyses a package. The packages that it imports must have been
// analysed. With factsOnly nothing is reported, as in packages of others.
func (r *Runner) Run(ctx context.Context, p Package, factsOnly bool) (Result, error) {
	r.next++
	base := filepath.Join(r.dir, strconv.Itoa(r.next))
	cfg := config{
		ID: p.Path, Compiler: "gc", Dir: p.Dir, ImportPath: p.Path, ModulePath: p.Module, GoVersion: "go1.26", GoFiles: p.Files,
		ImportMap: map[string]string{}, PackageVetx: map[string]string{},
		VetxOnly: factsOnly, VetxOutput: base + ".vetx",
	}
	for _, path := range p.Imports {
		cfg.ImportMap[path] = path
		if file, ok := r.facts[path]; ok {
			cfg.PackageVetx[path] = file
		} else if path != "unsafe" {
			return Result{}, fmt.Errorf("%s imports %s, which has not been analysed", p.Path, path)
		}
	}
	data, err := json.Marshal(cfg)
	if err != nil {
		return Result{}, err
	}
	if err := os.WriteFile(base+".cfg", data, 0o644); err != nil {
		return Result{}, err
	}
	args := slices.Concat(r.tool, []string{"-json", base + ".cfg"})
	usage, out, err := measure.Command{Dir: p.Dir, Args: args}.Run(ctx)
	if err != nil {
		return Result{Usage: usage}, err
	}
	r.facts[p.Path] = cfg.VetxOutput
	res := Result{Usage: usage}
	if res.Facts, err = factBytes(cfg.VetxOutput); err != nil {
		return res, err
	}
	if !factsOnly {
		res.Diagnostics, err = diagnostics(out)
	}
	return res, err
}

// factBytes reads how many bytes of facts a tool has left for importers. Before
// them lie the types, with the lengths of both in front.
func factBytes(file string) (int, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	if len(data) < 12 || string(data[:4]) != "vetx" {
		return 0, fmt.Errorf("%s: not a file of facts as golang.org/x/tools 0.52 writes them", file)
	}
	return int(binary.LittleEndian.Uint32(data[8:12])), nil
}

// diagnostics reads what a tool has printed. An analyzer that failed is an error.
func diagnostics(out []byte) ([]Diagnostic, error) {
	var byPackage map[string]map[string]json.RawMessage
	if err := json.Unmarshal(out, &byPackage); err != nil {
		return nil, fmt.Errorf("the tool's output: %w", err)
	}
	var list []Diagnostic
	for _, byAnalyzer := range byPackage {
		for name, data := range byAnalyzer {
			var entries []struct{ Category, Posn, Message string }
			if err := json.Unmarshal(data, &entries); err != nil {
				return nil, fmt.Errorf("analyzer %s: %s", name, data)
			}
			for _, e := range entries {
				list = append(list, Diagnostic{Line: lineOf(e.Posn), Category: e.Category, Message: e.Message})
			}
		}
	}
	slices.SortFunc(list, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.Category, b.Category), strings.Compare(a.Message, b.Message))
	})
	return list, nil
}

// lineOf returns the line of a position, "file:line:column".
func lineOf(posn string) int {
	parts := strings.Split(posn, ":")
	if len(parts) < 3 {
		return 0
	}
	line, err := strconv.Atoi(parts[len(parts)-2])
	if err != nil {
		return 0
	}
	return line
}
