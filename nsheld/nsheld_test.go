package nsheld_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/nsheld"
)

func namespace(key string, mode lockmodel.Mode) analyzer.Lock {
	return analyzer.Lock{Class: "namespace", Key: key, Mode: mode}
}

func TestNothing(t *testing.T) {
	p := diagtest.New(t)
	assert.Empty(t, p.Reports(nsheld.Analyzer, &analyzer.Result{}), "a result without a model")
}

func TestMissing(t *testing.T) {
	p := diagtest.New(t)
	chain := diagtest.Hops("seen.Save at imap/copy.go:77", "markSeen at seen/seen.go:9")
	cases := []struct {
		name string
		req  analyzer.Require
		want string
	}{
		{
			"nothing held", analyzer.Require{Want: namespace("ref.User", lockmodel.Shared)},
			"not-held: calling moveFiles requires holding namespace lock of ref.User; none is held",
		},
		{
			"exclusively", analyzer.Require{Want: namespace("", lockmodel.Exclusive)},
			"not-held: calling moveFiles requires holding namespace lock exclusively; none is held",
		},
		{
			"mode unknown", analyzer.Require{Want: namespace("", lockmodel.Unknown)},
			"not-held: calling moveFiles requires holding namespace lock; none is held",
		},
		{
			"another key", analyzer.Require{Want: namespace("src.User", lockmodel.Shared), Other: "dst.User", OtherAt: p.Site(17)},
			"not-held: calling moveFiles requires holding namespace lock of src.User; only the lock of dst.User is held (line 17)",
		},
		{
			"a key of the same name", analyzer.Require{Want: namespace("user", lockmodel.Shared), Other: "user", OtherAt: p.Site(17)},
			"not-held: calling moveFiles requires holding namespace lock of user; only another lock of the class is held (line 17)",
		},
		{
			"released further down", analyzer.Require{Want: namespace("", lockmodel.Shared), Freed: 80},
			"not-held: calling moveFiles requires holding namespace lock; none is held",
		},
		{
			"released in an earlier turn", analyzer.Require{Want: namespace("", lockmodel.Shared), Freed: 80, Some: true},
			"not-held: calling moveFiles requires holding namespace lock; released on line 80 on some path",
		},
		{
			"released", analyzer.Require{Want: namespace("", lockmodel.Shared), Freed: 64},
			"not-held: calling moveFiles requires holding namespace lock; released on line 64",
		},
		{
			"released on some path", analyzer.Require{Want: namespace("", lockmodel.Shared), Freed: 64, Some: true},
			"not-held: calling moveFiles requires holding namespace lock; released on line 64 on some path",
		},
		{
			"on some path", analyzer.Require{Want: namespace("", lockmodel.Shared), Some: true},
			"not-held: calling moveFiles requires holding namespace lock; not held on every path",
		},
		{
			"through calls", analyzer.Require{Want: namespace("", lockmodel.Exclusive), Chain: chain},
			"not-held: calling moveFiles requires holding namespace lock exclusively: seen.Save calls markSeen (seen/seen.go:9); none is held",
		},
		{
			"too weak", analyzer.Require{Want: namespace("user", lockmodel.Exclusive), Status: analyzer.Weaker, At: p.Site(70)},
			"shared-not-exclusive: calling moveFiles requires holding namespace lock of user exclusively; held shared (line 70)",
		},
		{
			"too weak through calls",
			analyzer.Require{Want: namespace("", lockmodel.Exclusive), Status: analyzer.Weaker, Chain: chain, At: analyzer.Site{Given: "required by a directive"}},
			"shared-not-exclusive: calling moveFiles requires holding namespace lock exclusively: seen.Save calls markSeen (seen/seen.go:9); held shared (required by a directive)",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.req.Range, c.req.Name = p.At(77), "moveFiles"
			if c.req.Status == analyzer.Held {
				c.req.Status = analyzer.Missing
			}
			res := diagtest.Mail()
			res.Requires = []analyzer.Require{c.req}
			assert.Equal(t, []string{"copy.go:77: " + c.want}, p.Reports(nsheld.Analyzer, res))
		})
	}
}

func TestHeldIsSilent(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Requires = []analyzer.Require{{Range: p.At(77), Name: "moveFiles", Want: namespace("", lockmodel.Shared), Status: analyzer.Held}}
	assert.Empty(t, p.Reports(nsheld.Analyzer, res))
}

// A call that takes a lock itself is named by what it takes.
func TestWhatTheCallDoes(t *testing.T) {
	p := diagtest.New(t)
	taking := func(class string) analyzer.Acquire {
		return analyzer.Acquire{Range: p.At(77), Name: "OpenMailbox", Want: analyzer.Lock{Class: class}}
	}
	attempt := taking("mailbox")
	attempt.Try = true
	deep := taking("mailbox")
	deep.Chain = diagtest.Hops("open", "OpenMailbox at imap/copy.go:3")
	cases := []struct {
		name  string
		takes []analyzer.Acquire
		mode  lockmodel.Mode
		want  string
	}{
		{"a mailbox", []analyzer.Acquire{taking("index"), taking("mailbox")}, lockmodel.Shared, "opening mailbox requires holding namespace lock; none is held"},
		{"a mailbox to write", []analyzer.Acquire{taking("mailbox"), taking("index")}, lockmodel.Exclusive, "opening mailbox for writing requires holding namespace lock exclusively; none is held"},
		{"its index", []analyzer.Acquire{taking("index")}, lockmodel.Exclusive, "acquiring index lock requires holding namespace lock exclusively; none is held"},
		{"an attempt", []analyzer.Acquire{attempt}, lockmodel.Shared, "calling OpenMailbox requires holding namespace lock; none is held"},
		{"deep down", []analyzer.Acquire{deep}, lockmodel.Shared, "calling OpenMailbox requires holding namespace lock; none is held"},
		{"the lock itself", []analyzer.Acquire{taking("namespace")}, lockmodel.Shared, "calling OpenMailbox requires holding namespace lock; none is held"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			res := diagtest.Mail()
			res.Acquires = c.takes
			res.Requires = []analyzer.Require{{Range: p.At(77), Name: "OpenMailbox", Want: namespace("", c.mode), Status: analyzer.Missing}}
			assert.Equal(t, []string{"copy.go:77: not-held: " + c.want}, p.Reports(nsheld.Analyzer, res))
		})
	}
}

func TestDirectiveAsFix(t *testing.T) {
	cases := []struct{ name, doc, lead string }{
		{"undocumented", "", ""},
		{"documented", "// F opens it.\n", "//\n"},
		{"with directives", "// F opens it.\n//\n//lockvet:require mboxname\n", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := diagtest.New(t)
			f := p.AddFile("fix.go", "package imap\n\n"+c.doc+"func F() {}\n")
			res := diagtest.Mail()
			res.Requires = []analyzer.Require{{
				Range: p.At(77), Func: "F", Name: "OpenMailbox", Want: namespace("", lockmodel.Shared), Status: analyzer.Missing,
				Directive: "//lockvet:require namespace shared", Insert: f.Decls[0].End() - 11,
			}}
			list, _ := p.Run(nsheld.Analyzer, res, nil)
			require.Len(t, list, 1)
			require.Len(t, list[0].SuggestedFixes, 1)
			fix := list[0].SuggestedFixes[0]
			assert.Equal(t, "declare that callers of F hold it", fix.Message)
			require.Len(t, fix.TextEdits, 1)
			assert.Equal(t, fix.TextEdits[0].Pos, fix.TextEdits[0].End)
			assert.Equal(t, c.lead+"//lockvet:require namespace shared\n", string(fix.TextEdits[0].NewText))

			for _, spoil := range []func(*analyzer.Require){
				func(q *analyzer.Require) { q.Other = "dst.User" },
				func(q *analyzer.Require) { q.Freed = 64 },
				func(q *analyzer.Require) { q.Some = true },
			} {
				spoilt := res.Requires[0]
				spoil(&spoilt)
				res.Requires = []analyzer.Require{spoilt}
				list, _ := p.Run(nsheld.Analyzer, res, nil)
				require.Len(t, list, 1)
				assert.Empty(t, list[0].SuggestedFixes, "%s", list[0].Message)
				res.Requires[0].Other, res.Requires[0].Freed, res.Requires[0].Some = "", 0, false
			}
		})
	}
}

func TestReleasedEarly(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	index := analyzer.Lock{Class: "index", Key: "ref.UniqueID"}
	res.Releases = []analyzer.Release{
		{Range: p.At(23), Name: "Release", Outer: namespace("user", 0), At: p.Site(10), Inner: index, InAt: p.Site(18)},
		{Range: p.At(24), Name: "Close", Outer: analyzer.Lock{Class: "table"}, Inner: analyzer.Lock{Class: "cursor"}, InAt: p.Site(18)},
		{
			Range: p.At(25), Name: "finish", Chain: diagtest.Hops("conn.finish at imap/copy.go:25", "Release at imap/copy.go:31"),
			Outer: namespace("user", 0), At: p.Site(10), Inner: index, InAt: p.Site(18),
		},
	}
	list, _ := p.Run(nsheld.Analyzer, res, nil)
	assert.Equal(t, []string{
		"copy.go:23: released-early: releasing namespace lock of user while holding index lock (line 18); park or close the mailbox first",
		"copy.go:24: released-early: releasing table lock while holding cursor lock (line 18); release that first",
		"copy.go:25: released-early: calling conn.finish releases namespace lock while holding index lock (line 18): conn.finish calls Release (imap/copy.go:31); park or close the mailbox first",
	}, p.Lines(list))
	assert.Equal(t, []string{"copy.go:18: index lock of ref.UniqueID taken here", "copy.go:10: namespace lock of user taken here"}, p.Related(list[0]))
}

func TestAgain(t *testing.T) {
	p := diagtest.New(t)
	chain := diagtest.Hops("defaults.Calendar at imap/copy.go:21", "LockUser at defaults/defaults.go:8")
	cases := []struct {
		name       string
		want, held lockmodel.Mode
		pair       analyzer.Pair
		text       string
	}{
		{"stronger", lockmodel.Exclusive, lockmodel.Shared, analyzer.Pair{},
			"mode-change: acquiring namespace lock of user exclusively while holding it shared (line 12); its mode cannot change"},
		{"weaker", lockmodel.Shared, lockmodel.Exclusive, analyzer.Pair{},
			"mode-change: acquiring namespace lock of user shared while holding it exclusively (line 12); its mode cannot change"},
		{"through calls", lockmodel.Exclusive, lockmodel.Shared, analyzer.Pair{Chain: chain},
			"mode-change: calling LockUser acquires namespace lock exclusively while holding it shared (line 12): " +
				"defaults.Calendar calls LockUser (defaults/defaults.go:8); its mode cannot change"},
		{"re-entry", lockmodel.Shared, lockmodel.Shared, analyzer.Pair{}, ""},
		{"mode unknown", lockmodel.Unknown, lockmodel.Shared, analyzer.Pair{}, ""},
		{"held mode unknown", lockmodel.Exclusive, lockmodel.Unknown, analyzer.Pair{}, ""},
		{"another key", lockmodel.Exclusive, lockmodel.Shared, analyzer.Pair{Relation: lockset.Unordered}, ""},
		{"mutex", lockmodel.Exclusive, lockmodel.Exclusive, analyzer.Pair{Plain: true},
			"relock: acquiring namespace lock of user while holding it (line 12); it would wait for itself"},
		{"lock, then read lock", lockmodel.Shared, lockmodel.Exclusive, analyzer.Pair{Plain: true},
			"relock: acquiring namespace lock of user while holding it (line 12); it would wait for itself"},
		{"two read locks", lockmodel.Shared, lockmodel.Shared, analyzer.Pair{Plain: true},
			"relock: acquiring namespace lock of user shared while holding it shared (line 12); it would wait for a writer that waits for it"},
		{"another mutex", lockmodel.Exclusive, lockmodel.Exclusive, analyzer.Pair{Plain: true, Relation: lockset.After}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.pair.Want, c.pair.Held, c.pair.At = namespace("user", c.want), namespace("user", c.held), p.Site(12)
			res := diagtest.Mail()
			res.Acquires = []analyzer.Acquire{{Range: p.At(21), Name: "LockUser", Want: c.pair.Want, Pairs: []analyzer.Pair{c.pair}}}
			var want []string
			if c.text != "" {
				want = []string{"copy.go:21: " + c.text}
			}
			assert.Equal(t, want, p.Reports(nsheld.Analyzer, res))

			res.Acquires[0].Try = true
			assert.Empty(t, p.Reports(nsheld.Analyzer, res), "an attempt")
		})
	}
}
