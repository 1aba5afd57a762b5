package cli

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
)

// fakeSuite returns analyzers that report what comments tell them to, so that
// the command can be tested without knowing what the real ones find:
//
//	//fake:CATEGORY MESSAGE       a finding at the comment
//	//fake:held TEXT              a place related to every finding of the file
//	//fake:inferred MESSAGE       a finding of -infer, or of -infer=module as "module: MESSAGE"
//	//fake:fixable MESSAGE        a finding whose fix is to take the comment away
//	//fake:stats, edge, incomplete  what the core says besides findings
//	//fake:hang                   the analysis does not end; its process is named in a file
func fakeSuite() []*analysis.Analyzer {
	core := &analysis.Analyzer{Name: "lockstate", Doc: "lockstate: follows locks\n\nIt reports nothing."}
	infer := core.Flags.Bool("infer", false, "make every mutex a class")
	scope := core.Flags.String("inferscope", "all", "what to infer in")
	stats := core.Flags.Bool("stats", false, "report figures")
	edges := core.Flags.Bool("edges", false, "report edges")
	core.Flags.String("asked", "", "what the run is about")
	core.Run = func(pass *analysis.Pass) (any, error) {
		for _, file := range pass.Files {
			for _, c := range fakes(file) {
				report := func(category, message string) {
					pass.Report(analysis.Diagnostic{Pos: c.pos, End: c.end, Category: category, Message: message})
				}
				switch {
				case c.verb == "hang":
					hang(filepath.Join(filepath.Dir(pass.Fset.Position(c.pos).Filename), "hanging"))
				case c.verb == "stats" && *stats, c.verb == "edge" && *edges, c.verb == "incomplete":
					report(c.verb, c.text)
				case c.verb == "inferred" && *infer:
					if *scope == "module" {
						c.text = "module: " + c.text
					}
					report("order", c.text)
				}
			}
		}
		return nil, nil
	}
	check := &analysis.Analyzer{
		Name: "inversion",
		Doc: `inversion: report locks taken in the wrong order

The order is declared.

# Category order

A lock is taken that should have been taken before another. It can deadlock.

	a.Lock()

Take it first.

# Category ns-under-mailbox

A namespace lock is taken under a mailbox.

# Limits

None.`,
		Requires: []*analysis.Analyzer{core},
		Run:      runFake,
	}
	return []*analysis.Analyzer{core, check}
}

// hang writes the number of its process to a file and stays for longer than a
// test may take.
func hang(file string) {
	if err := os.WriteFile(file+".new", []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		panic(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		panic(err)
	}
	time.Sleep(time.Hour)
}

func runFake(pass *analysis.Pass) (any, error) {
	for _, file := range pass.Files {
		var held []analysis.RelatedInformation
		list := fakes(file)
		for _, c := range list {
			if c.verb == "held" {
				held = append(held, analysis.RelatedInformation{Pos: c.pos, End: c.end, Message: c.text})
			}
		}
		for _, c := range list {
			switch c.verb {
			case "held", "stats", "edge", "incomplete", "inferred", "hang":
				continue
			}
			d := analysis.Diagnostic{Pos: c.pos, End: c.end, Category: c.verb, Message: c.text, Related: held}
			if c.verb == "fixable" {
				d.Category = "order"
				d.SuggestedFixes = []analysis.SuggestedFix{{
					Message:   "take the comment away",
					TextEdits: []analysis.TextEdit{{Pos: c.pos, End: c.end, NewText: []byte("// gone")}},
				}}
			}
			pass.Report(d)
		}
	}
	return nil, nil
}

type fake struct {
	pos, end   token.Pos
	verb, text string
}

func fakes(file *ast.File) []fake {
	var out []fake
	for _, group := range file.Comments {
		for _, c := range group.List {
			if rest, ok := strings.CutPrefix(c.Text, "//fake:"); ok {
				verb, text, _ := strings.Cut(rest, " ")
				if verb == "" {
					panic("internal error: fake without a verb: " + c.Text)
				}
				out = append(out, fake{c.Pos(), c.End(), verb, text})
			}
		}
	}
	return out
}
