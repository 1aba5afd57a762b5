package driver

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

func TestSplitPosn(t *testing.T) {
	for posn, want := range map[string]report.Place{
		"/a/b.go:3:4":   {File: "/a/b.go", Line: 3, Column: 4},
		"/a/b.go:3":     {File: "/a/b.go", Line: 3},
		"/a:1/b.go:3:4": {File: "/a:1/b.go", Line: 3, Column: 4},
		`C:\b.go:3:4`:   {File: `C:\b.go`, Line: 3, Column: 4},
		"-":             {File: "-"},
		"":              {},
	} {
		assert.Equal(t, want, place(posn, ""), posn)
	}
	assert.Equal(t, report.Place{File: "/a.go", Line: 3, Column: 4, EndLine: 5, EndColumn: 1}, place("/a.go:3:4", "/a.go:5:1"))
	assert.Equal(t, report.Place{File: "/a.go", Line: 3, Column: 4}, place("/a.go:3:4", "/b.go:5:1"), "an end in another file is none")
}

func TestDecodeDropsThePackageThatATestVariantHoldsToo(t *testing.T) {
	const stream = `
{"p": {"inversion": [{"category":"order","posn":"/p.go:1:1","end":"/p.go:1:2","message":"once"}],
       "lockstate": [{"category":"stats","posn":"/p.go:1:1","message":"{\"calls\":1}"}]}}
{"p [p.test]": {"inversion": [{"category":"order","posn":"/p.go:1:1","end":"/p.go:1:2","message":"once"}],
                "lockstate": [{"category":"stats","posn":"/p.go:1:1","message":"{\"calls\":1,\"bounded\":2}"}]}}
{}
{"q": {"inversion": {"error": "broke"}}}`
	var steps []int
	r, err := decode(strings.NewReader(stream), func(done int) { steps = append(steps, done) })
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2, 3, 4}, steps)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "p", r.Findings[0].Package)
	assert.Equal(t, report.Stats{Calls: 1, Bounded: 2}, r.Stats)
	assert.Equal(t, []string{"q: inversion: broke"}, r.Errors)
}

func TestDecodeRefusesWhatIsNotJSON(t *testing.T) {
	for _, bad := range []string{"oops", `{"p": {"x": 3}}`, `{"p": {"x": [{"category":"stats","message":"no"}]}}`, `{"p"`} {
		_, err := decode(strings.NewReader(bad), nil)
		assert.ErrorContains(t, err, "reading the", bad)
	}
}

func TestComplaints(t *testing.T) {
	assert.Equal(t, []string{"a/a.go:1:2: no", "b.go:3:4: nor this hint"}, complaints(
		"# p\nvet: a/a.go:1:2: no\n# q\n./b.go:3:4: nor this\n\thint\n\ngo: warning: \"x\" matched no packages\ngo: downloading y v1\n"))
}

func TestReadListing(t *testing.T) {
	const out = `
{"ImportPath":"good","Dir":"/good"}
{"ImportPath":"good [good.test]","ForTest":"good","Dir":"/good"}
{"ImportPath":"good.test","Dir":"/good"}
{"ImportPath":"above","Dir":"/above","Incomplete":true,"DepsErrors":[{"Pos":"m.go:3:8","Err":"no required module"}]}
{"ImportPath":"tests","Dir":"/tests"}
{"ImportPath":"tests [tests.test]","ForTest":"tests","Dir":"/tests","Incomplete":true}
{"ImportPath":"./empty","Dir":"/empty","Error":{"Err":"no Go files in /empty"}}`
	l, err := readListing(out, []string{"./..."})
	require.NoError(t, err)
	assert.Equal(t, []string{"good"}, l.sound)
	assert.Equal(t, 3, l.matched)
	assert.Equal(t, []string{"m.go:3:8: no required module", "no Go files in /empty"}, l.errors)
}
