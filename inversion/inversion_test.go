package inversion_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/inversion"
)

var (
	namespace = analyzer.Lock{Class: "namespace", Key: "user", Mode: lockmodel.Exclusive}
	mailbox   = analyzer.Lock{Class: "mailbox", Key: "ref.UniqueID", Mode: lockmodel.Shared}
	mboxname  = analyzer.Lock{Class: "mboxname", Key: "id"}
	index     = analyzer.Lock{Class: "index", Key: "ref.UniqueID"}
)

// charge is the way from a call of quota.Update to the lock it takes.
var charge = diagtest.Hops("repack.Mailbox at imap/copy.go:57", "conv.Rebuild at repack/repack.go:9", "LockUser at quota/quota.go:31")

func direct(r analyzer.Range, pairs ...analyzer.Pair) analyzer.Acquire {
	return analyzer.Acquire{Range: r, Func: "Copy", Name: "LockUser", Want: pairs[0].Want, Pairs: pairs}
}

func TestNothing(t *testing.T) {
	p := diagtest.New(t)
	assert.Empty(t, p.Reports(inversion.Analyzer, &analyzer.Result{}), "a result without a model")
}

func TestMessages(t *testing.T) {
	p := diagtest.New(t)
	cases := []struct {
		name string
		acq  analyzer.Acquire
		want string
	}{
		{
			"direct", direct(p.At(57), analyzer.Pair{Want: namespace, Held: mailbox, At: p.Site(41)}),
			"copy.go:57: ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock (line 41); order is namespace, then mailbox",
		},
		{
			"no key", direct(p.At(57), analyzer.Pair{Want: analyzer.Lock{Class: "namespace"}, Held: mboxname, At: p.Site(41)}),
			"copy.go:57: ns-under-mboxname: acquiring namespace lock while holding mboxname lock (line 41); order is namespace, then mboxname",
		},
		{
			"index alone", direct(p.At(57), analyzer.Pair{Want: namespace, Held: index, At: p.Site(41)}),
			"copy.go:57: ns-under-mailbox: acquiring namespace lock of user while holding index lock (line 41); order is namespace, then index",
		},
		{
			"through calls",
			analyzer.Acquire{
				Range: p.At(57), Name: "repack.Mailbox", Want: namespace, Chain: charge,
				Pairs: []analyzer.Pair{{Want: namespace, Held: mailbox, At: p.Site(41), Chain: charge}},
			},
			"copy.go:57: ns-under-mailbox: calling repack.Mailbox acquires namespace lock while holding mailbox lock (line 41): " +
				"repack.Mailbox calls conv.Rebuild calls LockUser (quota/quota.go:31); order is namespace, then mailbox",
		},
		{
			"a wait", analyzer.Acquire{
				Range: p.At(57), Name: "receiving from done", Want: namespace,
				Pairs: []analyzer.Pair{{Want: namespace, Held: mailbox, At: p.Site(41), Chain: diagtest.Hops("LockUser at imap/copy.go:50")}},
			},
			"copy.go:57: ns-under-mailbox: receiving from done acquires namespace lock while holding mailbox lock (line 41): " +
				"LockUser (imap/copy.go:50); order is namespace, then mailbox",
		},
		{
			"held in another file", direct(p.At(57), analyzer.Pair{Want: namespace, Held: mailbox, At: p.SiteIn("select.go", 12)}),
			"copy.go:57: ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock (select.go:12); order is namespace, then mailbox",
		},
		{
			"held by another package",
			direct(p.At(57), analyzer.Pair{
				Want: namespace, Held: mailbox,
				At: analyzer.Site{Chain: diagtest.Hops("store.With at imap/copy.go:57", "OpenMailbox at store/store.go:12")},
			}),
			"copy.go:57: ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock (store/store.go:12); order is namespace, then mailbox",
		},
		{
			"held by the call itself",
			direct(p.At(57), analyzer.Pair{
				Want: namespace, Held: mailbox, Chain: diagtest.Hops("store.With at imap/copy.go:57", "LockUser at imap/copy.go:58"),
				At: analyzer.Site{Range: p.At(57), Line: 57, File: "copy.go", Chain: diagtest.Hops("store.With at imap/copy.go:57", "OpenMailbox at store/store.go:12")},
			}),
			"copy.go:57: ns-under-mailbox: calling LockUser acquires namespace lock while holding mailbox lock (store/store.go:12): " +
				"store.With calls LockUser (imap/copy.go:58); order is namespace, then mailbox",
		},
		{
			"held by directive", direct(p.At(57), analyzer.Pair{Want: namespace, Held: mailbox, At: analyzer.Site{Given: "required by a directive"}}),
			"copy.go:57: ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock (required by a directive); order is namespace, then mailbox",
		},
		{
			"not ASCII", direct(p.At(57), analyzer.Pair{
				Want: analyzer.Lock{Class: "namespace", Key: `users["zoë"]`}, Held: mailbox, At: p.Site(41),
			}),
			`copy.go:57: ns-under-mailbox: acquiring namespace lock of users["zo\u00eb"] while holding mailbox lock (line 41); order is namespace, then mailbox`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			res := diagtest.Mail()
			res.Acquires = []analyzer.Acquire{c.acq}
			assert.Equal(t, []string{c.want}, p.Reports(inversion.Analyzer, res))
		})
	}
}

func TestSilent(t *testing.T) {
	p := diagtest.New(t)
	pair := analyzer.Pair{Want: namespace, Held: mailbox, At: p.Site(41)}
	try := direct(p.At(57), pair)
	try.Try = true
	res := diagtest.Mail()
	res.Acquires = []analyzer.Acquire{
		try,
		direct(p.At(58), analyzer.Pair{Want: mailbox, Held: namespace, At: p.Site(41)}),
		direct(p.At(59), analyzer.Pair{Want: mailbox, Held: mboxname, At: p.Site(41)}),
		direct(p.At(60), analyzer.Pair{Want: namespace, Held: namespace, At: p.Site(41)}),
		direct(p.At(61), analyzer.Pair{Want: namespace, Held: analyzer.Lock{Class: "other"}, At: p.Site(41)}),
	}
	assert.Empty(t, p.Reports(inversion.Analyzer, res))
}

// A call that breaks the order with several locks is one bug.
func TestOneReportForACall(t *testing.T) {
	p := diagtest.New(t)
	long := diagtest.Hops("f at imap/copy.go:57", "LockUser at imap/copy.go:70")
	pairs := []analyzer.Pair{
		{Want: namespace, Held: mboxname, At: p.Site(10)},
		{Want: namespace, Held: mailbox, At: p.Site(20), Chain: long},
		{Want: namespace, Held: index, At: p.Site(40)},
		{Want: namespace, Held: mailbox, At: p.Site(40)},
		{Want: namespace, Held: mailbox, At: p.Site(42)},
	}
	want := []string{"copy.go:57: ns-under-mailbox: acquiring namespace lock of user while holding mailbox lock (line 40); order is namespace, then mailbox"}
	for range pairs {
		pairs = append(pairs[1:], pairs[0]) // whatever their order
		res := diagtest.Mail()
		res.Acquires = []analyzer.Acquire{direct(p.At(57), pairs...)}
		assert.Equal(t, want, p.Reports(inversion.Analyzer, res))
	}
}

// Any declared order is kept in the same way, over several steps.
func TestOrderOfOtherClasses(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Model.Edges = append(res.Model.Edges, lockmodel.Edge{Outer: "a", Inner: "b"}, lockmodel.Edge{Outer: "b", Inner: "namespace"})
	res.Order = res.Model.Order()
	res.Acquires = []analyzer.Acquire{direct(p.At(57), analyzer.Pair{Want: analyzer.Lock{Class: "a"}, Held: mailbox, At: p.Site(41)})}
	assert.Equal(t, []string{
		"copy.go:57: order: acquiring a lock while holding mailbox lock (line 41); order is a, then b, then namespace, then mailbox",
	}, p.Reports(inversion.Analyzer, res))
}

func TestRetired(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	chain := diagtest.Hops("store.Notify at imap/copy.go:60", "LockMboxname at store/store.go:5")
	res.Acquires = []analyzer.Acquire{
		{Range: p.At(57), Name: "LockMboxname", Want: mboxname, Retired: true},
		{Range: p.At(60), Name: "store.Notify", Want: mboxname, Chain: chain, Retired: true, Try: true},
		{Range: p.At(61), Name: "LockMboxname", Want: mboxname},
	}
	assert.Equal(t, []string{
		"copy.go:57: retired: acquiring mboxname lock of id; class mboxname is retired",
		"copy.go:60: retired: calling store.Notify acquires mboxname lock: store.Notify calls LockMboxname (store/store.go:5); class mboxname is retired",
	}, p.Reports(inversion.Analyzer, res))
}

func TestDuty(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	duty := analyzer.Duty{
		Range: p.At(20), Name: "Ledger.Update", Want: namespace, Chain: diagtest.Hops("LockUser at imap/copy.go:31"),
		Held: mailbox, HeldAt: "expunge/expunge.go:25",
		Caller: "expunge.Run", Call: analyzer.Hop{Name: "Quota.Update", Pos: "expunge/expunge.go:28"},
	}
	res.Duties = []analyzer.Duty{duty}
	want := []string{
		"copy.go:20: ns-under-mailbox: handing over Ledger.Update acquires namespace lock while holding mailbox lock (expunge/expunge.go:25): " +
			"expunge.Run calls Quota.Update (expunge/expunge.go:28), here Ledger.Update calls LockUser (imap/copy.go:31); order is namespace, then mailbox",
	}
	list, _ := p.Run(inversion.Analyzer, res, nil)
	assert.Equal(t, want, p.Lines(list))
	assert.Equal(t, []string{
		"copy.go:20: mailbox lock (expunge/expunge.go:25) held by expunge.Run",
		"copy.go:20: namespace lock wanted by Ledger.Update",
		"copy.go:31: LockUser called here",
	}, p.Related(list[0]))

	duty.Chain = diagtest.Hops("Ledger.Update at expunge/expunge.go:28", "LockUser at imap/copy.go:31")
	res.Duties = []analyzer.Duty{duty}
	assert.Equal(t, want, p.Reports(inversion.Analyzer, res), "a chain that begins with the implementation")

	duty.Held = namespace
	res.Duties = []analyzer.Duty{duty}
	assert.Empty(t, p.Reports(inversion.Analyzer, res), "one class")
}

func TestRing(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Rings = []analyzer.Ring{{
		Range: p.At(27), Func: "Move",
		Edges: []analyzer.RingEdge{
			{Outer: "store.A.mu", Inner: "store.B.mu", Func: "store.Sync", OuterPos: "store/sync.go:7", InnerPos: "store/sync.go:9",
				Chain: diagtest.Hops("charge", "Lock")},
			{Outer: "store.B.mu", Inner: "store.A.mu", Func: "Move", OuterPos: "imap/copy.go:25", InnerPos: "imap/copy.go:27", Here: p.At(27)},
		},
	}}
	list, _ := p.Run(inversion.Analyzer, res, nil)
	assert.Equal(t, []string{
		"copy.go:27: cycle: acquiring store.A.mu lock while holding store.B.mu lock closes a ring: " +
			"Move holds store.B.mu (imap/copy.go:25) and takes store.A.mu (imap/copy.go:27), " +
			"store.Sync holds store.A.mu (store/sync.go:7) and takes store.B.mu (store/sync.go:9) through charge calls Lock; " +
			"take them in one order everywhere",
	}, p.Lines(list))
	assert.Equal(t, []string{"copy.go:27: goroutine 1: Move holds store.B.mu (imap/copy.go:25) and takes store.A.mu (imap/copy.go:27)"},
		p.Related(list[0]), "the step of another package has no place here")

	edges := res.Rings[0].Edges
	edges[0].OuterShared, edges[1].InnerShared = true, true
	list, _ = p.Run(inversion.Analyzer, res, nil)
	assert.Contains(t, list[0].Message, "Move holds store.B.mu (imap/copy.go:25) and takes store.A.mu shared (imap/copy.go:27), store.Sync holds store.A.mu shared (store/sync.go:7)")
	assert.Contains(t, list[0].Message, "; a writer that waits stops readers after it; take them in one order everywhere")
}

// Both sides of the witness are related, as far as they lie in the package.
func TestRelated(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	near := diagtest.Hops("Ledger.charge at imap/copy.go:57", "enter at imap/select.go:8", "store.Enter at imap/select.go:80",
		"func literal in visit at imap/copy.go:3", "LockUser at imap/copy.go:90")
	pair := analyzer.Pair{Want: namespace, Held: mailbox, At: p.Site(41), Chain: near}
	away := pair
	away.At = analyzer.Site{Chain: diagtest.Hops("store.With at imap/copy.go:60", "OpenMailbox at store/store.go:12")}
	res.Acquires = []analyzer.Acquire{
		{Range: p.At(57), Name: "l.charge", Want: namespace, Chain: near, Pairs: []analyzer.Pair{pair}},
		{Range: p.At(60), Name: "l.charge", Want: namespace, Chain: near, Pairs: []analyzer.Pair{away}},
	}
	list, _ := p.Run(inversion.Analyzer, res, nil)
	require.Len(t, list, 2)
	assert.Equal(t, []string{
		"copy.go:41: mailbox lock of ref.UniqueID taken here",
		"copy.go:57: namespace lock wanted by l.charge",
		"select.go:8: enter called here",
		"select.go:80: store.Enter called here",
		"copy.go:90: LockUser called here",
	}, p.Related(list[0]), "a file of this name in another package is not meant")
	assert.Equal(t, "copy.go:60: mailbox lock of ref.UniqueID held here: store.With calls OpenMailbox (store/store.go:12)",
		p.Related(list[1])[0])
}
