package diag

import (
	"cmp"
	"go/token"
	"slices"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// The categories of a broken order. Which one it is follows from the words of
// the mail vocabulary alone; every other pair is CategoryOrder.
const (
	CategoryMailbox  = "ns-under-mailbox"
	CategoryMboxname = "ns-under-mboxname"
	CategoryOrder    = "order"
)

// The words that choose a category, and which of two locks is named.
const (
	namespace = "namespace"
	mailbox   = "mailbox"
	mboxname  = "mboxname"
	index     = "index"
)

// OrderCategory returns the category of taking want while held is held, "" if
// that breaks no declared order.
func OrderCategory(o *lockmodel.Order, want, held string) string {
	switch {
	case o == nil || !o.Before(want, held):
		return ""
	case want == namespace && (held == mailbox || held == index):
		return CategoryMailbox
	case want == namespace && held == mboxname:
		return CategoryMboxname
	}
	return CategoryOrder
}

// A Clash is a pair of locks of one call that breaks the declared order.
type Clash struct {
	Category string
	Acquire  *analyzer.Acquire
	Pair     *analyzer.Pair
}

// Clashes returns the calls that break the declared order, in the order of the
// result, each with the pair to name: the gravest category, then the shortest
// chain, then the lock taken first, then a mailbox rather than its index.
// Attempts, which cannot wait, break nothing.
func Clashes(res *analyzer.Result) []Clash {
	var out []Clash
	at := map[token.Pos]int{}
	for i := range res.Acquires {
		a := &res.Acquires[i]
		if a.Try {
			continue
		}
		for j := range a.Pairs {
			p := &a.Pairs[j]
			category := OrderCategory(res.Order, p.Want.Class, p.Held.Class)
			if category == "" {
				continue
			}
			c := Clash{category, a, p}
			if k, ok := at[a.Pos]; !ok {
				at[a.Pos] = len(out)
				out = append(out, c)
			} else if c.compare(out[k]) < 0 {
				out[k] = c
			}
		}
	}
	return out
}

// Broken returns the positions of the calls that break the declared order.
func Broken(res *analyzer.Result) map[token.Pos]bool {
	out := map[token.Pos]bool{}
	for _, c := range Clashes(res) {
		out[c.Acquire.Pos] = true
	}
	return out
}

func (c Clash) compare(d Clash) int {
	return cmp.Or(
		cmp.Compare(grave(c.Category), grave(d.Category)),
		cmp.Compare(len(c.Pair.Chain), len(d.Pair.Chain)),
		CompareSites(c.Pair.At, d.Pair.At),
		cmp.Compare(inner(c.Pair.Held.Class), inner(d.Pair.Held.Class)),
		cmp.Compare(inner(c.Pair.Want.Class), inner(d.Pair.Want.Class)),
		cmp.Compare(c.Pair.Held.Class, d.Pair.Held.Class),
		cmp.Compare(c.Pair.Want.Class, d.Pair.Want.Class),
		cmp.Compare(c.Pair.Held.Key, d.Pair.Held.Key),
		cmp.Compare(c.Pair.Want.Key, d.Pair.Want.Key),
	)
}

func grave(category string) int {
	return slices.Index([]string{CategoryMailbox, CategoryMboxname, CategoryOrder}, category)
}

// inner puts a mailbox before its index, since one call takes both and the
// mailbox is what people know to be open.
func inner(class string) int {
	if class == index {
		return 1
	}
	return 0
}

// CompareSites orders sites: those in this package first, by file and place.
func CompareSites(a, b analyzer.Site) int {
	switch {
	case a.Pos.IsValid() != b.Pos.IsValid():
		if a.Pos.IsValid() {
			return -1
		}
		return 1
	case a.Pos.IsValid():
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Pos, b.Pos))
	}
	return cmp.Or(cmp.Compare(len(a.Chain), len(b.Chain)), slices.CompareFunc(a.Chain, b.Chain, func(g, h analyzer.Hop) int {
		return cmp.Or(cmp.Compare(g.Pos, h.Pos), cmp.Compare(g.Name, h.Name))
	}))
}
