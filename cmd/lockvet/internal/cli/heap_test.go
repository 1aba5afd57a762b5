package cli

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The heap starts large, and is collected as ever once it has been collected.
// Whoever sets GOGC or GOMEMLIMIT is obeyed.
func TestTuneHeap(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	now := func() (int, int64) {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p, debug.SetMemoryLimit(-1)
	}
	for _, c := range []struct {
		gogc, limit string
		percent     int
		most        int64
	}{
		{"50", "", 100, softLimit},
		{"", "1GiB", 100, math.MaxInt64},
		{"", "", startPercent, softLimit},
	} {
		t.Setenv("GOGC", c.gogc)
		t.Setenv("GOMEMLIMIT", c.limit)
		debug.SetMemoryLimit(math.MaxInt64)
		tuneHeap()
		p, most := now()
		require.Equal(t, c.percent, p, "%+v", c)
		require.Equal(t, c.most, most, "%+v", c)
	}
	require.Eventually(t, func() bool {
		runtime.GC()
		p, _ := now()
		return p == 100
	}, time.Minute, time.Millisecond)
}
