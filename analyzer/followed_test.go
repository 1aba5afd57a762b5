package analyzer

import (
	"cmp"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// TestFollowed compares what docs/how-it-works.md shows of the lock that it
// follows with the program, and with what the analysis makes of it.
func TestFollowed(t *testing.T) {
	seen := follow(t, "./followed/transfer")
	shown := seen["transfer"].show(t, "Move") // SSA, states and record
	for _, at := range [][2]string{{"ledger", "Book"}, {"ledger", "With"}, {"ledger", "Branch.Check"}, {"ledger", "Open"}, {"ledger", "Session.Close"}} {
		shown = append(shown, seen[at[0]].summary(t, at[0], at[1]))
	}
	shown = append(shown, seen["ledger"].duties()...)
	page, err := os.ReadFile(filepath.Join("..", "docs", "how-it-works.md"))
	require.NoError(t, err)
	for _, text := range shown {
		want := "```text\n" + text + "```\n"
		if !strings.Contains(string(page), want) {
			assert.Fail(t, "docs/how-it-works.md does not show", want)
		}
	}
	sources := ""
	for _, name := range []string{"vault", "ledger", "transfer"} {
		data, err := os.ReadFile(filepath.Join("..", "testdata", "src", "followed", name, name+".go"))
		require.NoError(t, err)
		sources += regexp.MustCompile(" // want .*").ReplaceAllString(string(data), "")
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```\n").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	for _, b := range blocks {
		if !strings.Contains(sources, b[1]) {
			assert.Fail(t, "docs/how-it-works.md shows source that is not in testdata/src/followed", b[1])
		}
	}
}

// A follower is what the analysis of one package has left behind.
type follower struct {
	unit *unit
	res  *Result
	fact *Fact
}

// follow analyses a package and those it imports; by package name.
func follow(t *testing.T, pattern string) map[string]follower {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "testdata", "src"))
	require.NoError(t, err)
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: dir}, pattern)
	require.NoError(t, err)
	require.Zero(t, packages.PrintErrors(pkgs))
	seen := map[string]follower{}
	spy := &analysis.Analyzer{Name: "spy", Doc: "follow a lock", FactTypes: Analyzer.FactTypes, ResultType: Analyzer.ResultType}
	spy.Run = func(pass *analysis.Pass) (any, error) {
		im := readImports(pass)
		dirs, _ := collect(pass, im.model)
		a := newUnit(&settings, pass, dirs.Merged, im)
		a.keepStates = true
		if im.any || !dirs.Merged.Empty() {
			a.work()
		}
		res, err := run(pass)
		fact := &Fact{}
		pass.ImportPackageFact(pass.Pkg, fact)
		seen[pass.Pkg.Name()] = follower{a, res.(*Result), fact}
		return res, err
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{spy}, pkgs, &checker.Options{Sequential: true})
	require.NoError(t, err)
	for action := range graph.All() {
		require.NoError(t, action.Err)
	}
	return seen
}

// show writes the SSA of a function, with the states in which its blocks are
// entered, and the record of its acquisitions.
func (f follower) show(t *testing.T, name string) []string {
	t.Helper()
	i := slices.IndexFunc(f.unit.funcs, func(fn *ssa.Function) bool { return fn.Name() == name })
	require.GreaterOrEqual(t, i, 0, "no function %s", name)
	fn := f.unit.funcs[i]
	x := f.unit.execs[fn]
	require.NotNil(t, x, "%s was not run", name)
	var b strings.Builder
	for _, block := range fn.Blocks {
		fmt.Fprintf(&b, "%d: %s\n", block.Index, block.Comment)
		for _, k := range sortedKeys(x.in[block.Index]) {
			b.WriteString(showState(x.in[block.Index][k]))
		}
		for _, instr := range block.Instrs {
			text := instr.String()
			if v, ok := instr.(ssa.Value); ok {
				text = v.Name() + " = " + text
			}
			fmt.Fprintf(&b, "      %s\n", local(text))
		}
	}
	shown := []string{b.String()}
	for _, q := range f.res.Acquires {
		if q.Func == name && len(q.Pairs) > 0 {
			shown = append(shown, f.acquire(q))
		}
	}
	return shown
}

// local leaves out the path of the packages.
func local(text string) string { return strings.ReplaceAll(text, "fixtures/followed/", "") }

func showState(s *state) string {
	var parts []string
	for _, l := range s.held {
		parts = append(parts, fmt.Sprintf("%s, %s, key %s, guard %s", l.Class, l.Mode, l.Key, l.Guard))
	}
	held := cmp.Or(strings.Join(parts, "; "), "nothing")
	parts = nil
	for _, f := range s.facts {
		parts = append(parts, fmt.Sprintf("%s is %t", f.Cond, f.True))
	}
	text := "   [held: " + held
	if len(parts) > 0 {
		text += "\n    known: " + strings.Join(parts, "; ")
	}
	return text + "]\n"
}

// acquire writes the record of an acquisition.
func (f follower) acquire(q Acquire) string {
	var b strings.Builder
	at := func(pos token.Pos) string {
		p := f.unit.pass.Fset.Position(pos)
		return fmt.Sprintf("%d:%d", p.Line, p.Column)
	}
	fmt.Fprintf(&b, "Acquire at %s, in %s: %s\n", at(q.Pos), q.Func, q.Name)
	for _, p := range q.Pairs {
		relation := [...]string{"Same", "After", "Unordered", "ByOther", "Before", "Turn"}[p.Relation]
		fmt.Fprintf(&b, "  Pair\n    Held     %s, %s, key %s, At %s\n    Want     %s, %s\n", p.Held.Class, p.Held.Mode, p.Held.Key, at(p.At.Pos), p.Want.Class, p.Want.Mode)
		for _, h := range p.Chain {
			fmt.Fprintf(&b, "    Chain    %s at %s\n", h.Name, h.Pos)
		}
		fmt.Fprintf(&b, "    Relation %s\n", relation)
	}
	return b.String()
}

// duties writes the obligations of a fact.
func (f follower) duties() []string {
	var out []string
	for _, d := range f.fact.Duties {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\n  call %s at %s, by %s\n", local(d.Target), d.Call.Name, d.Call.Pos, d.Caller)
		for _, l := range d.Held {
			fmt.Fprintf(&b, "  held %s, %s, taken at %s\n", l.Class, lockmodel.Mode(l.Mode), l.Pos)
		}
		out = append(out, b.String())
	}
	return out
}

// summary writes the summary of a function in a fact.
func (f follower) summary(t *testing.T, pkg, name string) string {
	t.Helper()
	full := pkg + "." + name
	recv, method, ok := strings.Cut(name, ".")
	if ok {
		full = "(*" + pkg + "." + recv + ")." + method
	}
	i := slices.IndexFunc(f.fact.Summaries, func(s FuncFact) bool { return local(s.Key) == full })
	require.GreaterOrEqual(t, i, 0, "no summary of %s", full)
	r := &reader{b: f.fact.Summaries[i].Data, a: &unit{t: lockset.NewTable(), modes: map[*lockset.Value]map[string]lockmodel.Mode{}}}
	s := r.summary()
	require.NoError(t, r.err)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", full)
	for _, e := range s.events {
		b.WriteString(showEvent(e))
		for h := e.chain; h != nil; h = h.next {
			fmt.Fprintf(&b, "    by %s at %s\n", h.name, h.pos)
		}
	}
	for _, x := range s.exits {
		fmt.Fprintf(&b, "  exit %s%s\n", x.results, conditions(x.guard))
		for _, l := range x.held {
			fmt.Fprintf(&b, "    held %s, %s, key %s, by %s\n", l.Class, l.Mode, l.Key, l.Guard)
		}
		for _, g := range x.freed {
			fmt.Fprintf(&b, "    given up %s, by %s\n", g.class, g.guard)
		}
	}
	return b.String()
}

func showEvent(e *event) string {
	if e.kind != evCall {
		kind := [...]string{evAcquire: "acquire", evRequire: "require", evRelease: "release"}[e.kind]
		return fmt.Sprintf("  %s %s, %s, key %s%s\n", kind, e.class, e.mode, e.key, conditions(e.guard))
	}
	what := e.fn.String()
	if e.method != "" {
		what += "." + e.method
	}
	text := fmt.Sprintf("  call %s%s\n", what, conditions(e.guard))
	for i, l := range e.held {
		text += fmt.Sprintf("    held %s, %s, key %s, taken at %s\n", l.Class, l.Mode, l.Key, e.heldAt[i].pos)
	}
	return text
}

func conditions(facts lockset.Facts) string {
	var b strings.Builder
	for _, f := range facts {
		fmt.Fprintf(&b, ", if %s is %t", f.Cond, f.True)
	}
	return b.String()
}
