package catalog

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/tools/go/analysis"
)

func TestOf(t *testing.T) {
	c := Of([]*analysis.Analyzer{
		{Name: "z", Doc: "z: last\n\n# Category b\n\nFirst line\nof a sentence. Another.\n\nMore.\n\n# Limits\n\nNot here.\n"},
		{Name: "y", Doc: "# Category a\nOnly:\n\n\tcode()\n# Category c\n"},
	})
	assert.Equal(t, Catalog{
		{Name: "a", Analyzer: "y", Summary: "Only", Text: "Only:\n\n\tcode()"},
		{Name: "b", Analyzer: "z", Summary: "First line of a sentence", Text: "First line\nof a sentence. Another.\n\nMore."},
		{Name: "c", Analyzer: "y"},
	}, c)
	assert.Equal(t, []string{"a", "b", "c"}, c.Names())
	_, ok := c.Find("d")
	assert.False(t, ok)
}

func TestNearest(t *testing.T) {
	words := []string{"order", "leak", "users-unordered", "unordered"}
	for got, want := range map[string]string{"ordre": "order", "leek": "leak", "unordred": "unordered", "zzzz": "", "le": "", "": ""} {
		near, ok := Nearest(got, words)
		assert.Equal(t, want, near)
		assert.Equal(t, want != "", ok)
	}
}
