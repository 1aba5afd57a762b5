package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDriversAgree compares the two drivers over every fixture, witnesses and
// summary included. Facts pass through files in one, through memory in the
// other, which sees more of them.
func TestDriversAgree(t *testing.T) {
	binary := buildLockvet(t)
	for _, infer := range []string{"-infer=false", "-infer=module"} {
		t.Run(infer, func(t *testing.T) { driversAgree(t, binary, infer) })
	}
}

func driversAgree(t *testing.T, binary string, flags ...string) {
	t.Helper()
	run := func(driver string) string {
		cmd := exec.Command(binary, slices.Concat(flags, []string{"-json", "-driver=" + driver, "./..."})...)
		cmd.Dir = filepath.Join("..", "..", "testdata", "src")
		out, err := cmd.Output()
		exit := (*exec.ExitError)(nil)
		require.True(t, errors.As(err, &exit) && exit.ExitCode() == 3, "driver %s: %v", driver, err)
		return string(out)
	}
	vet, inprocess := strings.Split(run("vet"), "\n"), strings.Split(run("inprocess"), "\n")
	for i, line := range vet {
		// The first difference says enough of a report of thousands of lines.
		if i >= len(inprocess) || line != inprocess[i] {
			from := max(0, i-10)
			require.Equal(t, vet[from:min(i+5, len(vet))], inprocess[min(from, len(inprocess)):min(i+5, len(inprocess))], "from line %d", from+1)
		}
	}
	assert.Len(t, inprocess, len(vet))
}
