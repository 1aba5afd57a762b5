// Command vettool is a tool for go vet that reports nothing, to measure others
// against. What it does is settled when it is linked:
//
//	go build -ldflags="-X main.does=ssa -X main.salt=1" ./bench/vettool
package main

import (
	"fmt"
	"os"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// does is one of
//
//   - nothing: parse and type-check, as any tool must;
//   - ssa: build SSA, too, as any analyzer has it done that needs buildssa. That
//     one needs to know which functions return, and so the SSA of every
//     dependency is built;
//   - ssa-lockvet: build SSA only of the packages that lockvet does not leave at
//     once: those with a directive, or with an import that is not left;
//   - ssa-infer: the same for lockvet -infer, which also stays in packages that
//     import sync;
//   - ssa-infer-module: the same for lockvet -infer=module, which does so in the
//     main module.
var does = "nothing"

func main() {
	a := &analysis.Analyzer{
		Name: "bench",
		Doc:  "do next to nothing\n\nIt is what others are measured against.",
		Run:  func(*analysis.Pass) (any, error) { return nil, nil },
	}
	switch does {
	case "nothing":
	case "ssa":
		a.Requires = []*analysis.Analyzer{buildssa.Analyzer}
	case "ssa-lockvet", "ssa-infer", "ssa-infer-module":
		a.FactTypes = []analysis.Fact{new(stays)}
		a.Run = func(pass *analysis.Pass) (any, error) {
			buildNeeded(pass, does == "ssa-infer" || does == "ssa-infer-module" && inMain(pass))
			return nil, nil
		}
	default:
		fmt.Fprintf(os.Stderr, "vettool: linked to do %q, which is not known\n", does)
		os.Exit(2)
	}
	unitchecker.Main(a)
}
