package analyzer

import (
	"go/token"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// reachable returns the values from which, by way of memory, something can be
// reached that outlives the call: the results, what entry values hold, what
// others were given, and what goroutines work on.
func (x *exec) reachable(s *state, results []*lockset.Value) map[*lockset.Value]bool {
	seen := make(map[*lockset.Value]bool)
	var work []*lockset.Value
	add := func(v *lockset.Value) {
		if v != nil && !seen[v] {
			seen[v] = true
			work = append(work, v)
		}
	}
	for _, r := range results {
		add(r)
	}
	for _, m := range s.mem {
		root := m.place
		for isPlace(root) && root.Op != lockset.OpGlobal {
			root = root.Args[0]
		}
		if root.Entry() {
			add(m.val)
		}
	}
	for _, h := range s.handed {
		add(h)
	}
	for _, g := range s.gos {
		add(g.fn)
		for _, a := range g.args {
			add(a)
		}
	}
	if x.isBody() {
		for _, d := range s.defers {
			add(d.fn)
			for _, a := range d.args {
				add(a)
			}
		}
	}
	x.closeReach(s, &work, add)
	return seen
}

func (x *exec) closeReach(s *state, work *[]*lockset.Value, add func(*lockset.Value)) {
	for len(*work) > 0 {
		v := (*work)[len(*work)-1]
		*work = (*work)[:len(*work)-1]
		if !isPlace(v) { // reading a field keeps hold of the field only
			for _, a := range v.Args {
				add(a)
			}
		}
		for _, m := range s.mem {
			if isPlace(m.place) && m.place.Op != lockset.OpGlobal && rootedAt(m.place, v) {
				add(m.val)
			}
		}
	}
}

// rootedAt reports whether place lies in the object v, at any depth.
func rootedAt(place, v *lockset.Value) bool {
	for isPlace(place) && place.Op != lockset.OpGlobal {
		place = place.Args[0]
		if place == v {
			return true
		}
	}
	return false
}

// reaches reports whether g can be reached from v.
func (x *exec) reaches(s *state, v, g *lockset.Value) bool {
	seen := map[*lockset.Value]bool{v: true}
	work := []*lockset.Value{v}
	x.closeReach(s, &work, func(v *lockset.Value) {
		if !seen[v] {
			seen[v] = true
			work = append(work, v)
		}
	})
	return seen[g]
}

// handOver notes that somebody else keeps v and all that can be reached from it.
func (x *exec) handOver(s *state, v *lockset.Value) {
	seen := map[*lockset.Value]bool{v: true}
	work := []*lockset.Value{v}
	var order []*lockset.Value
	order = append(order, v)
	x.closeReach(s, &work, func(v *lockset.Value) {
		if !seen[v] {
			seen[v] = true
			work = append(work, v)
			order = append(order, v)
		}
	})
	for _, o := range order {
		x.settle(s, o)
		if isOwn(o) || o.Rooted() && x.a.isGuardLike(o) {
			s.hand(o)
		}
		if whole := x.t.Deref(o); !isPlace(o) { // its other fields may be set from now on
			s.deleteMem(func(m memEntry) bool { return m.place == whole && m.val.Op == lockset.OpZero })
		}
	}
	s.held = s.held.Map(func(l lockset.Lock) lockset.Lock {
		if l.Guard != nil && seen[l.Guard] {
			l.Flags |= lockset.Handed
		}
		return l
	})
}

// leaks records the locks that nobody can release any more (R10).
func (x *exec) leaks(s *state, reach map[*lockset.Value]bool, at token.Pos) {
	for _, l := range s.held {
		if l.Guard == nil || l.Is(lockset.Plain) || l.Is(lockset.Given) || l.Is(lockset.Assumed) || l.Is(lockset.Handed) || l.Is(lockset.Maybe) {
			continue
		}
		if l.Guard.Entry() || reach[l.Guard] {
			continue
		}
		x.record.leak(l, at)
	}
}
