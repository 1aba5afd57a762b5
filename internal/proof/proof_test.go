package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/internal/proof/judge"
)

// TestProof holds the linter against the runtime on programs of a fixed seed.
func TestProof(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred programs are compiled, run and linted; leave -short out for that")
	}
	var out bytes.Buffer
	o, err := config{n: 200, seed: 7, limit: 2000, keep: t.TempDir()}.prove(t.Context(), &out)
	require.NoError(t, err)
	t.Log(out.String())
	assert.Greater(t, o.broken, 15, "too few programs break a rule")
	assert.Greater(t, o.programs-o.broken, 20, "too few programs keep the rules")
	assert.Less(t, o.incomplete, o.programs/4, "too many programs have too many ways")
	for _, d := range o.differences {
		assert.Fail(t, d.what(), "%s", d)
	}
}

// TestReproducible generates a program twice, and another one.
func TestReproducible(t *testing.T) {
	first, again, other := generate(1, 2), generate(1, 2), generate(2, 2)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first.parts, other.parts)
}

// TestCompare has what the linter may say and may not say of one fault.
func TestCompare(t *testing.T) {
	p := program{name: "p0", parts: [2]string{"func Runp0() {\n\tdefer free()\n\tfunc() {\n\t\tlock()\n\t}()\n}\n"}}
	const head = 4 // lines of package clause and imports
	line := func(n int) string { return "p0.go:" + string(rune('0'+head+n)) }
	at := func(category string, n int) report {
		return report{Category: category, File: "x/p0.go", Line: head + n}
	}
	require.Equal(t, "\tlock()", strings.TrimPrefix(strings.Split(p.text(0), "\n")[head+3], "\t"), p.text(0))
	broken := judge.Verdict{Complete: true, Faults: []judge.Fault{
		{Category: "users-unordered", Class: "namespace", Key: "a", Stack: []string{line(4), line(5)}, Held: line(1)},
	}, Lines: []string{line(4), line(5)}}
	clean := judge.Verdict{Complete: true, Lines: broken.Lines}
	for _, c := range []struct {
		name    string
		verdict judge.Verdict
		reports []report
		want    []kind
	}{
		{"told at the call", broken, []report{at("users-unordered", 4)}, nil},
		{"told at the call around it", broken, []report{at("users-unordered", 3)}, nil},
		{"told as something graver", broken, []report{at("ns-under-mailbox", 4)}, nil},
		{"not told", broken, nil, []kind{miss}},
		{"told as something else", broken, []report{at("not-held", 4)}, []kind{miss, unfounded}},
		{"clean", clean, nil, nil},
		{"told of a clean program", clean, []report{at("not-held", 4)}, []kind{falseAlarm}},
		{"told where no run comes", clean, []report{at("not-held", 6)}, nil},
		{"told of a program that was not run in full", judge.Verdict{Lines: broken.Lines}, []report{at("not-held", 4)}, nil},
	} {
		var got []kind
		for _, d := range compare(p, c.verdict, c.reports) {
			got = append(got, d.kind)
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

// TestEdits makes a program smaller by each edit.
func TestEdits(t *testing.T) {
	const text = "func f() {\n\tx := g()\n\tif x {\n\t\th(x)\n\t}\n\tk()\n}\n"
	var got []string
	for _, e := range edits(text) {
		got = append(got, strings.Join(strings.Fields(e.apply(text)), " "))
	}
	assert.Contains(t, got, "func f() { k() }", "what a variable is used for goes with it")
	assert.Contains(t, got, "func f() { x := g() h(x) k() }", "a body in place of its if")
	assert.Contains(t, got, "func f() { x := g() if x { h(x) } }", "without a statement")
	assert.Contains(t, got, "func f() { }", "without all of them")
}
