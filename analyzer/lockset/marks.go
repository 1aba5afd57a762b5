package lockset

// Marks is a set of values of one table that is emptied and used again: what is
// reached on a walk, say. It takes a bit for each value of the table, and time
// only for those that were added. The zero Marks is empty.
type Marks struct {
	bits []uint64
	in   []*Value
}

// Add adds v, and reports whether it is new.
func (m *Marks) Add(v *Value) bool {
	w := v.id / 64
	for w >= len(m.bits) {
		m.bits = append(m.bits, 0)
	}
	if m.bits[w]&bitOf(v.id) != 0 {
		return false
	}
	m.bits[w] |= bitOf(v.id)
	m.in = append(m.in, v)
	return true
}

// Has reports whether v was added.
func (m *Marks) Has(v *Value) bool {
	w := v.id / 64
	return w < len(m.bits) && m.bits[w]&bitOf(v.id) != 0
}

// Clear empties the set.
func (m *Marks) Clear() {
	for _, v := range m.in {
		m.bits[v.id/64] = 0
	}
	m.in = m.in[:0]
}
