// Package catalog finds what the analyzers' own documentation says of each
// category, so that the command, the SARIF rules and the package pages cannot
// come to differ: there is one text. It does not know the categories; whoever
// documents one makes it exist here.
package catalog

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Base is the page on which every category has a section.
const Base = "https://github.com/lockvet/lockvet/blob/main/docs/rules.md"

// heading begins the section of a category in an analyzer's Doc.
const heading = "# Category "

// URL returns the address of the section of a category.
func URL(category string) string {
	if category == "" {
		return Base
	}
	return Base + "#" + category
}

// An Entry is the documentation of one category.
type Entry struct {
	Name     string
	Analyzer string
	Summary  string // the first sentence, on one line
	Text     string // the section without its heading
}

// A Catalog is the documentation of all categories, sorted by name.
type Catalog []Entry

// Of reads the catalog from the Doc of the analyzers of a suite.
func Of(suite []*analysis.Analyzer) Catalog {
	var out Catalog
	for _, a := range suite {
		for name, text := range sections(a.Doc) {
			out = append(out, Entry{Name: name, Analyzer: a.Name, Summary: summary(text), Text: text})
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Analyzer, b.Analyzer)) })
	return out
}

// Find returns the entry of a category.
func (c Catalog) Find(name string) (Entry, bool) {
	i := slices.IndexFunc(c, func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return c[i], true
}

// Names returns the names of the categories.
func (c Catalog) Names() []string {
	var out []string
	for _, e := range c {
		out = append(out, e.Name)
	}
	return out
}

// sections cuts a Doc into its category sections. A section ends at the next
// heading of any kind.
func sections(doc string) map[string]string {
	out := map[string]string{}
	var name string
	var body []string
	flush := func() {
		if name != "" {
			out[name] = strings.TrimSpace(strings.Join(body, "\n"))
		}
		name, body = "", nil
	}
	for line := range strings.Lines(doc) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, heading):
			flush()
			name = strings.TrimSpace(strings.TrimPrefix(line, heading))
		case strings.HasPrefix(line, "# "):
			flush()
		default:
			body = append(body, line)
		}
	}
	flush()
	return out
}

// summary returns the first sentence of a text, on one line.
func summary(text string) string {
	paragraph, _, _ := strings.Cut(text, "\n\n")
	line := strings.Join(strings.Fields(paragraph), " ")
	if i := strings.Index(line, ". "); i >= 0 {
		line = line[:i+1]
	}
	return strings.TrimSuffix(strings.TrimSuffix(line, "."), ":")
}

// Nearest returns the word that is closest to got, if it is close enough to be
// what was meant: at most two edits, or one for a short word.
func Nearest(got string, words []string) (string, bool) {
	best, limit := "", 3
	if len(got) < 5 {
		limit = 2
	}
	for _, w := range words {
		if d := distance(got, w); d < limit {
			best, limit = w, d
		}
	}
	return best, best != ""
}

// distance is the Levenshtein distance, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
