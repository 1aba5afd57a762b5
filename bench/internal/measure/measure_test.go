package measure

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// burnEnv makes the test binary spend that much processor time, by itself or,
// with "child " before it, in a process that it starts and waits for.
const burnEnv = "BENCH_BURN"

func TestMain(m *testing.M) {
	text, child := strings.CutPrefix(os.Getenv(burnEnv), "child ")
	switch {
	case child:
		u, _, err := Command{Args: os.Args[:1], Env: []string{burnEnv + "=" + text}}.Run(context.Background())
		if err != nil || u.CPU == 0 {
			os.Exit(1)
		}
	case text != "":
		burn(text)
	default:
		os.Exit(m.Run())
	}
}

// burn spends processor time and memory, and says so.
func burn(text string) {
	most, err := time.ParseDuration(text)
	if err != nil {
		os.Exit(1)
	}
	memory := make([]byte, 64<<20)
	for start := time.Now(); time.Since(start) < most; {
		for i := range memory {
			memory[i]++
		}
	}
	runtime.KeepAlive(memory)
	os.Stdout.WriteString("burnt")
}

// TestRun sees what a process costs, also one that another has started.
func TestRun(t *testing.T) {
	for _, env := range []string{"200ms", "child 200ms"} {
		u, out, err := Command{Args: os.Args[:1], Env: []string{burnEnv + "=" + env}}.Run(t.Context())
		require.NoError(t, err, env)
		assert.Positive(t, u.CPU, env)
		assert.GreaterOrEqual(t, u.Wall, 200*time.Millisecond, env)
		if env == "200ms" {
			assert.Equal(t, "burnt", string(out))
		}
		if runtime.GOOS != "windows" {
			assert.Greater(t, u.Peak, int64(64<<20), env)
		}
	}
}

func TestRunFails(t *testing.T) {
	_, _, err := Command{Args: os.Args[:1], Env: []string{burnEnv + "=never"}}.Run(t.Context())
	assert.ErrorContains(t, err, "exit status 1")
}

func TestSpread(t *testing.T) {
	of := func(seconds ...int) (list []Usage) {
		for _, s := range seconds {
			list = append(list, Usage{CPU: time.Duration(s) * time.Second})
		}
		return list
	}
	assert.Equal(t, Spread{}, SpreadOf(CPU, nil))
	assert.Equal(t, Spread{1, 2, 9}, SpreadOf(CPU, of(9, 1, 2)))
	assert.Equal(t, Spread{1, 2.5, 9}, SpreadOf(CPU, of(9, 1, 2, 3)))
	assert.Equal(t, Spread{1, 2, 3}, Ratio(CPU, of(2, 6, 12), of(2, 3, 4, 5)), "round by round")
	assert.Equal(t, Spread{2, 2, 2}, Ratio(CPU, of(2, 6), of(0, 3)), "a round without a figure")
}

func TestPerDoubling(t *testing.T) {
	assert.InDelta(t, 2, PerDoubling(1000, 4000, 3, 12), 1e-9, "linear")
	assert.InDelta(t, 4, PerDoubling(1000, 8000, 1, 64), 1e-9, "quadratic")
	assert.Zero(t, PerDoubling(1000, 1000, 3, 12))
	assert.Zero(t, PerDoubling(1000, 2000, 0, 12))
}

func TestTable(t *testing.T) {
	table := Table{Title: "times", Head: []string{"tool", "s"}}
	table.Add("lockvet", "1.25")
	table.Add("ssa")
	var b strings.Builder
	require.NoError(t, table.Print(&b))
	assert.Equal(t, `
### times

| tool    |    s |
|---------|-----:|
| lockvet | 1.25 |
| ssa     |    - |
`, b.String())
}
