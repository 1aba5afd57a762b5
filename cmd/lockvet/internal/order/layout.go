package order

import (
	"cmp"
	"maps"
	"slices"
)

// The layout is a small one of the layered kind (Sugiyama, Tagawa and Toda,
// "Methods for visual understanding of hierarchical system structures", 1981):
// outer classes above inner ones, an edge between distant layers led through a
// point on each layer between, points sorted within a layer so that few edges
// cross, then moved towards their neighbours. A lock graph has a handful of
// classes; nothing here is made for thousands.

// Sizes in the picture, in pixels.
const (
	boxHeight  = 36.0
	layerGap   = 72.0
	nodeGap    = 36.0
	letterSize = 8.4 // width of a letter of the 14 px monospaced type
	boxPadding = 14.0
	minBox     = 84.0
	partGap    = 72.0 // room for the loops of the part on the left
)

// A node is a box for a class or, if class is "", a bend of a long edge.
type node struct {
	class string
	layer int
	x, y  float64 // the middle
	width float64
	up    []*node // neighbours on the layer above
	down  []*node
}

// A route is the way of an edge through the picture, from outer to inner.
type route struct {
	edge  Edge
	nodes []*node
}

// A layout is a graph with places for everything.
type layout struct {
	layers        [][]*node
	boxes         map[string]*node
	routes        []route
	width, height float64
}

// newLayout lays out each connected part of a graph by itself and puts the
// parts side by side: what has no edge between has no say in where it stands.
func newLayout(g *Graph) *layout {
	all := &layout{boxes: map[string]*node{}}
	for _, part := range g.parts() {
		l := &layout{boxes: map[string]*node{}}
		down := l.downward(part)
		l.assignLayers(part, down)
		for _, e := range part.Edges {
			l.routes = append(l.routes, l.lead(e))
		}
		l.sortLayers()
		l.place()
		all.append(l)
	}
	return all
}

// append puts a layout to the right of l.
func (l *layout) append(part *layout) {
	left := 0.0
	if l.width > 0 {
		left = l.width + partGap
	}
	for _, layer := range part.layers {
		for _, n := range layer {
			n.x += left
			l.add(n)
		}
	}
	maps.Copy(l.boxes, part.boxes)
	l.routes = append(l.routes, part.routes...)
	l.width = left + part.width
	l.height = max(l.height, part.height)
}

// parts returns the connected parts of a graph, in the order of their first
// classes.
func (g *Graph) parts() []*Graph {
	near := relation{}
	for _, e := range g.Edges {
		near.add(e.Outer, e.Inner)
		near.add(e.Inner, e.Outer)
	}
	var out []*Graph
	placed := map[string]bool{}
	for _, c := range g.Classes {
		if placed[c] {
			continue
		}
		part := &Graph{}
		for _, d := range g.Classes {
			if d == c || near.reaches(c, d) {
				placed[d] = true
				part.Classes = append(part.Classes, d)
			}
		}
		for _, e := range g.Edges {
			if slices.Contains(part.Classes, e.Outer) {
				part.Edges = append(part.Edges, e)
			}
		}
		out = append(out, part)
	}
	return out
}

// downward returns the edges that point from an upper to a lower layer, as a
// relation without rings: violations do not count, and of a ring the edge that
// a search in name order finds to close it is left out.
func (l *layout) downward(g *Graph) relation {
	all := relation{}
	for _, e := range g.Edges {
		if e.Kind != Violation && e.Outer != e.Inner {
			all.add(e.Outer, e.Inner)
		}
	}
	down := relation{}
	const open, done = 1, 2
	state := map[string]int{}
	var walk func(string)
	walk = func(n string) {
		state[n] = open
		for _, next := range all[n] {
			if state[next] == open {
				continue
			}
			down.add(n, next)
			if state[next] != done {
				walk(next)
			}
		}
		state[n] = done
	}
	for _, c := range g.Classes {
		if state[c] == 0 {
			walk(c)
		}
	}
	return down
}

// assignLayers puts each class one layer below the lowest class outside it.
func (l *layout) assignLayers(g *Graph, down relation) {
	outside := relation{}
	for outer, inners := range down {
		for _, inner := range inners {
			outside.add(inner, outer)
		}
	}
	depth := map[string]int{}
	var layer func(string) int
	layer = func(c string) int {
		if d, ok := depth[c]; ok {
			return d
		}
		d := 0
		for _, o := range outside[c] {
			d = max(d, layer(o)+1)
		}
		depth[c] = d
		return d
	}
	for _, c := range g.Classes {
		n := &node{class: c, layer: layer(c), width: max(minBox, float64(len(c))*letterSize+2*boxPadding)}
		l.boxes[c] = n
		l.add(n)
	}
}

func (l *layout) add(n *node) {
	for len(l.layers) <= n.layer {
		l.layers = append(l.layers, nil)
	}
	l.layers[n.layer] = append(l.layers[n.layer], n)
}

// lead makes the route of an edge, with a bend on each layer that it crosses.
// An edge that is not downward is led as its reverse is.
func (l *layout) lead(e Edge) route {
	from, to := l.boxes[e.Outer], l.boxes[e.Inner]
	r := route{edge: e, nodes: []*node{from, to}}
	if e.Outer == e.Inner || from.layer == to.layer {
		return r
	}
	upward := from.layer > to.layer
	if upward {
		from, to = to, from
	}
	r.nodes = []*node{from}
	for last := from; last.layer < to.layer; {
		next := to
		if last.layer+1 < to.layer {
			next = &node{layer: last.layer + 1, width: nodeGap}
			l.add(next)
		}
		last.down = append(last.down, next)
		next.up = append(next.up, last)
		r.nodes = append(r.nodes, next)
		last = next
	}
	if upward {
		slices.Reverse(r.nodes)
	}
	return r
}

// sweeps is how often the layers are gone through, down and up again. Graphs
// of a dozen classes settle in two or three.
const sweeps = 8

// sortLayers moves each node to the mean place of its neighbours.
func (l *layout) sortLayers() {
	for range sweeps {
		for i := 1; i < len(l.layers); i++ {
			sortByMean(l.layers[i], l.layers[i-1], func(n *node) []*node { return n.up })
		}
		for i := len(l.layers) - 2; i >= 0; i-- {
			sortByMean(l.layers[i], l.layers[i+1], func(n *node) []*node { return n.down })
		}
	}
}

func sortByMean(layer, fixed []*node, neighbours func(*node) []*node) {
	at := map[*node]int{}
	for i, n := range fixed {
		at[n] = i
	}
	mean := map[*node]float64{}
	for i, n := range layer {
		sum, list := 0, neighbours(n)
		for _, m := range list {
			sum += at[m]
		}
		mean[n] = float64(i) // a node without neighbours stays
		if len(list) > 0 {
			mean[n] = float64(sum) / float64(len(list))
		}
	}
	slices.SortStableFunc(layer, func(a, b *node) int { return cmp.Compare(mean[a], mean[b]) })
}

// place gives every node its coordinates.
func (l *layout) place() {
	for i, layer := range l.layers {
		x := 0.0
		for _, n := range layer {
			n.x = x + n.width/2
			n.y = float64(i)*(boxHeight+layerGap) + boxHeight/2
			x += n.width + nodeGap
		}
	}
	for range sweeps {
		for _, layer := range l.layers {
			align(layer)
		}
	}
	left := 0.0
	for _, layer := range l.layers {
		if len(layer) > 0 {
			left = min(left, layer[0].x-layer[0].width/2)
		}
	}
	for _, layer := range l.layers {
		for _, n := range layer {
			n.x -= left
			l.width = max(l.width, n.x+n.width/2)
		}
	}
	l.height = float64(len(l.layers))*(boxHeight+layerGap) - layerGap
}

// align moves the nodes of a layer towards the mean of their neighbours, then
// apart until none overlaps, and the layer back by as much as that moved it.
func align(layer []*node) {
	wanted := make([]float64, len(layer))
	for i, n := range layer {
		wanted[i] = n.x
		if around := slices.Concat(n.up, n.down); len(around) > 0 {
			sum := 0.0
			for _, m := range around {
				sum += m.x
			}
			wanted[i] = sum / float64(len(around))
		}
	}
	drift := 0.0
	for i, n := range layer {
		n.x = wanted[i]
		if i > 0 {
			left := layer[i-1]
			n.x = max(n.x, left.x+left.width/2+nodeGap+n.width/2)
		}
		drift += n.x - wanted[i]
	}
	for _, n := range layer {
		n.x -= drift / float64(len(layer))
	}
}
