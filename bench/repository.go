package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/bench/internal/measure"
)

// A state is what the go command's cache knows when a tool is run.
type state string

const (
	cold   state = "cold: no result of the tool is known; all packages are built"
	warm   state = "warm: nothing has changed since the last run"
	edited state = "edited: one file has a function more than in the last run"
)

var states = []state{cold, warm, edited}

// samples has what each of b.tools has cost in each round.
type samples struct {
	of   map[state][][]measure.Usage
	late []bool // the tools that took longer than b.limit, and are left out since
}

// repository measures the tools on the module in b.dir.
func (b *bench) repository(ctx context.Context) error {
	b.say("building %s", b.dir)
	flags, err := b.flagsFor(ctx)
	if err != nil {
		return err
	}
	if err := b.fill(ctx); err != nil {
		return err
	}
	all := samples{of: map[state][][]measure.Usage{}, late: make([]bool, len(b.tools))}
	for _, s := range states {
		all.of[s] = make([][]measure.Usage, len(b.tools))
	}
	err = b.rounds(ctx, flags, all)
	if err != nil && ctx.Err() == nil {
		return err
	}
	for _, s := range states { // if interrupted, of the rounds so far
		if s == edited && b.edit == "" {
			continue
		}
		if err := b.table(s, all).Print(b.stdout); err != nil {
			return err
		}
	}
	return err
}

// rounds runs all tools in turns.
func (b *bench) rounds(ctx context.Context, flags [][]string, all samples) error {
	for round := range b.runs {
		for k := range b.tools {
			i := (k + round) % len(b.tools) // nobody is always first
			if all.late[i] {
				continue
			}
			b.say("round %d of %d: %s", round+1, b.runs, b.tools[i].name)
			err := b.round(ctx, i, flags[i], all)
			if over(ctx, err) {
				all.late[i] = true
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

// over reports whether err says that a run took longer than b.limit, while there
// is still time for others.
func over(ctx context.Context, err error) bool {
	return errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
}

// flagsFor returns the flags of each tool, as far as they depend on the module.
func (b *bench) flagsFor(ctx context.Context) ([][]string, error) {
	_, out, err := measure.Command{Dir: b.dir, Args: []string{"go", "list", "-m", "-f", "{{.Path}}"}}.Run(ctx)
	if err != nil {
		return nil, err
	}
	modules := strings.Join(strings.Fields(string(out)), ",")
	flags := make([][]string, len(b.tools))
	for i, t := range b.tools {
		flags[i] = t.flags
		if t.name == "nilaway" { // by default it looks into all dependencies, which takes very long
			flags[i] = append(flags[i], "-include-pkgs="+modules)
		}
	}
	return flags, nil
}

// fill has the go command build what it keeps in its cache for every tool.
func (b *bench) fill(ctx context.Context) error {
	nothing := tools[0]
	bin, err := b.link(ctx, nothing)
	if err != nil {
		return err
	}
	_, err = b.vet(ctx, nothing, bin, nil, "")
	return err
}

// round measures one tool in every state. The binary is new, so that the first
// run finds nothing in the cache.
func (b *bench) round(ctx context.Context, i int, flags []string, all samples) error {
	t := b.tools[i]
	bin, err := b.link(ctx, t)
	if err != nil {
		return err
	}
	for _, s := range states {
		overlay := ""
		if s == edited {
			if b.edit == "" || t.alone {
				break
			}
			if overlay, err = b.overlay(); err != nil {
				return err
			}
		}
		limited, cancel := context.WithTimeout(ctx, b.limit)
		usage, err := b.vet(limited, t, bin, flags, overlay)
		cancel()
		if err != nil {
			return err
		}
		all.of[s][i] = append(all.of[s][i], usage)
	}
	return os.Remove(bin)
}

// vet runs a tool on the packages.
func (b *bench) vet(ctx context.Context, t tool, bin string, flags []string, overlay string) (measure.Usage, error) {
	c := measure.Command{Dir: b.dir, Args: append([]string{bin}, flags...)}
	if t.alone {
		c.Env = []string{"STATICCHECK_CACHE=" + bin + ".cache"}
	} else {
		// With -json a tool that finds something succeeds, and the go command
		// keeps its results.
		c.Args = append([]string{"go", "vet", "-vettool=" + bin, "-json"}, flags...)
		if overlay != "" {
			c.Args = append(c.Args, "-overlay="+overlay)
		}
	}
	c.Args = append(c.Args, b.packages...)
	usage, _, err := c.Run(ctx)
	return usage, err
}

// overlay has the go command read one more function at the end of the file
// b.edit, one that was never there before.
func (b *bench) overlay() (string, error) {
	file := b.edit
	if !filepath.IsAbs(file) {
		file = filepath.Join(b.dir, file)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	b.salt++
	name := strconv.FormatInt(b.salt, 10)
	edited := filepath.Join(b.temp, "edited-"+name+".go")
	source = fmt.Appendf(source, "\nfunc lockvetBench%s() int { return %s }\n", name, name)
	if err := os.WriteFile(edited, source, 0o644); err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {file: edited}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(b.temp, "overlay-"+name+".json")
	return overlay, os.WriteFile(overlay, data, 0o644)
}

// table shows one state.
func (b *bench) table(s state, all samples) *measure.Table {
	byTool := all.of[s]
	t := &measure.Table{
		Title: filepath.Base(b.dir) + ", " + string(s),
		Head:  []string{"tool", "runs", "wall s", "CPU s", "peak MB", "CPU to " + b.tools[0].name, "its least", "its greatest", "budget by", "CPU to it", "peak to it"},
	}
	for i, tool := range b.tools {
		switch {
		case all.late[i]:
			t.Add(tool.name, "-", "over "+b.limit.String())
			continue
		case len(byTool[i]) == 0: // not yet, or not in this state
			t.Add(tool.name)
			continue
		}
		row := []string{
			tool.name,
			strconv.Itoa(len(byTool[i])),
			text(measure.SpreadOf(measure.Wall, byTool[i]).Median, 2),
			text(measure.SpreadOf(measure.CPU, byTool[i]).Median, 2),
			text(measure.SpreadOf(measure.Peak, byTool[i]).Median, 0),
		}
		ratio := measure.Ratio(measure.CPU, byTool[i], byTool[0])
		row = append(row, text(ratio.Median, 2), text(ratio.Least, 2), text(ratio.Greatest, 2))
		if j := b.indexOf(against[tool.name]); j >= 0 {
			row = append(row, b.tools[j].name,
				text(measure.Ratio(measure.CPU, byTool[i], byTool[j]).Median, 2),
				text(measure.Ratio(measure.Peak, byTool[i], byTool[j]).Median, 2))
		} else {
			row = append(row, "-", "-", "-")
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (b *bench) indexOf(name string) int {
	for i, t := range b.tools {
		if t.name == name {
			return i
		}
	}
	return -1
}

// text renders a figure, one that nobody has as a dash.
func text(v float64, digits int) string {
	if v == 0 {
		return "-"
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}
