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
