package safe

import "sync"

// A Cell has a mutex.
type Cell struct {
	mu sync.Mutex
	n  int
}

// A Grid finds its cells, and counts how often it was asked.
type Grid interface {
	Cell(i int) *Cell
	Close()
}

type grid struct {
	cells []*Cell
	asked int
}

func (g *grid) Cell(i int) *Cell {
	g.asked++
	return g.cells[i]
}

// Close takes the mutexes of all cells, one after the other.
func (g *grid) Close() {
	for _, c := range g.cells {
		c.mu.Lock()
		c.n = 0
		c.mu.Unlock()
	}
}

// Set names the cell once more to give up what it has taken.
func Set(g Grid, i int) {
	g.Cell(i).mu.Lock()
	g.Cell(i).n++
	g.Cell(i).mu.Unlock()
	g.Close()
}

// A Rope is a text in two halves, or in one piece.
type Rope struct {
	mu          sync.Mutex
	left, right *Rope
	text        string
}

// pieces is called with the mutex held, and goes down on the left with that of
// the half where it is.
func (r *Rope) pieces(list []string) []string {
	at := r
	for at.right != nil {
		at.right.mu.Lock()
		list = at.right.pieces(list)
		at.right.mu.Unlock()
		left := at.left
		if at != r {
			at.mu.Unlock()
		}
		left.mu.Lock()
		at = left
	}
	text := at.text
	if at != r {
		at.mu.Unlock()
	}
	return append(list, text)
}

// Pieces returns what the rope is made of.
func (r *Rope) Pieces() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pieces(nil)
}

// A Version is in a list that has its mutex elsewhere.
type Version struct{ list *Versions }

// Versions is the list.
type Versions struct {
	mu *sync.Mutex
	n  int
}

// Drop takes it out of the list, and unlocks the list that it was in.
func (v *Version) Drop() {
	l := v.list
	l.mu.Lock()
	l.n--
	v.list = nil
	l.mu.Unlock()
}

// Done drops one by itself.
func (r *Rope) Done(v *Version) {
	v.Drop()
	r.mu.Lock()
	defer r.mu.Unlock()
}

// Change drops one inside.
func (r *Rope) Change(v *Version) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v.Drop()
}
