package analyzer

import (
	"cmp"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// findLive computes, for each block, the values that are used after its entry.
// Most values are used in their own block alone and are not counted: a function
// of thousands of blocks would have the square of them in bits.
func (c *code) findLive(fn *ssa.Function, n int) {
	m := c.findAcross(fn, n)
	c.live = make([]bits, len(fn.Blocks))
	for i := range c.live {
		c.live[i] = newBits(m)
	}
	var ops [16]*ssa.Value
	live := newBits(m)
	use := func(v ssa.Value) {
		if tracked(v) {
			if k := c.across[c.num[v]]; k > 0 {
				live.set(k - 1)
			}
		}
	}
	def := func(v ssa.Value) {
		if k := c.across[c.num[v]]; k > 0 {
			live.clear(k - 1)
		}
	}
	for changed := true; changed; {
		changed = false
		for i := len(c.order) - 1; i >= 0; i-- {
			b := c.order[i]
			clear(live)
			for _, s := range b.Succs {
				live.or(c.live[s.Index])
				pred := predIndex(b, s)
				joins := phis(s)
				for _, phi := range joins {
					def(phi)
				}
				for _, phi := range joins {
					use(phi.Edges[pred])
				}
			}
			for j := len(b.Instrs) - 1; j >= 0; j-- {
				instr := b.Instrs[j]
				if _, ok := instr.(*ssa.Phi); ok {
					continue
				}
				if v, ok := instr.(ssa.Value); ok {
					def(v)
				}
				for _, op := range instr.Operands(ops[:0]) {
					use(*op)
				}
			}
			for _, phi := range phis(b) { // they are set on the way in
				if phi.Referrers() != nil && len(*phi.Referrers()) > 0 {
					use(phi)
				}
			}
			if c.live[b.Index].or(live) {
				changed = true
			}
		}
	}
}

// findAcross numbers the values that are live at the entry of some block: those
// that another block uses, phis and what they join. It returns how many there are.
func (c *code) findAcross(fn *ssa.Function, n int) int {
	c.across = make([]int, n)
	m := 0
	mark := func(v ssa.Value) {
		if k := &c.across[c.num[v]]; *k == 0 {
			m++
			*k = m
		}
	}
	var ops [16]*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			phi, join := instr.(*ssa.Phi)
			if join {
				mark(phi)
			}
			for _, op := range instr.Operands(ops[:0]) {
				if tracked(*op) && (join || (*op).(ssa.Instruction).Block() != b) {
					mark(*op)
				}
			}
		}
	}
	return m
}

// tracked reports whether states give v a value: it is made by an instruction.
func tracked(v ssa.Value) bool {
	_, ok := v.(ssa.Instruction)
	return ok
}

// phis returns the phis that b begins with.
func phis(b *ssa.BasicBlock) []*ssa.Phi {
	var out []*ssa.Phi
	for _, instr := range b.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		out = append(out, phi)
	}
	return out
}

// A lastUse says that a value is not used after an instruction of its block.
type lastUse struct{ at, n int }

// endsIn returns where in b the values end that b alone uses.
func (c *code) endsIn(b *ssa.BasicBlock) []lastUse {
	if c.ends[b.Index] != nil {
		return c.ends[b.Index]
	}
	last := make(map[int]int)
	var ops [16]*ssa.Value
	for i, instr := range b.Instrs {
		if v, ok := instr.(ssa.Value); ok && c.across[c.num[v]] == 0 {
			last[c.num[v]] = i
		}
		for _, op := range instr.Operands(ops[:0]) {
			if tracked(*op) && c.across[c.num[*op]] == 0 {
				last[c.num[*op]] = i
			}
		}
	}
	ends := make([]lastUse, 0, len(last))
	for n, i := range last {
		ends = append(ends, lastUse{i, n})
	}
	slices.SortFunc(ends, func(a, b lastUse) int { return cmp.Or(a.at-b.at, a.n-b.n) })
	c.ends[b.Index] = ends
	return ends
}

// keepLive drops from s the values that b and its successors do not use.
func (c *code) keepLive(b *ssa.BasicBlock, s *state) {
	live := c.live[b.Index]
	dead := func(e envEntry) bool {
		k := c.across[e.n]
		return k <= 0 || !live.has(k-1)
	}
	if slices.ContainsFunc(s.env, dead) {
		s.ownEnv()
		s.env = slices.DeleteFunc(s.env, dead)
	}
	s.collect(&c.a.live)
}
