package analyzer

// A bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

// set adds i and reports whether it was not there.
func (b bits) set(i int) bool {
	old := b[i/64]
	b[i/64] |= 1 << (i % 64)
	return b[i/64] != old
}

func (b bits) clear(i int) { b[i/64] &^= 1 << (i % 64) }

// or adds all of c and reports whether b has grown.
func (b bits) or(c bits) bool {
	grown := false
	for i, w := range c {
		if b[i]|w != b[i] {
			b[i] |= w
			grown = true
		}
	}
	return grown
}

// components returns the strongly connected components of a graph of n nodes,
// successors before predecessors (Tarjan 1972), without recursion.
func components(n int, succs func(int) []int) [][]int {
	index := make([]int, n)
	low := make([]int, n)
	onStack := make([]bool, n)
	var stack []int
	var out [][]int
	next := 1
	type frame struct {
		v, i int
		next []int
	}
	for root := range n {
		if index[root] != 0 {
			continue
		}
		work := []frame{{v: root, next: succs(root)}}
		index[root], low[root] = next, next
		next++
		stack = append(stack, root)
		onStack[root] = true
		for len(work) > 0 {
			f := &work[len(work)-1]
			if f.i < len(f.next) {
				w := f.next[f.i]
				f.i++
				if index[w] == 0 {
					index[w], low[w] = next, next
					next++
					stack = append(stack, w)
					onStack[w] = true
					work = append(work, frame{v: w, next: succs(w)})
				} else if onStack[w] {
					low[f.v] = min(low[f.v], index[w])
				}
				continue
			}
			v := f.v
			work = work[:len(work)-1]
			if len(work) > 0 {
				p := work[len(work)-1].v
				low[p] = min(low[p], low[v])
			}
			if low[v] == index[v] {
				var comp []int
				for {
					w := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					onStack[w] = false
					comp = append(comp, w)
					if w == v {
						break
					}
				}
				out = append(out, comp)
			}
		}
	}
	return out
}
