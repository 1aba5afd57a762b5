package order

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Text prints the graph as a table: a line for each edge, with how often and
// where it was seen.
func Text(w io.Writer, g *Graph) error {
	if len(g.Edges) == 0 {
		_, err := fmt.Fprintln(w, "no lock is taken under another, and no order is declared")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "OUTER\tINNER\tTIMES\tORDER\tFOR EXAMPLE")
	for _, e := range g.Edges {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", e.Outer, e.Inner, e.Count, describe(e), e.Witness)
	}
	return table.Flush()
}

// describe says how an edge stands to the declared order.
func describe(e Edge) string {
	switch e.Kind {
	case Kept:
		return "declared"
	case Unseen:
		return "declared, not seen"
	case Violation:
		return "VIOLATION"
	}
	if e.Outer == e.Inner {
		return "two of a class"
	}
	return "undeclared"
}

// The colours of a picture, by kind of edge.
const (
	colourKept      = "#2b5f9e"
	colourUnseen    = "#9aa3ad"
	colourViolation = "#c62828"
	colourText      = "#1c2733"
)

func (k Kind) colour() string {
	switch k {
	case Violation:
		return colourViolation
	case Unseen:
		return colourUnseen
	}
	return colourKept
}

// DOT prints the graph in the language of Graphviz. Violations are red,
// undeclared edges dashed, edges that are only declared grey.
func DOT(w io.Writer, g *Graph) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "digraph lockorder {")
	fmt.Fprintln(out, "\tnode [shape=box, style=rounded, fontname=\"sans-serif\"];")
	fmt.Fprintln(out, "\tedge [fontname=\"sans-serif\", fontsize=10];")
	for _, c := range g.Classes {
		fmt.Fprintf(out, "\t%s;\n", quote(c))
	}
	for _, e := range g.Edges {
		attributes := []string{"color=" + quote(e.Kind.colour()), "label=" + quote(strconv.Itoa(e.Count))}
		if e.Kind == Undeclared {
			attributes = append(attributes, "style=dashed")
		}
		if e.Kind == Violation {
			// A violation points up: it must not decide who stands above whom.
			attributes = append(attributes, "penwidth=2", "constraint=false")
		}
		if e.Witness != "" {
			attributes = append(attributes, "tooltip="+quote(e.Witness))
		}
		fmt.Fprintf(out, "\t%s -> %s [%s];\n", quote(e.Outer), quote(e.Inner), strings.Join(attributes, ", "))
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// quote makes a DOT string, in which only quotes and backslashes are special.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) + `"`
}
