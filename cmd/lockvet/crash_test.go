package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/internal/crashtest"
)

// TestCrashesAreSaid runs a lockvet that panics at certain functions. What it
// finds elsewhere is printed, and the exit code is that of a failure.
func TestCrashesAreSaid(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "lockvet")
	out, err := exec.Command("go", "build", "-overlay="+crashtest.Overlay(t, filepath.Join("..", "..")), "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	app := crashtest.Unpack(t)
	for _, driver := range []string{"vet", "inprocess"} {
		t.Run(driver, func(t *testing.T) {
			cmd := exec.Command(binary, "-json", "-driver="+driver, "./...")
			cmd.Dir = app
			out, err := cmd.Output()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, 1, exit.ExitCode(), "%s", exit.Stderr)
			assert.NotContains(t, string(exit.Stderr), "goroutine ")
			var result struct{ Findings, Incomplete []crashtest.Line }
			require.NoError(t, json.Unmarshal(out, &result))
			assert.ElementsMatch(t, crashtest.Want, append(result.Findings, result.Incomplete...))
		})
	}
	t.Run("go vet", func(t *testing.T) {
		cmd := exec.Command("go", "vet", "-vettool="+binary, "./...")
		cmd.Dir = app
		out, err := cmd.CombinedOutput()
		require.Error(t, err, "a crash is no clean run")
		for _, line := range crashtest.Want {
			assert.Contains(t, string(out), line.Message)
		}
	})
}
