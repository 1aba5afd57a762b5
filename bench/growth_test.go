package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/bench/internal/gen"
)

// hard is how large each shape is in the tests: as large as it is hard. More of
// the same would not be harder.
var hard = map[string]int{
	"chain": 1000, "fan": 1000, "diamond": 60, "recursion": 1000, "interface": 500, "table": 500, "callbacks": 20,
	"branches": 5000, "classes": 100, "held": 100, "fields": 100, "paired": 10, "row": 1000,
}

// start returns a bench for a command line.
func start(t *testing.T, args ...string) *bench {
	t.Helper()
	o, err := parse(args, t.Output())
	require.NoError(t, err)
	b, err := newBench(t.Context(), o, io.Discard, t.Output())
	require.NoError(t, err)
	t.Cleanup(b.close)
	return b
}

// TestShapes has every shape analysed to the end, and the one fault in it found.
func TestShapes(t *testing.T) {
	b := start(t, "-runs=1", "-tools=lockvet,lockvet-infer")
	contests, err := b.contests(t.Context())
	require.NoError(t, err)
	require.Len(t, contests, 2)
	for _, co := range contests {
		for _, shape := range gen.Shapes() {
			t.Run(co.name+"/"+shape.Name, func(t *testing.T) {
				require.Contains(t, hard, shape.Name, "no size for it")
				c, err := b.grow(t.Context(), shape, hard[shape.Name], co)
				require.NoError(t, err)
				assert.Equal(t, "found", c.outcome(), "wanted in line %d; found %v", c.Want.Line, c.found)
			})
		}
	}
}
