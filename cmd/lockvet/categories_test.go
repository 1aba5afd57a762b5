package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
)

// TestCategoriesAreDocumented walks the categories: each is explained by one
// analyzer, has the section that its URL points to, and a fixture in which it
// is found; and nothing is explained that is no category.
func TestCategoriesAreDocumented(t *testing.T) {
	entries := catalog.Of(lockvet.Suite())
	// What could not be analysed is documented like a category, but is a
	// failure of lockvet: no directive silences it, and no fixture is so bad.
	const incomplete = "incomplete"
	names := append(slices.Clone(lockmodel.Categories), incomplete)
	slices.Sort(names)
	assert.Equal(t, names, entries.Names(), "sections of the analyzers' documentation")
	anchors := headings(t, filepath.Join("..", "..", "docs", "rules.md"))
	found := wanted(t, filepath.Join("..", "..", "testdata", "src"))
	for _, e := range entries {
		assert.NotEmpty(t, e.Summary, "%s has no text", e.Name)
		assert.NotContains(t, e.Summary, "\n", e.Name)
		page, anchor, _ := strings.Cut(catalog.URL(e.Name), "#")
		assert.True(t, strings.HasSuffix(page, "/docs/rules.md"), page)
		assert.Contains(t, anchors, anchor, "sections of docs/rules.md")
		if e.Name != incomplete {
			assert.Contains(t, found, e.Name, "fixtures")
		}
	}
}

var heading = regexp.MustCompile("(?m)^#+ +`?([^`\n]+?)`?$")

// headings returns the anchors that GitHub gives the headings of a page.
func headings(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var out []string
	for _, m := range heading.FindAllStringSubmatch(string(data), -1) {
		out = append(out, strings.ReplaceAll(strings.ToLower(m[1]), " ", "-"))
	}
	return out
}

// A mark expects findings on its line: their categories, each followed by a
// colon, at the start of its patterns.
var (
	mark           = regexp.MustCompile(`//\s*want(?:\+\d+)? (.*)`)
	markedCategory = regexp.MustCompile("[\"`|]" + `\^?([a-z-]+):`)
)

// wanted returns the categories that the marks of the fixtures name.
func wanted(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".go" {
			return err
		}
		data, err := os.ReadFile(name)
		for _, line := range mark.FindAllStringSubmatch(string(data), -1) {
			for _, m := range markedCategory.FindAllStringSubmatch(line[1], -1) {
				out = append(out, m[1])
			}
		}
		return err
	})
	require.NoError(t, err)
	slices.Sort(out)
	return slices.Compact(out)
}
