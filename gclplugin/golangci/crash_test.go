package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/internal/crashtest"
)

// TestCrashesAreSaid has a lockvet that panics at certain functions: what it
// finds elsewhere is an issue all the same, and so is each crash.
func TestCrashesAreSaid(t *testing.T) {
	spoilt := filepath.Join(t.TempDir(), "golangci-lint")
	overlay := crashtest.Overlay(t, filepath.Join("..", ".."))
	out, err := exec.Command("go", "build", "-overlay="+overlay, "-o", spoilt, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	sound := linter
	t.Cleanup(func() { linter = sound })
	linter = spoilt
	var got []crashtest.Line
	for _, f := range lint(t, crashtest.Unpack(t), t.TempDir(), "false") {
		got = append(got, crashtest.Line{File: f.File, Line: f.Line, Category: f.Category, Message: f.Message})
	}
	assert.ElementsMatch(t, crashtest.Want, got)
}
