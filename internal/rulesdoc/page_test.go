package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/internal/diag"
)

const pageFile = "../../docs/rules.md"

func TestPageIsCurrent(t *testing.T) {
	file, err := os.ReadFile(filepath.FromSlash(pageFile))
	require.NoError(t, err)
	assert.Equal(t, string(page(checks)), string(file),
		"docs/rules.md is stale; from the top of the repository run: go run ./internal/rulesdoc >docs/rules.md")
}

// incomplete is no finding: no ignore may name it, but it has a section.
const incomplete = "incomplete"

var (
	sectionOf = regexp.MustCompile(`(?m)^# Category (.*)$`)
	headingOf = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// Every category has one section in the documentation of one check, one
// heading on the page, and a URL that leads to it; and there are no others.
func TestCategories(t *testing.T) {
	want := append(slices.Clone(lockmodel.Categories), incomplete)
	slices.Sort(want)

	var sections []string
	for _, a := range checks {
		for _, m := range sectionOf.FindAllStringSubmatch(a.Doc, -1) {
			sections = append(sections, m[1])
		}
	}
	slices.Sort(sections)
	assert.Equal(t, want, sections, "sections of the documentation")

	anchors := map[string]int{}
	for _, m := range headingOf.FindAllStringSubmatch(outsideCode(string(page(checks))), -1) {
		anchors[anchor(m[1])]++
	}
	for name, n := range anchors {
		assert.Equal(t, 1, n, "headings that lead to #%s", name)
	}
	for _, category := range want {
		assert.Equal(t, diag.Page+"#"+category, diag.URL(category))
		assert.Contains(t, anchors, category)
	}
	for _, a := range checks {
		assert.Equal(t, diag.URL(a.Name), a.URL)
		assert.Contains(t, anchors, a.Name)
	}
}

// anchor returns the name that GitHub gives to a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), " ", "-")
}

func outsideCode(page string) string {
	var out []string
	for i, part := range strings.Split(page, "\n```") {
		if i%2 == 0 {
			out = append(out, part)
		}
	}
	return strings.Join(out, "\n")
}

// Every section tells what happens, shows wrong code and right code, and says
// how to silence a report.
func TestSections(t *testing.T) {
	for _, a := range checks {
		_, body, _ := strings.Cut(a.Doc, "\n# ")
		for _, text := range strings.Split("\n# "+body, "\n# Category ")[1:] {
			name, text, _ := strings.Cut(text, "\n")
			if name == incomplete {
				continue
			}
			assert.Len(t, blocks(text), 2, "%s: wrong code and right code", name)
			assert.Regexp(t, `//lockvet:ignore ([a-z-]+,)?`+name+` -- reason`, text, "%s: how to silence it", name)
		}
	}
}

// blocks returns the blocks of code of a section.
func blocks(text string) []string {
	var out []string
	in := false
	for line := range strings.Lines(text) {
		code, ok := strings.CutPrefix(line, "\t")
		switch {
		case ok && in:
			out[len(out)-1] += code
		case ok:
			out = append(out, code)
		case in && strings.TrimSpace(line) == "":
			out[len(out)-1] += "\n" // a blank line does not end a block
			continue
		}
		in = ok
	}
	return out
}
