package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/scripttest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lockvet": main})
}

// TestScripts runs lockvet, with the analyzers that users get, over small
// modules that declare their own locks. What the command itself does with
// findings of any kind is tested beside package cli.
func TestScripts(t *testing.T) {
	checkout, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	params := scripttest.Params(t, "script")
	setup := params.Setup
	params.Setup = func(env *testscript.Env) error {
		env.Setenv("CHECKOUT", checkout)
		// go vet starts the tool by its path.
		tool, err := exec.LookPath("lockvet")
		if err != nil {
			return err
		}
		env.Setenv("LOCKVET", tool)
		return setup(env)
	}
	testscript.Run(t, params)
}
