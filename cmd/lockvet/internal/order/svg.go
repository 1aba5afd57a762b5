package order

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
)

// Margins around the graph, in pixels. The one on the right has room for the
// loops of classes of which two are held together.
const (
	margin       = 32.0
	loopRoom     = 60.0
	legendHeight = 34.0
	legendWidth  = 520.0
)

// SVG prints the graph as a picture that a browser opens: outer classes above
// inner ones, each edge with the number of places where it was seen. Pointing
// at an edge shows one of them.
func SVG(w io.Writer, g *Graph) error {
	out := bufio.NewWriter(w)
	l := newLayout(g)
	above, below := l.arcRoom()
	width := max(l.width+loopRoom, legendWidth) + 2*margin
	height := above + max(l.height, 0) + below + legendHeight + 2*margin
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" aria-label="lock order">`+"\n", width, height, width, height)
	fmt.Fprintln(out, `<title>lock order</title>`)
	fmt.Fprintln(out, `<rect width="100%" height="100%" fill="#ffffff"/>`)
	heads(out)
	indent := margin + max(0, (width-2*margin-loopRoom-l.width)/2)
	fmt.Fprintf(out, `<g transform="translate(%.1f %.1f)" font-family="ui-monospace, SFMono-Regular, Menlo, monospace" font-size="14">`+"\n", indent, margin+above)
	for _, r := range l.routes {
		drawEdge(out, g, r)
	}
	for _, r := range l.routes { // after all edges, so that none crosses a number
		drawLabel(out, g, r)
	}
	for _, c := range g.Classes {
		drawBox(out, l.boxes[c])
	}
	fmt.Fprintln(out, `</g>`)
	legend(out, margin, height-margin)
	fmt.Fprintln(out, `</svg>`)
	return out.Flush()
}

// heads defines an arrow head for each colour.
func heads(out *bufio.Writer) {
	fmt.Fprintln(out, `<defs>`)
	for _, k := range []Kind{Kept, Unseen, Violation} {
		fmt.Fprintf(out, `<marker id="head%s" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 10 5 0 10z" fill="%s"/></marker>`+"\n", headName(k), k.colour())
	}
	fmt.Fprintln(out, `</defs>`)
}

func headName(k Kind) string { return strings.TrimPrefix(k.colour(), "#") }

func drawBox(out *bufio.Writer, n *node) {
	fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="8" fill="#f4f7fb" stroke="%s"/>`+"\n",
		n.x-n.width/2, n.y-boxHeight/2, n.width, boxHeight, colourKept)
	fmt.Fprintf(out, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="%s">%s</text>`+"\n", n.x, n.y+5, colourText, html.EscapeString(n.class))
}

// A point is a place in the picture.
type point struct{ x, y float64 }

func drawEdge(out *bufio.Writer, g *Graph, r route) {
	path, _ := edgePath(g, r)
	style := ""
	switch r.edge.Kind {
	case Undeclared:
		style = ` stroke-dasharray="6 4"`
	case Violation:
		style = ` stroke-width="2.5"`
	}
	fmt.Fprintf(out, `<path d="%s" fill="none" stroke="%s"%s marker-end="url(#head%s)"><title>%s</title></path>`+"\n",
		path, r.edge.Kind.colour(), style, headName(r.edge.Kind), html.EscapeString(tooltip(r.edge)))
}

// drawLabel writes how often an edge was seen, on a ground that hides the line.
func drawLabel(out *bufio.Writer, g *Graph, r route) {
	if r.edge.Count == 0 {
		return
	}
	_, at := edgePath(g, r)
	text := strconv.Itoa(r.edge.Count)
	w := float64(len(text))*7 + 8
	fmt.Fprintf(out, `<g><title>%s</title><rect x="%.1f" y="%.1f" width="%.1f" height="16" rx="4" fill="#ffffff"/>`, html.EscapeString(tooltip(r.edge)), at.x-w/2, at.y-8, w)
	fmt.Fprintf(out, `<text x="%.1f" y="%.1f" font-size="12" text-anchor="middle" fill="%s">%s</text></g>`+"\n", at.x, at.y+4, r.edge.Kind.colour(), text)
}

func tooltip(e Edge) string {
	text := fmt.Sprintf("%s under %s: %s", e.Inner, e.Outer, describe(e))
	if e.Witness != "" {
		text += "; for example " + e.Witness
	}
	return text
}

// edgePath returns the path of an edge and the place of its label.
func edgePath(g *Graph, r route) (string, point) {
	first, last := r.nodes[0], r.nodes[len(r.nodes)-1]
	switch {
	case first == last:
		return loopPath(first)
	case first.layer == last.layer:
		return arcPath(first, last)
	}
	side := 1.0 // which way the edge leaves the box: down or up
	if first.layer > last.layer {
		side = -1
	}
	shift := 0.0
	if hasEdge(g, r.edge.Inner, r.edge.Outer) {
		shift = 16 * side // the two ways between a pair run beside each other
	}
	points := []point{{first.x + shift, first.y + side*boxHeight/2}}
	for _, bend := range r.nodes[1 : len(r.nodes)-1] {
		points = append(points, point{bend.x + shift, bend.y})
	}
	points = append(points, point{last.x + shift, last.y - side*(boxHeight/2+1)})
	var d strings.Builder
	fmt.Fprintf(&d, "M%.1f %.1f", points[0].x, points[0].y)
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		pull := (b.y - a.y) / 2
		fmt.Fprintf(&d, " C%.1f %.1f %.1f %.1f %.1f %.1f", a.x, a.y+pull, b.x, b.y-pull, b.x, b.y)
	}
	middle := (len(points) - 1) / 2
	a, b := points[middle], points[middle+1]
	if shift == 0 {
		return d.String(), point{(a.x + b.x) / 2, (a.y + b.y) / 2}
	}
	// Nearer to its start, so that the labels of the two ways stand apart: the
	// curve at a third of its parameter.
	return d.String(), point{a.x + (b.x-a.x)*7/27, a.y + (b.y-a.y)*10/27}
}

func hasEdge(g *Graph, outer, inner string) bool {
	for _, e := range g.Edges {
		if e.Outer == outer && e.Inner == inner {
			return true
		}
	}
	return false
}

// loopPath leads an edge from the right side of a box back to it.
func loopPath(n *node) (string, point) {
	right := n.x + n.width/2
	return fmt.Sprintf("M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f", right, n.y-10, right+44, n.y-26, right+44, n.y+26, right+1, n.y+10),
		point{right + 33, n.y}
}

// maxBow is how far an arc goes out of its layer.
const maxBow = layerGap * 0.75

// arcRoom returns the room that arcs need above the first layer and below the
// last.
func (l *layout) arcRoom() (above, below float64) {
	for _, r := range l.routes {
		first, last := r.nodes[0], r.nodes[len(r.nodes)-1]
		switch {
		case first.layer != last.layer || first == last:
		case first.x < last.x && first.layer == 0:
			above = maxBow
		case first.x > last.x && first.layer == len(l.layers)-1:
			below = maxBow
		}
	}
	return above, below
}

// arcPath joins two boxes of one layer by an arc: above them from left to
// right, below them from right to left.
func arcPath(a, b *node) (string, point) {
	side := -1.0
	if a.x > b.x {
		side = 1
	}
	bow := side * (boxHeight/2 + min(maxBow, 20+math.Abs(a.x-b.x)/8))
	return fmt.Sprintf("M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f", a.x, a.y+side*boxHeight/2, a.x, a.y+bow*1.4, b.x, b.y+bow*1.4, b.x, b.y+side*(boxHeight/2+1)),
		point{(a.x + b.x) / 2, a.y + bow*1.15}
}

// legend explains the lines.
func legend(out *bufio.Writer, x, y float64) {
	fmt.Fprintf(out, `<g font-family="sans-serif" font-size="12" fill="%s">`+"\n", colourText)
	for _, k := range []Kind{Kept, Unseen, Undeclared, Violation} {
		text, style := "declared", ""
		switch k {
		case Unseen:
			text = "declared, not seen"
		case Undeclared:
			text, style = "undeclared", ` stroke-dasharray="6 4"`
		case Violation:
			text, style = "violation", ` stroke-width="2.5"`
		}
		fmt.Fprintf(out, `<path d="M%.1f %.1fh32" stroke="%s"%s marker-end="url(#head%s)"/><text x="%.1f" y="%.1f">%s</text>`+"\n", x, y, k.colour(), style, headName(k), x+38, y+4, text)
		x += 64 + float64(len(text))*6.5
	}
	fmt.Fprintln(out, `</g>`)
}
