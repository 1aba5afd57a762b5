package analyzer

import (
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Two locks of one inferred class
//
// They may stand in any order, if both come from outside: two callers can pass
// the same two objects the other way round. A parent and its child, found by
// following a field, have an order of their own, which is broken only if
// somewhere the child comes first. Nothing is said of keys that were looked
// up, of which nobody knows whether they can be two, and of locks that a loop
// takes one after the other, in the order of its container.

// A kinship is how the objects of two locks of one class are known to each other.
type kinship uint8

const (
	noKin   kinship = iota // nothing can be said
	apart                  // both come from outside, neither leads to the other
	inward                 // the wanted one was reached from the held one
	outward                // the held one was reached from the wanted one, or points back to it
)

// backLinks are the names of fields that lead from a child to its parent.
var backLinks = []string{"parent", "prev", "previous", "up", "owner", "outer", "root", "back", "head"}

// kin tells how the keys of two locks of an inferred class stand to each other.
func kin(rel lockset.Relation, held, want *lockset.Value) kinship {
	switch {
	case held == nil || want == nil:
		return noKin
	case rel == lockset.Turn && isGivenElement(held, want):
		return apart // two elements that the caller has chosen
	case rel != lockset.Unordered:
		return noKin // one lock, an order that is proven, or one of a loop
	}
	if steps, ok := pathBelow(want, held); ok {
		if len(steps) == 1 && isBackLink(steps[0]) {
			return outward
		}
		return inward
	}
	if _, ok := pathBelow(held, want); ok {
		return outward
	}
	h, w := rootOf(held), rootOf(want)
	if isGiven(h) && isGiven(w) && h != w || isGivenElement(held, want) {
		return apart
	}
	return noKin
}

// pathBelow returns the fields that lead from base to v.
func pathBelow(v, base *lockset.Value) (fields []string, ok bool) {
	for v != nil && v != base {
		switch v.Op {
		case lockset.OpField:
			fields = append(fields, v.Aux)
		case lockset.OpDeref, lockset.OpElem, lockset.OpAddr:
		default:
			return nil, false
		}
		v = v.Args[0]
	}
	return fields, v != nil && len(fields) > 0
}

func isBackLink(field string) bool { return slices.Contains(backLinks, strings.ToLower(field)) }

// isGiven reports whether v is a parameter or a captured variable.
func isGiven(v *lockset.Value) bool {
	return v != nil && (v.Op == lockset.OpParam || v.Op == lockset.OpFree)
}

// isGivenElement reports whether the two keys are the same path below two
// elements of one container, at indices that both come from outside.
func isGivenElement(a, b *lockset.Value) bool {
	for a.Op == b.Op && a.Aux == b.Aux && len(a.Args) > 0 {
		if a.Op == lockset.OpElem {
			i, j := rootOf(a.Args[1]), rootOf(b.Args[1])
			return a.Args[0] == b.Args[0] && i != j && isGiven(i) && isGiven(j)
		}
		if a.Op != lockset.OpField && a.Op != lockset.OpDeref {
			return false
		}
		a, b = a.Args[0], b.Args[0]
	}
	return false
}

// ungated returns how the locks of p stand to each other, unless a further lock
// is held in each case: whoever takes the two the other way round there holds
// it too, and so waits before he has either.
func (a *unit) ungated(p *pairRec, fn *ssa.Function) kinship {
	if p.kin == noKin {
		return noKin
	}
	for _, g := range slices.Concat(p.gates, a.entryGates()[fn]) {
		if !strings.HasPrefix(g, sharedMark) && g != p.lock.Class {
			return noKin
		}
	}
	return p.kin
}

// judgeKin decides which pairs of one inferred class may stand in either
// order: those that are apart, and those of kin if both directions exist.
func (a *unit) judgeKin(res *Result) {
	type directions struct{ in, out bool }
	seen := make(map[string]directions)
	for i := range res.Acquires {
		for _, p := range res.Acquires[i].Pairs {
			if p.kin == inward || p.kin == outward {
				d := seen[p.Want.Class]
				d.in, d.out = d.in || p.kin == inward, d.out || p.kin == outward
				seen[p.Want.Class] = d
			}
		}
	}
	for i := range res.Acquires {
		for j := range res.Acquires[i].Pairs {
			p := &res.Acquires[i].Pairs[j]
			d := seen[p.Want.Class]
			if p.Either = p.kin == apart || p.kin == outward && d.in && d.out; p.Either {
				p.Relation = lockset.Unordered
			}
		}
	}
}

// oneRelock keeps, of the calls that ask again for an inferred lock, the first
// one of each fault: a function that has kept a lock which it took somewhere is
// at fault once, and not wherever the lock is asked for after it.
func (r *Result) oneRelock() {
	type fault struct{ class, taken, wanted string }
	told := make(map[fault]token.Pos)
	for i := range r.Acquires {
		q := &r.Acquires[i]
		q.Pairs = slices.DeleteFunc(q.Pairs, func(p Pair) bool {
			if !p.Implied || p.Relation != lockset.Same || p.Want.Class != p.Held.Class || len(p.At.Chain) == 0 || len(p.Chain) == 0 {
				return false
			}
			f := fault{p.Want.Class, p.At.Chain[len(p.At.Chain)-1].Pos, p.Chain[len(p.Chain)-1].Pos}
			if at, ok := told[f]; ok {
				return at != q.Pos
			}
			told[f] = q.Pos
			return false
		})
	}
}
