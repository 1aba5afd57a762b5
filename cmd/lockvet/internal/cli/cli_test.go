package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProgressOfAShortRunIsSilent(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out}
	p.draw(quiet - 1)
	assert.Empty(t, out.String())
	p.draw(2 * time.Second)
	assert.Equal(t, "\r\x1b[Klockvet: analysing dependencies, 2s", out.String())
	out.Reset()
	p.done(3)
	p.draw(65*time.Second + 400*time.Millisecond)
	assert.Equal(t, "\r\x1b[Klockvet: 3 packages analysed, 1m5s", out.String())
}

func TestOnlyATerminalGetsProgress(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer null.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer file.Close()
	assert.Nil(t, newProgress(null))
	assert.Nil(t, newProgress(file))
	assert.Nil(t, newProgress(&bytes.Buffer{}))
}

func TestParseTakesFlagsAndPatternsInAnyOrder(t *testing.T) {
	o, err := parse([]string{"./a", "-infer", "./b", "-c", "2", "--", "-odd"}, false)
	require.NoError(t, err)
	assert.Equal(t, []string{"./a", "./b", "-odd"}, o.patterns)
	assert.Equal(t, inferFlag("all"), o.infer)
	assert.Equal(t, 2, o.context)
	o, err = parse(nil, false)
	require.NoError(t, err)
	assert.Equal(t, []string{"./..."}, o.patterns)
	assert.Equal(t, noLimit, o.maxUnresolved)
}

func TestVetProtocolIsTold(t *testing.T) {
	for _, args := range [][]string{{"-V=full"}, {"-flags"}, {"unit.cfg"}, {"-json", "/tmp/vet.cfg"}} {
		assert.True(t, isVetTool(args), args)
	}
	for _, args := range [][]string{{}, {"./..."}, {"version"}, {"unit.cfg", "./..."}} {
		assert.False(t, isVetTool(args), args)
	}
}

func TestAnInterruptedRunFails(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	c := &Command{Suite: fakeSuite(), Stdout: &stdout, Stderr: &stderr}
	assert.Equal(t, Failed, c.Run(ctx, []string{"./..."}))
	assert.Equal(t, "lockvet: interrupted\n", stderr.String())
	assert.Empty(t, stdout.String())
}
