package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/lockvet/lockvet/bench/internal/gen"
	"github.com/lockvet/lockvet/bench/internal/measure"
	"github.com/lockvet/lockvet/bench/internal/unit"
)

// growth measures how the cost of lockvet grows with programs of each shape.
func (b *bench) growth(ctx context.Context) error {
	runners, err := b.runners(ctx)
	if err != nil {
		return err
	}
	t := &measure.Table{
		Title: "growth with the program, by shape",
		Head: []string{"shape", "functions", "CPU s", "by doubling", "peak MB", "by doubling", "CPU to SSA", "peak to SSA",
			"fact bytes", "by doubling", "in the last package", "report"},
	}
	for _, shape := range gen.Shapes() {
		if len(b.shapes) > 0 && !slices.Contains(b.shapes, shape.Name) {
			continue
		}
		var before *cost
		for _, n := range b.sizes {
			b.say("growth: %s of %d", shape.Name, n)
			c, err := b.grow(ctx, shape, n, runners)
			if over(ctx, err) { // and so will be larger ones
				t.Add(shape.Name, strconv.Itoa(n), "over "+b.limit.String())
				break
			}
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, c.row(shape.Name, before))
			before = c
		}
	}
	return t.Print(b.stdout)
}

// growthTools are compared in growth: the second is what the first, lockvet, has
// its budget beside.
var growthTools = []string{"lockvet", "ssa-lockvet"}

// runners returns a runner for each of growthTools, which has seen sync and all
// that it needs.
func (b *bench) runners(ctx context.Context) ([]*unit.Runner, error) {
	std, err := unit.List(ctx, b.root, "sync")
	if err != nil {
		return nil, err
	}
	var list []*unit.Runner
	for _, name := range growthTools {
		i := slices.IndexFunc(tools, func(t tool) bool { return t.name == name })
		bin, err := b.link(ctx, tools[i])
		if err != nil {
			return nil, err
		}
		dir := filepath.Join(b.temp, "std-"+name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
		r := unit.NewRunner(dir, append([]string{bin}, tools[i].flags...)...)
		for _, p := range std {
			if _, err := r.Run(ctx, p, true); err != nil {
				return nil, err
			}
		}
		list = append(list, r)
	}
	return list, nil
}

// A cost is what the analysis of one program has cost.
type cost struct {
	gen.Program
	size         int // that was asked for
	lockvet, ssa []measure.Usage
	facts        int // bytes, of all packages
	last         int // of the last package but one: that has functions to be called
	report       string
}

// grow measures one program.
func (b *bench) grow(ctx context.Context, shape gen.Shape, n int, runners []*unit.Runner) (*cost, error) {
	dir, err := os.MkdirTemp(b.temp, shape.Name+"-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	source, facts := filepath.Join(dir, "source"), filepath.Join(dir, "facts")
	for _, d := range []string{source, facts} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return nil, err
		}
	}
	program, err := shape.Write(source, n)
	if err != nil {
		return nil, err
	}
	c := &cost{Program: program, size: n}
	for range b.runs {
		if err := b.analyse(ctx, c, runners[0].Clone(facts), &c.lockvet); err != nil {
			return nil, err
		}
		if err := b.analyse(ctx, c, runners[1].Clone(facts), &c.ssa); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// analyse runs a tool on the packages of a program, and adds what that costs to
// list. Of lockvet it keeps what came of it, too.
func (b *bench) analyse(ctx context.Context, c *cost, r *unit.Runner, list *[]measure.Usage) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	var total measure.Usage
	var facts, last int
	var found []unit.Diagnostic
	for _, p := range c.Packages {
		res, err := r.Run(ctx, unit.Package{Path: p.Path, Dir: p.Dir, Files: []string{p.File}, Imports: p.Imports}, false)
		if err != nil {
			return err
		}
		total = total.Add(res.Usage)
		facts += res.Facts
		if p.Path != c.Want.Package || len(c.Packages) == 1 {
			last = res.Facts
		}
		if p.Path == c.Want.Package {
			found = res.Diagnostics
		} else if len(res.Diagnostics) > 0 {
			return fmt.Errorf("%s:%d: not expected: %s", p.File, res.Diagnostics[0].Line, res.Diagnostics[0].Message)
		}
	}
	*list = append(*list, total)
	if list == &c.lockvet {
		c.facts, c.last, c.report = facts, last, outcome(c.Want, found)
	}
	return nil
}

// outcome says in a word what became of the one report that a program
// deserves.
func outcome(want gen.Want, found []unit.Diagnostic) string {
	var right, incomplete int
	for _, d := range found {
		switch {
		case d.Category == want.Category && d.Line == want.Line:
			right++
		case d.Category == "incomplete":
			incomplete++
		}
	}
	others := len(found) - right - incomplete
	switch {
	case right == 1 && others == 0:
		return "found"
	case others > 0:
		return fmt.Sprintf("%d others", others)
	case incomplete > 0:
		return "given up, said so"
	}
	return "MISSED"
}

// row is a line of the table; before is the program of the size before.
func (c *cost) row(shape string, before *cost) []string {
	row := []string{shape, strconv.Itoa(c.Functions)}
	cpu, peak := measure.SpreadOf(measure.CPU, c.lockvet).Median, measure.SpreadOf(measure.Peak, c.lockvet).Median
	byCPU, byPeak, byFacts := "-", "-", "-"
	if before != nil {
		by := func(from, to float64) string {
			return text(measure.PerDoubling(before.size, c.size, from, to), 2)
		}
		byCPU = by(measure.SpreadOf(measure.CPU, before.lockvet).Median, cpu)
		byPeak = by(measure.SpreadOf(measure.Peak, before.lockvet).Median, peak)
		byFacts = by(float64(before.facts), float64(c.facts))
	}
	return append(row, text(cpu, 2), byCPU, text(peak, 0), byPeak,
		text(measure.Ratio(measure.CPU, c.lockvet, c.ssa).Median, 2),
		text(measure.Ratio(measure.Peak, c.lockvet, c.ssa).Median, 2),
		strconv.Itoa(c.facts), byFacts, strconv.Itoa(c.last), c.report)
}
