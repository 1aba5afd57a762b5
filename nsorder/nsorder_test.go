package nsorder_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockset"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/nsorder"
)

func namespace(key string) analyzer.Lock { return analyzer.Lock{Class: "namespace", Key: key} }

func second(r analyzer.Range, pairs ...analyzer.Pair) analyzer.Acquire {
	return analyzer.Acquire{Range: r, Func: "Copy", Name: "LockUser", Want: pairs[0].Want, Pairs: pairs}
}

func TestNothing(t *testing.T) {
	p := diagtest.New(t)
	assert.Empty(t, p.Reports(nsorder.Analyzer, &analyzer.Result{}), "a result without a model")
}

func TestMessages(t *testing.T) {
	p := diagtest.New(t)
	chain := diagtest.Hops("store.Charge at imap/copy.go:33", "LockUser at store/store.go:5")
	cases := []struct {
		name string
		pair analyzer.Pair
		want string
	}{
		{
			"unknown order", analyzer.Pair{Relation: lockset.Unordered},
			"users-unordered: acquiring namespace lock of dst while holding namespace lock of src (line 29), in no fixed order; use LockUsers",
		},
		{
			"wrong order", analyzer.Pair{Relation: lockset.Before},
			"users-unordered: acquiring namespace lock of dst while holding namespace lock of src (line 29), in no fixed order; use LockUsers",
		},
		{
			"an ordered call too much", analyzer.Pair{Relation: lockset.Unordered, Ordered: true},
			"users-unordered: acquiring namespace lock of dst while holding namespace lock of src (line 29), in no fixed order; use one LockUsers for all",
		},
		{
			"through calls", analyzer.Pair{Relation: lockset.Unordered, Chain: chain},
			"users-unordered: calling LockUser acquires namespace lock while holding namespace lock of src (line 29), in no fixed order: " +
				"store.Charge calls LockUser (store/store.go:5); use LockUsers",
		},
		{
			"after an attempt", analyzer.Pair{Relation: lockset.Unordered, Tried: true},
			"users-unordered: acquiring namespace lock of dst while holding namespace lock of src (line 29), in no fixed order; use LockUsers",
		},
		{
			"other values compared", analyzer.Pair{Relation: lockset.ByOther, Compared: p.At(27)},
			"sort-key: acquiring namespace lock of dst while holding namespace lock of src (line 29), ordered by something else than the keys (line 27); " +
				"compare the keys that are locked, or use LockUsers",
		},
		{
			"sorted by other values", analyzer.Pair{Relation: lockset.ByOther, Loop: true},
			"sort-key: acquiring namespace lock of dst while holding namespace lock of src (line 29, an earlier turn of the loop), ordered by something else than the keys; " +
				"compare the keys that are locked, or use LockUsers",
		},
		{
			"loop", analyzer.Pair{Relation: lockset.Turn},
			"loop-unsorted: acquiring namespace lock of dst while holding namespace lock of src (line 29, an earlier turn of the loop), in no fixed order; " +
				"sort the keys before the loop, or use LockUsers",
		},
		{
			"loop downwards", analyzer.Pair{Relation: lockset.Before, Loop: true},
			"loop-unsorted: acquiring namespace lock of dst while holding namespace lock of src (line 29, an earlier turn of the loop), in no fixed order; " +
				"sort the keys before the loop, or use LockUsers",
		},
		{
			"loop through calls", analyzer.Pair{Relation: lockset.Unordered, Loop: true, Chain: chain, At: analyzer.Site{Chain: chain}},
			"loop-unsorted: calling LockUser acquires namespace lock while holding namespace lock of src (line 29, an earlier turn of the loop), in no fixed order: " +
				"store.Charge calls LockUser (store/store.go:5); sort the keys before the loop, or use LockUsers",
		},
		{
			"callback", analyzer.Pair{
				Relation: lockset.Unordered, Loop: true,
				Chain: diagtest.Hops("store.With at imap/copy.go:33", "LockUser at imap/copy.go:34"), At: analyzer.Site{Chain: chain},
			},
			"users-unordered: calling LockUser acquires namespace lock while holding namespace lock of src (line 29), in no fixed order: " +
				"store.With calls LockUser (imap/copy.go:34); use LockUsers",
		},
		{"re-entry", analyzer.Pair{Relation: lockset.Same}, ""},
		{"in order", analyzer.Pair{Relation: lockset.After}, ""},
		{"loop in order", analyzer.Pair{Relation: lockset.After, Loop: true}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			held := c.pair.At.Chain
			c.pair.Want, c.pair.Held, c.pair.At = namespace("dst"), namespace("src"), p.Site(29)
			c.pair.At.Chain = held
			res := diagtest.Mail()
			res.Acquires = []analyzer.Acquire{second(p.At(33), c.pair)}
			var want []string
			if c.want != "" {
				want = []string{"copy.go:33: " + c.want}
			}
			assert.Equal(t, want, p.Reports(nsorder.Analyzer, res))

			res.Acquires[0].Try = true
			assert.Empty(t, p.Reports(nsorder.Analyzer, res), "an attempt")
		})
	}
}

// A class that is not declared ordered has no order of keys to keep.
func TestOtherClasses(t *testing.T) {
	p := diagtest.New(t)
	mailbox := analyzer.Lock{Class: "mailbox"}
	res := diagtest.Mail()
	res.Acquires = []analyzer.Acquire{
		second(p.At(33), analyzer.Pair{Want: mailbox, Held: mailbox, At: p.Site(29), Relation: lockset.Unordered}),
		second(p.At(34), analyzer.Pair{Want: mailbox, Held: namespace("a"), At: p.Site(29), Relation: lockset.Unordered}),
	}
	assert.Empty(t, p.Reports(nsorder.Analyzer, res))
}

// Without a function that takes several locks in order, none is recommended.
func TestNoOrderedCall(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	clear(res.Model.Funcs)
	res.Acquires = []analyzer.Acquire{
		second(p.At(33), analyzer.Pair{Want: namespace("b"), Held: namespace("a"), At: p.Site(29), Relation: lockset.Unordered}),
		second(p.At(34), analyzer.Pair{Want: namespace("b"), Held: namespace("a"), At: p.Site(29), Relation: lockset.Turn}),
	}
	assert.Equal(t, []string{
		"copy.go:33: users-unordered: acquiring namespace lock of b while holding namespace lock of a (line 29), in no fixed order; take both in key order",
		"copy.go:34: loop-unsorted: acquiring namespace lock of b while holding namespace lock of a (line 29, an earlier turn of the loop), in no fixed order; sort the keys before the loop",
	}, p.Reports(nsorder.Analyzer, res))
}

func TestInferred(t *testing.T) {
	p := diagtest.New(t)
	mu := func(key string) analyzer.Lock { return analyzer.Lock{Class: "bank.Account.mu", Key: key} }
	pair := analyzer.Pair{Want: mu("to"), Held: mu("from"), At: p.Site(12), Relation: lockset.Unordered, Plain: true, Implied: true, Either: true}
	compared := pair
	compared.Relation, compared.Either = lockset.ByOther, false
	res := diagtest.Mail()
	res.Acquires = []analyzer.Acquire{second(p.At(14), pair), second(p.At(15), compared)}
	assert.Empty(t, p.Reports(nsorder.Analyzer, res), "without -infer")
	res.Infer = true
	assert.Equal(t, []string{
		"copy.go:14: unordered: acquiring bank.Account.mu lock of to while holding bank.Account.mu lock of from (line 12), in no fixed order; take both in key order",
	}, p.Reports(nsorder.Analyzer, res))
}

// Where one call breaks the order of classes too, that is the bug.
func TestInversionGoesFirst(t *testing.T) {
	p := diagtest.New(t)
	unordered := analyzer.Pair{Want: namespace("b"), Held: namespace("a"), At: p.Site(29), Relation: lockset.Unordered}
	open := analyzer.Pair{Want: namespace("b"), Held: analyzer.Lock{Class: "mailbox"}, At: p.Site(30)}
	res := diagtest.Mail()
	res.Acquires = []analyzer.Acquire{second(p.At(33), unordered, open), second(p.At(34), unordered)}
	assert.Equal(t, []string{
		"copy.go:34: users-unordered: acquiring namespace lock of b while holding namespace lock of a (line 29), in no fixed order; use LockUsers",
	}, p.Reports(nsorder.Analyzer, res))
}

func TestOneReportForACall(t *testing.T) {
	p := diagtest.New(t)
	pairs := []analyzer.Pair{
		{Want: namespace("c"), Held: namespace("a"), At: p.Site(20), Relation: lockset.Unordered, Chain: diagtest.Hops("f", "LockUser at imap/copy.go:9")},
		{Want: namespace("c"), Held: namespace("z"), At: p.Site(19), Relation: lockset.After},
		{Want: namespace("c"), Held: namespace("a"), At: p.Site(29), Relation: lockset.Unordered},
		{Want: namespace("c"), Held: namespace("b"), At: p.Site(31), Relation: lockset.Unordered},
	}
	for range pairs {
		pairs = append(pairs[1:], pairs[0]) // whatever their order
		res := diagtest.Mail()
		res.Acquires = []analyzer.Acquire{second(p.At(33), pairs...)}
		assert.Equal(t, []string{
			"copy.go:33: users-unordered: acquiring namespace lock of c while holding namespace lock of a (line 29), in no fixed order; use LockUsers",
		}, p.Reports(nsorder.Analyzer, res))
	}
}

func TestFixAndRelated(t *testing.T) {
	p := diagtest.New(t)
	pair := analyzer.Pair{Want: namespace("b"), Held: namespace("a"), At: p.Site(29), Relation: lockset.Unordered}
	sorted := pair
	sorted.Relation, sorted.Compared = lockset.ByOther, p.At(27)
	fixable, other := second(p.At(33), pair), second(p.At(34), sorted)
	fixable.Fix = analyzer.Fix{Name: "LockUsers", Edits: []analyzer.Edit{{Range: p.At(29), New: "LockUsers(a, b)"}, {Range: p.At(33), New: ""}}}
	other.Fix = fixable.Fix
	res := diagtest.Mail()
	res.Acquires = []analyzer.Acquire{fixable, other}

	list, _ := p.Run(nsorder.Analyzer, res, nil)
	require.Len(t, list, 2)
	require.Len(t, list[0].SuggestedFixes, 1)
	assert.Equal(t, "take both locks in one call of LockUsers", list[0].SuggestedFixes[0].Message)
	require.Len(t, list[0].SuggestedFixes[0].TextEdits, 2)
	assert.Equal(t, "LockUsers(a, b)", string(list[0].SuggestedFixes[0].TextEdits[0].NewText))
	assert.Equal(t, []string{
		"copy.go:29: namespace lock of a taken here",
		"copy.go:33: namespace lock of b wanted here",
	}, p.Related(list[0]))
	assert.Empty(t, list[1].SuggestedFixes, "a fix is offered for the one category that it is always right for")
	assert.Equal(t, "copy.go:27: what is compared here is not the keys", p.Related(list[1])[2])
}

func TestDuty(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	duty := analyzer.Duty{
		Range: p.At(20), Name: "Table.Update", Want: namespace("admin"), Chain: diagtest.Hops("LockUser at imap/copy.go:31"),
		Held: namespace("user"), HeldAt: "expunge/expunge.go:25", Relation: lockset.Unordered,
		Caller: "expunge.Run", Call: analyzer.Hop{Name: "Quota.Update", Pos: "expunge/expunge.go:28"},
	}
	same := duty
	same.Range, same.Relation = p.At(21), lockset.Same
	inversion := duty
	inversion.Range, inversion.Held = p.At(22), analyzer.Lock{Class: "mailbox"}
	res.Duties = []analyzer.Duty{duty, same, inversion}
	list, _ := p.Run(nsorder.Analyzer, res, nil)
	assert.Equal(t, []string{
		"copy.go:20: users-unordered: handing over Table.Update acquires namespace lock while holding namespace lock (expunge/expunge.go:25), in no fixed order: " +
			"expunge.Run calls Quota.Update (expunge/expunge.go:28), here Table.Update calls LockUser (imap/copy.go:31); use LockUsers",
	}, p.Lines(list))
	assert.Equal(t, "copy.go:20: namespace lock (expunge/expunge.go:25) held by expunge.Run", p.Related(list[0])[0])
}
