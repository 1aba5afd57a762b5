package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// TestAction runs the steps of the GitHub action as a runner would: in bash,
// with the inputs in the environment.
func TestAction(t *testing.T) {
	var action struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Using string
			Steps []struct {
				Name, Shell, Run string
				Env              map[string]string
			}
		}
	}
	checkout, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	read(t, filepath.Join(checkout, "action.yml"), &action)
	require.Equal(t, "composite", action.Runs.Using)
	require.Len(t, action.Runs.Steps, 2)

	module := unpackHermetic(t)
	temp := t.TempDir()
	env := append(os.Environ(), "GITHUB_ACTION_PATH="+checkout, "RUNNER_TEMP="+temp)
	build, run := action.Runs.Steps[0], action.Runs.Steps[1]
	out, code := bash(t, module, build.Run, env)
	require.Zero(t, code, out)
	assert.Equal(t, map[string]string{
		"LOCKVET_PACKAGES": "${{ inputs.packages }}", "LOCKVET_ARGS": "${{ inputs.args }}", "LOCKVET_SARIF": "${{ inputs.sarif-file }}",
	}, run.Env)
	env = append(env, "LOCKVET_PACKAGES="+action.Inputs["packages"].Default, "LOCKVET_ARGS="+action.Inputs["args"].Default)

	out, code = bash(t, module, run.Run, env)
	assert.Equal(t, 3, code)
	assert.Contains(t, out, "::error file=app/app.go,line=")
	out, code = bash(t, module, run.Run, append(env, "LOCKVET_PACKAGES=./locks ./quota", "LOCKVET_ARGS=-test=false -max-unresolved 0"))
	assert.Zero(t, code, out)
	out, code = bash(t, module, run.Run, append(env, "LOCKVET_SARIF=out.sarif", "LOCKVET_PACKAGES=$(touch hurt) *"))
	assert.Equal(t, 1, code, out)
	assert.NoFileExists(t, filepath.Join(module, "hurt"), "an input was run")
	_, code = bash(t, module, run.Run, append(env, "LOCKVET_SARIF=out.sarif"))
	assert.Equal(t, 3, code)
	sarif, err := os.ReadFile(filepath.Join(module, "out.sarif"))
	require.NoError(t, err)
	assert.Contains(t, string(sarif), `"version": "2.1.0"`)
}

// TestHook holds the pre-commit hook to the command that it starts.
func TestHook(t *testing.T) {
	var hooks []struct {
		ID, Entry, Language string
		Args                []string
		PassFilenames       bool `yaml:"pass_filenames"`
	}
	read(t, filepath.Join("..", "..", ".pre-commit-hooks.yaml"), &hooks)
	require.Len(t, hooks, 1)
	assert.Equal(t, "golang", hooks[0].Language)
	assert.False(t, hooks[0].PassFilenames)
	cmd := exec.Command(buildLockvet(t), hooks[0].Args...)
	cmd.Dir = unpackHermetic(t)
	err := cmd.Run()
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 3, exit.ExitCode())
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(data, into))
}

func unpackHermetic(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	unpack(t, root)
	return root
}

// bash runs a script as a runner does, and returns its output and exit code.
func bash(t *testing.T, dir, script string, env []string) (string, int) {
	t.Helper()
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	exit := (*exec.ExitError)(nil)
	if errors.As(err, &exit) {
		return string(out), exit.ExitCode()
	}
	require.NoError(t, err)
	return string(out), 0
}
