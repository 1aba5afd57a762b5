package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockvet/lockvet/bench/internal/measure"
)

// A tool is one that is measured.
type tool struct {
	name  string
	build string   // the package of the command
	in    string   // the module with it, from lockvet's top; "" for that itself
	does  string   // for bench/vettool
	flags []string // for the tool, of go vet unless alone is set
	alone bool     // it is no vettool, but loads packages by itself
}

var tools = []tool{
	{name: "nothing", build: "./bench/vettool", does: "nothing"},
	{name: "ssa", build: "./bench/vettool", does: "ssa"},
	{name: "ssa-lockvet", build: "./bench/vettool", does: "ssa-lockvet"},
	{name: "lockvet", build: "./cmd/lockvet"},
	{name: "ssa-infer", build: "./bench/vettool", does: "ssa-infer"},
	{name: "lockvet-infer", build: "./cmd/lockvet", flags: []string{"-lockstate.infer"}},
	{name: "ssa-infer-module", build: "./bench/vettool", does: "ssa-infer-module"},
	{name: "lockvet-infer-module", build: "./cmd/lockvet", flags: []string{"-lockstate.infer", "-lockstate.inferscope=module"}},
	{name: "vet", build: "cmd/vet"},
	{name: "staticcheck", in: "bench/peers", build: "honnef.co/go/tools/cmd/staticcheck", flags: []string{"-fail=none"}, alone: true},
	{name: "nilaway", in: "bench/peers", build: "go.uber.org/nilaway/cmd/nilaway"},
	{name: "checklocks", in: "bench/peers", build: "gvisor.dev/gvisor/tools/checklocks/cmd/checklocks"},
}

// defaultTools needs nothing that is not in the module. The first is what the
// others are compared with; it is there twice, to see what a difference means.
var defaultTools = []string{"nothing", "nothing", "ssa", "ssa-lockvet", "lockvet"}

// against says beside which tool a tool has its budget, other than "nothing".
var against = map[string]string{"lockvet": "ssa-lockvet", "lockvet-infer": "ssa-infer", "lockvet-infer-module": "ssa-infer-module"}

func toolNames() []string {
	var list []string
	for _, t := range tools {
		list = append(list, t.name)
	}
	return list
}

// toolOf returns the tool of a name, an empty one if there is none.
func toolOf(name string) tool {
	i := slices.IndexFunc(tools, func(t tool) bool { return t.name == name })
	if i < 0 {
		return tool{}
	}
	return tools[i]
}

// A bench is one run of the command.
type bench struct {
	options
	root   string // lockvet's top
	temp   string
	salt   int64
	tools  []tool
	stdout io.Writer
	stderr io.Writer
}

func newBench(ctx context.Context, o options, stdout, stderr io.Writer) (*bench, error) {
	b := &bench{options: o, stdout: stdout, stderr: stderr, salt: time.Now().UnixNano()}
	for _, name := range o.names {
		t := toolOf(name)
		if t.name == "" {
			return nil, fmt.Errorf("-tools: no %q; there are %s", name, strings.Join(toolNames(), ", "))
		}
		b.tools = append(b.tools, t)
	}
	if len(b.tools) == 0 {
		return nil, errors.New("-tools: none")
	}
	_, out, err := measure.Command{Args: []string{"go", "list", "-f", "{{.Dir}}", "-m", "github.com/lockvet/lockvet"}}.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("bench is to be run in a checkout of lockvet: %w", err)
	}
	b.root = strings.TrimSpace(string(out))
	if b.dir == "" {
		b.dir = filepath.Join(b.root, "testdata", "src")
	}
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return nil, err
	}
	b.temp, err = os.MkdirTemp("", "lockvet-bench-")
	return b, err
}

func (b *bench) close() {
	if err := os.RemoveAll(b.temp); err != nil {
		fmt.Fprintf(b.stderr, "bench: %v\n", err)
	}
}

// say tells the person who waits what is going on.
func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.stderr, format+"\n", args...) }

// link builds a tool anew, with bytes that no tool had before: the go command
// keeps results by the bytes of the tool that made them.
func (b *bench) link(ctx context.Context, t tool) (string, error) {
	b.salt++
	bin := filepath.Join(b.temp, t.name+"-"+strconv.FormatInt(b.salt, 36))
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	flags := "-ldflags=-X main.salt=" + strconv.FormatInt(b.salt, 36)
	if t.does != "" {
		flags += " -X main.does=" + t.does
	}
	_, _, err := measure.Command{
		Dir:  filepath.Join(b.root, filepath.FromSlash(t.in)),
		Args: []string{"go", "build", "-buildvcs=false", flags, "-o", bin, t.build},
	}.Run(ctx)
	return bin, err
}
