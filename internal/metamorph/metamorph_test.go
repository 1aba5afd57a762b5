package metamorph_test

import (
	"go/ast"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet"
	"github.com/lockvet/lockvet/internal/lab"
	"github.com/lockvet/lockvet/internal/metamorph"
)

// known are differences that have a reason, which docs/limits.md states.
var known = map[string][]string{
	"rename what is not exported": {"fixtures/infer/shapes unordered Up"},
	"call methods by way of an interface": {
		// What gives a lock up by way of an interface, or of a closure, may panic before.
		"fixtures/lockleak/exits leak PanicNowhere",
		// A condition, or a mutex in a local variable, that is reached through an interface.
		"fixtures/infer/conds cycle", "fixtures/inversion/declared order WaitWrong", "fixtures/lockleak/handed leak Generic",
		"fixtures/infer/captured relock AfterLost", "fixtures/infer/captured relock SortedKept", "fixtures/infer/captured relock Taken",
		"fixtures/infer/captured relock Twice", "fixtures/infer/iterators relock Locked",
		// What is put into a list by way of an interface is called by nobody who is known.
		"fixtures/inversion/ifaces/listens ns-under-mailbox New", "fixtures/inversion/ifaces/wires ns-under-mailbox Add",
		"fixtures/inversion/observers/watch order Added", "fixtures/inversion/observers/watch order Kept",
		"fixtures/inversion/observers/watch order KeptDeeper", "fixtures/infer/observers/called cycle",
		// What another value is compared by.
		"fixtures/nsorder/loops sort-key Delegated", "fixtures/nsorder/loops sort-key Getter",
	},
	"extract the body of a function": {
		// A wrapper that returns what it may return is taken for a guard's owner.
		"fixtures/lockleak/wrappers leak Borrow", "fixtures/lockleak/wrappers leak BorrowLost",
		// What is written, or compared, lies one call further away than is looked.
		"fixtures/inversion/keys ns-under-mailbox StoreDeeper",
		"fixtures/nsorder/sortkey sort-key InterfaceByUser", "fixtures/nsorder/proofs loop-unsorted SortedThere",
		"fixtures/infer/locals relock Passed", "fixtures/nsheld/guards not-held FieldGivenReleased",
		"fixtures/nsorder/loops loop-unsorted GivenIteratorKept", "fixtures/nsorder/loops users-unordered GivesIterators",
		"fixtures/nsorder/proofs users-unordered ByMethod", "fixtures/nsorder/proofs users-unordered ByPointers",
		"fixtures/inversion/options ns-under-mailbox expunge", "fixtures/inversion/options/app ns-under-mailbox Locks",
		// Of what one call lacks, one thing is told.
		"fixtures/nsheld/required not-held TurnsBare",
		// What a goroutine started elsewhere sends on.
		"fixtures/infer/relock relock Run",
	},
	"wrap calls in closures": {
		"fixtures/lockleak/exits leak PanicNowhere",
		// The pointer to a variable of a closure's surroundings, by a type parameter.
		"fixtures/nsorder/pairs users-unordered Pointer", "fixtures/nsorder/pairs users-unordered PointerField",
		"fixtures/nsorder/pairs users-unordered PointerThrough", "fixtures/nsorder/pairs not-held PointerNeedsOther",
		// A release function that a closure has captured.
		"fixtures/inversion/declared leak FuncAsync", "fixtures/inversion/declared leak FuncCalled", "fixtures/inversion/declared order FuncCalled",
		"fixtures/inversion/handoff leak Func", "fixtures/inversion/handoff leak FuncCalled", "fixtures/inversion/handoff ns-under-mailbox FuncCalled",
		"fixtures/inversion/stored leak Captured", "fixtures/inversion/stored ns-under-mailbox Captured",
		"fixtures/nsheld/guards leak Func", "fixtures/nsheld/guards leak FuncCalled", "fixtures/nsheld/guards not-held FuncCalled",
		// A list of functions that a loop calls, and an iterator that stands still,
		// are known where they are made.
		"fixtures/inversion/callbacks ns-under-mailbox Pull", "fixtures/inversion/iterators ns-under-mailbox PulledStop",
		"fixtures/inversion/handoff leak Swept", "fixtures/inversion/handoff ns-under-mailbox Swept", "fixtures/nsheld/within leak Forward",
		// What a closure does to a captured variable, or too many calls away.
		"fixtures/inversion/options ns-under-mailbox expunge", "fixtures/inversion/options/app ns-under-mailbox Locks",
		"fixtures/inversion/keys ns-under-mailbox StoreDeeper",
		"fixtures/nsorder/proofs loop-unsorted RunSorted", "fixtures/inversion/declared order NamedType", "fixtures/inversion/tables ns-under-mailbox init", "fixtures/nsorder/loops loop-unsorted Reversed",
		"fixtures/infer/conds cycle", "fixtures/infer/conds relock Local", "fixtures/infer/conds relock Twice", "fixtures/infer/conds relock Upgrade",
		"fixtures/infer/locals relock Passed", "fixtures/infer/captured relock Sorted", "fixtures/infer/shapes relock All",
		"fixtures/infer/relock relock Run", "fixtures/inversion/tables/meet ns-under-mailbox ",
		"fixtures/inversion/tables ns-under-mailbox TalkAnyState", "fixtures/nsorder/loops loop-unsorted ReversedType",
		"fixtures/nsorder/proofs users-unordered ByMethod", "fixtures/nsorder/proofs users-unordered ByPointers",
		"fixtures/nsorder/proofs users-unordered ExchangeElements",
		// What a closure puts into a list is called by nobody who is known.
		"fixtures/inversion/ifaces/listens ns-under-mailbox New", "fixtures/inversion/ifaces/wires ns-under-mailbox Add",
		"fixtures/inversion/observers/watch order Kept", "fixtures/inversion/observers/watch order KeptDeeper",
		"fixtures/infer/observers/called cycle",
	},
	// A package without locks has no summaries.
	"move functions to another package": {
		// What a package without lock facts calls back is a guess.
		"fixtures/infer/guesses relock", "fixtures/nsorder/proofs users-unordered", "fixtures/inversion/branches ns-under-mailbox", "fixtures/inversion/handoff ns-under-mailbox", "fixtures/lockleak/handed leak"},
}

// TestChangesChangeNothing makes each change in all fixtures, and looks for
// what is found no more, or only now.
func TestChangesChangeNothing(t *testing.T) {
	all, err := lab.Load(filepath.Join("..", "..", "testdata", "src"), lockvet.Suite(), "./...", "github.com/lockvet/lockvet/nslock", "golang.org/x/sync/errgroup")
	require.NoError(t, err)
	infers := func(path string) bool { return strings.HasPrefix(path, "fixtures/infer/") }
	for _, infer := range []bool{false, true} {
		before := all.Only(func(path string) bool { return infers(path) == infer })
		require.NoError(t, before.Set("lockstate.infer", strconv.FormatBool(infer)))
		t.Cleanup(func() { assert.NoError(t, before.Set("lockstate.infer", "false")) })
		found, err := before.Run()
		require.NoError(t, err)
		require.NotEmpty(t, found)
		for _, change := range metamorph.Changes() {
			t.Run(change.Name+" infer="+strconv.FormatBool(infer), func(t *testing.T) {
				after := apply(t, change, before)
				now, err := after.Run()
				require.NoError(t, err)
				want, got := keys(before, found, change), keys(after, now, change)
				for _, k := range without(want, got) {
					assert.Contains(t, known[change.Name], k, "found no more")
				}
				for _, k := range without(got, want) {
					assert.Contains(t, known[change.Name], k, "found only now")
				}
			})
		}
	}
}

// apply makes a change in all packages.
func apply(t *testing.T, change metamorph.Change, l *lab.Lab) *lab.Lab {
	t.Helper()
	sources, places := lab.Sources{}, 0
	for _, p := range l.Packages() {
		changed, n, err := change.Do(l, p)
		require.NoError(t, err)
		places += n
		maps.Copy(sources, changed)
	}
	if places == 0 {
		t.Skip("nowhere in these fixtures")
	}
	after, err := l.With(sources)
	require.NoError(t, err, "what does not compile is no change of this kind")
	return after
}

// keys says of each finding what stays: its category, package and function.
func keys(l *lab.Lab, found []lab.Finding, change metamorph.Change) []string {
	var out []string
	for _, f := range found {
		pkg := strings.TrimSuffix(f.Package, "/movedzq")
		key := pkg + " " + f.Category
		if !change.Moves && f.Category != "cycle" { // a ring is told where it is closed: last
			key += " " + metamorph.Original(enclosing(l, f))
		}
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// enclosing returns the name of the function that a finding is in, "" if in none.
func enclosing(l *lab.Lab, f lab.Finding) string {
	name := ""
	for _, p := range l.Packages() {
		file := p.Files[f.At.Filename]
		if file == nil {
			continue
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && l.Fset.Position(fn.Pos()).Offset <= f.At.Offset && f.At.Offset < l.Fset.Position(fn.End()).Offset {
				name = fn.Name.Name
			}
		}
	}
	return name
}

// without returns the elements of a that are not in b, counted.
func without(a, b []string) []string {
	left := slices.Clone(b)
	var out []string
	for _, s := range a {
		if i := slices.Index(left, s); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		out = append(out, s)
	}
	return out
}
