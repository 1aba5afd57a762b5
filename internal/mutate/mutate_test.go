package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSpoil puts every mutation of a folder into its files, all at once, and
// parses the outcome; whether it compiles is seen whenever the command is run.
func TestSpoil(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	all, err := find("analyzer/lockset", "")
	require.NoError(t, err)
	require.Greater(t, len(all), 500)
	for file, source := range spoil(pick(all, len(all), 1)) {
		_, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
		require.NoError(t, err)
		original, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Greater(t, strings.Count(string(source), "mutant."), 1, file)
		assert.Equal(t, strings.Count(string(original), "\n"), strings.Count(string(source), "\n"), "the lines of %s stay", file)
	}
}

// TestPick has the same mutations for the same seed, numbered from 1.
func TestPick(t *testing.T) {
	all := make([]mutation, 100)
	for i := range all {
		all[i].what = strings.Repeat("x", i)
	}
	one, again := pick(all, 10, 7), pick(all, 10, 7)
	assert.Equal(t, one, again)
	assert.NotEqual(t, one, pick(all, 10, 8))
	for i, m := range one {
		assert.Equal(t, i+1, m.id)
	}
	assert.Len(t, pick(all, 1000, 1), len(all))
}
