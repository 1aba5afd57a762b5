package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/bench/internal/gen"
)

// TestTables runs the command as its documentation says, on little.
func TestTables(t *testing.T) {
	dir := t.TempDir()
	program, err := gen.Shapes()[0].Write(dir, 3)
	require.NoError(t, err)
	file := program.Packages[0].File
	source, err := os.ReadFile(file)
	require.NoError(t, err)

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{
		"-dir", dir, "-edit", filepath.Base(file), "-runs=1", "-sizes=2,4", "-shapes=chain", "-tools=nothing,ssa-lockvet,lockvet",
	}, &out, t.Output()))
	assert.Regexp(t, `(?s)cold.*\| nothing .*\| ssa-lockvet .*\| lockvet .*warm.*\| lockvet .*edited.*\| lockvet .*growth.*`+
		`\| chain +\| lockvet +\| +2 \|.* found \|.*\| chain +\| lockvet +\| +4 \|.* found \|\n$`, out.String())
	assert.NotContains(t, out.String(), "| lockvet     |    - |", "a state that was not measured")

	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(source), string(after), "the file with the edit")
}

// TestLimit leaves out what takes too long, and says so.
func TestLimit(t *testing.T) {
	dir := t.TempDir()
	_, err := gen.Shapes()[0].Write(dir, 1)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-dir", dir, "-runs=2", "-limit=1us", "-sizes=10", "-shapes=chain", "-tools=nothing,lockvet"}, &out, t.Output()))
	assert.Regexp(t, `\| nothing +\| +- \| +over 1µs \|`, out.String())
	assert.Regexp(t, `\| chain +\| lockvet +\| +10 \| +over 1µs \|`, out.String())
}

func TestUsage(t *testing.T) {
	for want, args := range map[string][]string{
		`no table "grow"`:        {"grow"},
		`-tools: no "locksmith"`: {"-tools=nothing,locksmith"},
		"-tools: none":           {"-tools="},
		"-sizes: \"many\"":       {"-sizes=1,many"},
		"-runs: at least one":    {"-runs=0"},
		"no shape \"torus\"":     {"-shapes=torus"},
	} {
		err := run(t.Context(), args, io.Discard, t.Output())
		assert.ErrorContains(t, err, want, strings.Join(args, " "))
	}
}
