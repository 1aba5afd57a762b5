package report

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNormalizeForgetsTheOrderOfPackages(t *testing.T) {
	whole := func() *Result {
		return &Result{
			Findings: []Finding{
				{Place: Place{File: "/b.go", Line: 1}, Message: "m"}, {Place: Place{File: "/a.go", Line: 10}, Message: "m"},
				{Place: Place{File: "/a.go", Line: 9, Column: 2}, Message: "m"}, {Place: Place{File: "/a.go", Line: 9, Column: 1}, Message: "m"},
				{Place: Place{File: "/a.go", Line: 9, Column: 1}, Message: "m"}, {Place: Place{File: "/a.go", Line: 9, Column: 1}, Message: "l"},
			},
			Errors: []string{"b", "a", "b"},
			Edges: []Edge{
				{Outer: "a", Inner: "b", Count: 1, Witness: "z.go:1"}, {Outer: "a", Inner: "b", Declared: true},
				{Outer: "a", Inner: "b", Count: 2, Witness: "y.go:1"}, {Outer: "a", Inner: "a", Count: 1, Witness: "x.go:2"},
			},
		}
	}
	first := whole()
	first.Normalize()
	assert.Len(t, first.Findings, 5)
	assert.Equal(t, []string{"a", "b"}, first.Errors)
	assert.Equal(t, []Edge{{Outer: "a", Inner: "a", Count: 1, Witness: "x.go:2"}, {Outer: "a", Inner: "b", Count: 3, Witness: "y.go:1", Declared: true}}, first.Edges)
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		r := whole()
		random.Shuffle(len(r.Findings), func(i, j int) { r.Findings[i], r.Findings[j] = r.Findings[j], r.Findings[i] })
		random.Shuffle(len(r.Edges), func(i, j int) { r.Edges[i], r.Edges[j] = r.Edges[j], r.Edges[i] })
		r.Normalize()
		assert.Equal(t, first, r)
		r.Normalize()
		assert.Equal(t, first, r)
	}
}

func TestRingOfSiblingsIsToldOnce(t *testing.T) {
	r := &Result{Findings: []Finding{
		{Place: Place{File: "/b.go", Line: 1}, Category: "cycle", Message: "ring of two"},
		{Place: Place{File: "/a.go", Line: 1}, Category: "cycle", Message: "ring of two"},
		{Place: Place{File: "/c.go", Line: 1}, Category: "cycle", Message: "ring of three"},
		{Place: Place{File: "/a.go", Line: 2}, Category: "relock", Message: "again"},
		{Place: Place{File: "/b.go", Line: 2}, Category: "relock", Message: "again"},
	}}
	r.Normalize()
	var places []string
	for _, f := range r.Findings {
		places = append(places, f.File+" "+f.Message)
	}
	assert.Equal(t, []string{"/a.go ring of two", "/a.go again", "/b.go again", "/c.go ring of three"}, places)
}

func TestRel(t *testing.T) {
	for _, c := range []struct{ base, file, want string }{
		{"/a", "/a/b.go", "b.go"}, {"/a", "/ab/c.go", "/ab/c.go"}, {"/a", "/a/..b/c.go", "..b/c.go"}, {"", "/x.go", "/x.go"}, {"/a", "-", "-"},
	} {
		assert.Equal(t, c.want, Rel(c.base, c.file))
	}
}
