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
	contests, err := b.contests(ctx)
	if err != nil {
		return err
	}
	t := &measure.Table{
		Title: "growth with the program, by shape",
		Head: []string{"shape", "tool", "size", "CPU s", "by doubling", "peak MB", "by doubling", "CPU to SSA", "peak to SSA",
			"fact bytes", "by doubling", "in the last package", "report"},
	}
	for _, shape := range gen.Shapes() {
		if len(b.shapes) > 0 && !slices.Contains(b.shapes, shape.Name) {
			continue
		}
		for _, co := range contests {
			var before *cost
			for _, n := range b.sizes {
				b.say("growth: %s by %s, %d", shape.Name, co.name, n)
				c, err := b.grow(ctx, shape, n, co)
				if over(ctx, err) { // and so will be larger ones
					t.Add(shape.Name, co.name, strconv.Itoa(n), "over "+b.limit.String())
					break
				}
				if err != nil {
					return err
				}
				t.Add(append([]string{shape.Name, co.name}, c.row(before)...)...)
				before = c
			}
		}
	}
	return t.Print(b.stdout)
}

// A contest is between lockvet in one of its forms and what its budget is
// measured by. Both have seen package sync, and all that it needs.
type contest struct {
	name         string
	lockvet, ssa *unit.Runner
}

// contests returns those that b.tools ask for, out of against.
func (b *bench) contests(ctx context.Context) ([]contest, error) {
	std, err := unit.List(ctx, b.root, "sync")
	if err != nil {
		return nil, err
	}
	var list []contest
	for _, t := range b.tools {
		beside, ok := against[t.name]
		if !ok {
			continue
		}
		c := contest{name: t.name}
		if c.lockvet, err = b.runner(ctx, t, std); err != nil {
			return nil, err
		}
		if c.ssa, err = b.runner(ctx, toolOf(beside), std); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func (b *bench) runner(ctx context.Context, t tool, seen []unit.Package) (*unit.Runner, error) {
	bin, err := b.link(ctx, t)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.temp, "facts-")
	if err != nil {
		return nil, err
	}
	r := unit.NewRunner(dir, append([]string{bin}, t.flags...)...)
	for _, p := range seen {
		if _, err := r.Run(ctx, p, true); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// A cost is what the analysis of one program has cost.
type cost struct {
	gen.Program
	size         int // that was asked for
	lockvet, ssa []measure.Usage
	facts        int // bytes, of all packages
	last         int // of the last package but one: that has functions to be called
	found        []unit.Diagnostic
}

// grow measures one program.
func (b *bench) grow(ctx context.Context, shape gen.Shape, n int, co contest) (*cost, error) {
	dir, err := os.MkdirTemp(b.temp, shape.Name+"-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
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
		if err := b.analyse(ctx, c, co.lockvet.Clone(facts), &c.lockvet); err != nil {
			return nil, err
		}
		if err := b.analyse(ctx, c, co.ssa.Clone(facts), &c.ssa); err != nil {
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
		res, err := r.Run(ctx, unit.Package{Path: p.Path, Dir: p.Dir, Files: []string{p.File}, Imports: p.Imports, Module: gen.Module}, false)
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
		c.facts, c.last, c.found = facts, last, found
	}
	return nil
}

// outcome says in a word what became of the one report that the program
// deserves.
func (c *cost) outcome() string {
	var right, incomplete int
	for _, d := range c.found {
		switch {
		case d.Category == c.Want.Category && d.Line == c.Want.Line:
			right++
		case d.Category == "incomplete":
			incomplete++
		}
	}
	others := len(c.found) - right - incomplete
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
func (c *cost) row(before *cost) []string {
	row := []string{strconv.Itoa(c.size)}
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
		strconv.Itoa(c.facts), byFacts, strconv.Itoa(c.last), c.outcome())
}
