package lab

import (
	"cmp"
	"slices"
)

// An Edit puts text in the place of the bytes from From up to To of a file.
type Edit struct {
	From, To int
	Text     string
	// Around, for a text that is put in before or behind something and replaces
	// nothing, is the size of what it opens or, negative, of what it closes. It
	// decides what comes first where several texts meet.
	Around int
}

// Surround returns the edits that put text before and behind a piece of a file.
func Surround(from, to int, before, behind string) []Edit {
	return []Edit{{from, from, before, to - from}, {to, to, behind, from - to}}
}

// Apply returns the source with the edits made. What edits replace must not
// overlap. Of texts that surround the very same piece, the first is outermost.
func Apply(source []byte, edits []Edit) []byte {
	type numbered struct {
		Edit
		number int
	}
	var all []numbered
	for i, e := range edits {
		n := numbered{e, i}
		if e.Around < 0 {
			n.number = -i
		}
		all = append(all, n)
	}
	// Where texts meet: closings, the inner one first; openings, the outer one
	// first; what replaces.
	rank := func(e Edit) (kind, size int) {
		switch {
		case e.Around < 0:
			return 0, -e.Around
		case e.Around > 0:
			return 1, -e.Around
		}
		return 2, 0
	}
	slices.SortFunc(all, func(a, b numbered) int {
		aKind, aSize := rank(a.Edit)
		bKind, bSize := rank(b.Edit)
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(aKind, bKind), cmp.Compare(aSize, bSize), cmp.Compare(a.number, b.number))
	})
	var out []byte
	from := 0
	for _, e := range all {
		out = append(out, source[from:e.From]...)
		out = append(out, e.Text...)
		from = e.To
	}
	return append(out, source[from:]...)
}
