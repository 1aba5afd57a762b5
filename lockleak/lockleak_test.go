package lockleak_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/internal/diag/diagtest"
	"github.com/lockvet/lockvet/lockleak"
)

func TestMessages(t *testing.T) {
	p := diagtest.New(t)
	lock := analyzer.Lock{Class: "namespace", Key: "user"}
	chain := diagtest.Hops("store.Lock at imap/copy.go:13", "LockUser at store/store.go:5")
	cases := []struct {
		name string
		leak analyzer.Leak
		want string
	}{
		{
			"a way out", analyzer.Leak{Exit: p.At(24)},
			"acquiring namespace lock of user without releasing it on the way out on line 24; release it on every path",
		},
		{
			"no place of the way out", analyzer.Leak{},
			"acquiring namespace lock of user without releasing it on the way out; release it on every path",
		},
		{
			"through calls", analyzer.Leak{Exit: p.At(24), Chain: chain},
			"calling store.Lock acquires namespace lock without releasing it on the way out on line 24: " +
				"store.Lock calls LockUser (store/store.go:5); release it on every path",
		},
		{
			"overwritten", analyzer.Leak{Exit: p.At(24), Why: "overwritten"},
			"acquiring namespace lock of user and overwriting what holds it on line 24; release it first",
		},
		{
			"dropped", analyzer.Leak{Exit: p.At(13), Why: "result not used"},
			"acquiring namespace lock of user and dropping what holds it on line 13; keep it, to release the lock",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.leak.Range, c.leak.Name, c.leak.Lock = p.At(13), "store.Lock", lock
			res := diagtest.Mail()
			res.Leaks = []analyzer.Leak{c.leak}
			assert.Equal(t, []string{"copy.go:13: leak: " + c.want}, p.Reports(lockleak.Analyzer, res))
		})
	}
}

func TestRelated(t *testing.T) {
	p := diagtest.New(t)
	res := diagtest.Mail()
	res.Leaks = []analyzer.Leak{{Range: p.At(13), Name: "LockUser", Lock: analyzer.Lock{Class: "namespace"}, Exit: p.At(24)}}
	list, _ := p.Run(lockleak.Analyzer, res, nil)
	require.Len(t, list, 1)
	assert.Equal(t, []string{"copy.go:13: namespace lock taken here", "copy.go:24: namespace lock left behind here"}, p.Related(list[0]))
}

func TestNothing(t *testing.T) {
	p := diagtest.New(t)
	assert.Empty(t, p.Reports(lockleak.Analyzer, &analyzer.Result{}), "a result without a model")
}
