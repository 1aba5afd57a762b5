package main

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/bench/internal/gen"
)

// ceilings is how many kilobytes the core may allocate for each of 1000
// functions of a shape, half as much again as it did when the figure was
// written. They are documented here and printed beside the figure, not asserted;
// a change that goes through one needs a reason. Bytes tell more of a change
// than times do, which are different in every run.
var ceilings = map[string]float64{
	"chain": 39, "fan": 34, "diamond": 26, "recursion": 88, "interface": 67, "table": 33, "callbacks": 54,
	"branches": 25, "classes": 320, "held": 186, "fields": 50, "paired": 1350, "row": 36,
}

// BenchmarkShapes analyses 1000 functions of each shape, in this process:
//
//	go test -bench=Shapes/chain -cpuprofile=cpu.out ./bench
func BenchmarkShapes(b *testing.B) {
	const functions = 1000
	for _, shape := range gen.Shapes() {
		b.Run(shape.Name, func(b *testing.B) {
			dir := b.TempDir()
			_, err := shape.Write(dir, functions)
			require.NoError(b, err)
			pkgs, err := packages.Load(&packages.Config{Dir: dir, Mode: packages.LoadAllSyntax}, "./...")
			require.NoError(b, err)
			analyse := func(a *analysis.Analyzer) {
				graph, err := checker.Analyze([]*analysis.Analyzer{a}, pkgs, nil)
				require.NoError(b, err)
				for _, root := range graph.Roots {
					require.NoError(b, root.Err)
				}
			}
			const runs = 5
			start := time.Now()
			for range runs {
				analyse(onlySSA)
			}
			building := time.Since(start) / runs
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				analyse(analyzer.Analyzer)
			}
			runtime.ReadMemStats(&after)
			kilobytes := float64(after.TotalAlloc-before.TotalAlloc) / 1024 / functions
			b.ReportMetric(kilobytes/float64(b.N), "KB/function")
			b.ReportMetric(ceilings[shape.Name], "KB/function-ceiling")
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(building), "x-SSA")
		})
	}
}

// onlySSA builds the SSA of a package, as the core does.
var onlySSA = &analysis.Analyzer{
	Name: "onlyssa",
	Doc:  "build SSA",
	Run: func(pass *analysis.Pass) (any, error) {
		prog := ssa.NewProgram(pass.Fset, ssa.BuilderMode(0))
		for _, p := range pass.Pkg.Imports() {
			prog.CreatePackage(p, nil, nil, true)
		}
		prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false).Build()
		return nil, nil
	},
}
