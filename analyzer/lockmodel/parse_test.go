package lockmodel_test

import (
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// canonical pairs directives with their canonical form.
var canonical = []struct{ text, want string }{
	{"//lockvet:order A  B\tC", "//lockvet:order A B C"},
	{"//lockvet:order a-b store.Account.mu github.com/x/y/store.Account.mu", "//lockvet:order a-b store.Account.mu github.com/x/y/store.Account.mu"},
	{"//lockvet:class A retired within=B ordered", "//lockvet:class A ordered within=B retired"},
	{"//lockvet:class A key=ref.User", "//lockvet:class A key=ref.User"},
	{"//lockvet:acquire A", "//lockvet:acquire A"},
	{"//lockvet:acquire A try during=fn ordered key=a key=b,c shared", "//lockvet:acquire A shared key=a,b,c ordered try during=fn"},
	{"//lockvet:acquire A mode=m.x exclusive_", ""},
	{"//lockvet:acquire A key=ref.User mode=args.mode // a comment", "//lockvet:acquire A mode=args.mode key=ref.User"},
	{"//lockvet:release A key=r", "//lockvet:release A key=r"},
	{"//lockvet:require A key=r exclusive", "//lockvet:require A exclusive key=r"},
	{"//lockvet:async", "//lockvet:async"},
	{"//lockvet:async f,g h", "//lockvet:async f g h"},
	{"//lockvet:extern   (*a/b.T).M acquire A key=x", "//lockvet:extern (*a/b.T).M acquire A key=x"},
	{"//lockvet:extern (a/b.I).M async", "//lockvet:extern (a/b.I).M async"},
	{"//lockvet:extern gopkg.in/yaml.v3.T.M release A", "//lockvet:extern gopkg.in/yaml.v3.T.M release A"},
	{"//lockvet:ignore a, b,c --  why  not", "//lockvet:ignore a,b,c -- why not"},
	{"//lockvet:ignore a , b --why", "//lockvet:ignore a,b -- why"},
	{"//lockvet:ignore a -- see https://example.org/ // not this", "//lockvet:ignore a -- see https://example.org/"},
	{"//lockvet:ignore a for no reason", "//lockvet:ignore a"},
}

func TestParseCanonical(t *testing.T) {
	for _, test := range canonical {
		d, err, ok := lockmodel.Parse(test.text, 1)
		require.True(t, ok, test.text)
		if test.want == "" {
			require.NotNil(t, err, test.text)
			continue
		}
		require.Nil(t, err, test.text)
		assert.Equal(t, test.want, d.String())
	}
}

func TestParsePositions(t *testing.T) {
	const text = "//lockvet:acquire box shared key=a,ref.User during=fn  // rest"
	d, err, ok := lockmodel.Parse(text, 100)
	require.True(t, ok)
	require.Nil(t, err)
	at := func(w lockmodel.Word) string { return text[w.Pos-100 : w.End()-100] }
	assert.Equal(t, "acquire", at(d.Verb))
	assert.Equal(t, "box", at(d.Classes[0]))
	assert.Equal(t, "a", at(d.Keys[0]))
	assert.Equal(t, "ref.User", at(d.Keys[1]))
	assert.Equal(t, "fn", at(d.During))
	assert.Equal(t, token.Pos(100), d.Pos)
	assert.Equal(t, "during=fn", text[:d.End-100][len(text[:d.End-100])-9:])
}

func TestParseOther(t *testing.T) {
	for _, text := range []string{"", "//", "// lockvet:order a b", "//lockvet", "//lockvets:order a b", "/*lockvet:order a b*/", "//go:build x"} {
		_, err, ok := lockmodel.Parse(text, 1)
		assert.False(t, ok, text)
		assert.Nil(t, err, text)
	}
}

// FuzzParse holds Parse to its promises for any comment: no panic, errors that
// lie inside the comment, and a canonical form that reads back as itself.
func FuzzParse(f *testing.F) {
	for _, test := range canonical {
		f.Add(test.text[len(lockmodel.Prefix):])
	}
	f.Add(" order")
	f.Add("class =\x00")
	f.Add("acquire a key=\xff,")
	f.Add("extern (*p.T[K]).M acquire \"")
	f.Fuzz(func(t *testing.T, rest string) {
		text := lockmodel.Prefix + rest
		d, err, ok := lockmodel.Parse(text, 1)
		require.True(t, ok)
		if err != nil {
			require.NotEmpty(t, err.Error())
			require.Less(t, err.Pos, err.End)
			require.GreaterOrEqual(t, err.Pos, token.Pos(1))
			require.LessOrEqual(t, int(err.End), len(text)+1)
			for _, b := range []byte(err.Message) {
				require.True(t, ' ' <= b && b < 0x7f, "not printable ASCII: %q", err.Message)
			}
			return
		}
		again, err, ok := lockmodel.Parse(d.String(), 1)
		require.True(t, ok)
		require.Nil(t, err, d.String())
		require.Equal(t, d.String(), again.String())
	})
}
