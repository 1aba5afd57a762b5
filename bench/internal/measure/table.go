package measure

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A Table is printed as Markdown, with columns of equal width: the first is
// text, the others are figures.
type Table struct {
	Title string
	Head  []string
	Rows  [][]string
}

// Add adds a row. Cells that are not given are dashes.
func (t *Table) Add(cells ...string) {
	for len(cells) < len(t.Head) {
		cells = append(cells, "-")
	}
	t.Rows = append(t.Rows, cells)
}

// Print prints the table.
func (t *Table) Print(w io.Writer) error {
	widths := make([]int, len(t.Head))
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", t.Title)
	row := func(cells []string) {
		for i, cell := range cells {
			left := 1
			if i > 0 {
				left = -1
			}
			fmt.Fprintf(&b, "| %*s ", -left*widths[i], cell)
		}
		b.WriteString("|\n")
	}
	row(t.Head)
	for i, width := range widths {
		if i == 0 {
			fmt.Fprintf(&b, "|%s", strings.Repeat("-", width+2))
		} else {
			fmt.Fprintf(&b, "|%s:", strings.Repeat("-", width+1))
		}
	}
	b.WriteString("|\n")
	for _, cells := range t.Rows {
		row(cells)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
