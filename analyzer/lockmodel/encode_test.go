package lockmodel_test

import (
	"bytes"
	"encoding/gob"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// archived returns the merged models of an archive of testdata.
func archived(t *testing.T, name string) map[string]*lockmodel.Package {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
	require.NoError(t, err)
	return newWorld(t, string(data)).results
}

func TestEncodeIsDeterministic(t *testing.T) {
	m := archived(t, "bind")["p"].Merged
	want := m.Encode()
	for range 10 {
		assert.Equal(t, want, m.Encode())
		assert.Equal(t, want, archived(t, "bind")["p"].Merged.Encode(), "built anew")
		assert.Equal(t, want, merged(m).Encode(), "copied")
	}
}

func TestEncodeRoundTrip(t *testing.T) {
	for _, name := range []string{"bind", "place", "extern", "cycle"} {
		for p, r := range archived(t, name) {
			got, err := lockmodel.Decode(r.Merged.Encode())
			require.NoError(t, err, "%s %s", name, p)
			assert.Equal(t, r.Merged, got, "%s %s", name, p)
		}
	}
	for seed := range uint64(1000) {
		m := randomModel(rand.New(rand.NewPCG(seed, 3)))
		got, err := lockmodel.Decode(m.Encode())
		require.NoError(t, err)
		require.Equal(t, m, got)
	}
}

// A fact that holds a model is written by gob, which must not see its maps.
func TestGob(t *testing.T) {
	type fact struct{ Model *lockmodel.Model }
	in := fact{archived(t, "bind")["p"].Merged}
	var want []byte
	for range 10 {
		var b bytes.Buffer
		require.NoError(t, gob.NewEncoder(&b).Encode(in))
		if want == nil {
			want = b.Bytes()
		}
		assert.Equal(t, want, b.Bytes())
	}
	var out fact
	require.NoError(t, gob.NewDecoder(bytes.NewReader(want)).Decode(&out))
	assert.Equal(t, in, out)
	require.Error(t, out.Model.GobDecode([]byte{1, 2, 3}))
	assert.Equal(t, in, out, "a failed decoding changes nothing")
}

// A model is small next to what it says: names are written once.
func TestEncodeSize(t *testing.T) {
	m := archived(t, "bind")["p"].Merged
	assert.Less(t, len(m.Encode()), len(dump(m)))
}

func TestDecodeCorrupt(t *testing.T) {
	good := archived(t, "bind")["p"].Merged.Encode()
	for i := range good {
		_, err := lockmodel.Decode(good[:i])
		require.Error(t, err, "cut at %d", i)
	}
	_, err := lockmodel.Decode(append(bytes.Clone(good), 0))
	require.Error(t, err, "more than a model")
	_, err = lockmodel.Decode(append([]byte{99}, good[1:]...))
	require.Error(t, err, "another version")
}

// FuzzDecode holds Decode to its promise for any bytes: an error, or a model
// that has these very bytes as its encoding.
func FuzzDecode(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(randomModel(rand.New(rand.NewPCG(seed, 4))).Encode())
	}
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := lockmodel.Decode(data)
		if err != nil {
			return
		}
		require.Equal(t, data, m.Encode())
	})
}
