package analyzer

import (
	"strings"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// ownMark ends the role, in a summary, of an object that the function has made
// and given to nobody but its caller.
const ownMark = "+own"

// unseen reports whether the lock with a key lies in an object that was made
// here, or by a callee for us, and that nobody else has been given yet: no one
// can wait for it, nor hold it.
func (x *exec) unseen(s *state, key *lockset.Value) bool {
	root := rootOf(key)
	if root == nil || !isOwn(root) {
		return false
	}
	return !x.published(s, root)
}

// isOwn reports whether v is an object that this function made, or that a
// callee made for it.
func isOwn(v *lockset.Value) bool {
	for v.Op == lockset.OpPrev {
		v = v.Args[0]
	}
	return v.Op == lockset.OpAlloc || v.Op == lockset.OpSite && strings.HasSuffix(v.Aux, ownMark)
}

// rootOf returns the value that an access path starts from, nil of none.
func rootOf(v *lockset.Value) *lockset.Value {
	for v != nil && (isPlace(v) && v.Op != lockset.OpGlobal || v.Op == lockset.OpAddr) {
		v = v.Args[0]
	}
	return v
}

// published reports whether somebody else may know the object: it was handed
// over, or can be reached from memory that is not our own.
func (x *exec) published(s *state, object *lockset.Value) bool {
	for _, h := range s.handed {
		if h == object || h.Op == lockset.OpPrev && h.Args[0] == object || object.Op == lockset.OpPrev && object.Args[0] == h {
			return true
		}
	}
	seen := make(map[*lockset.Value]bool)
	var work []*lockset.Value
	add := func(v *lockset.Value) {
		if v != nil && !seen[v] {
			seen[v] = true
			work = append(work, v)
		}
	}
	for _, m := range s.mem {
		if r := rootOf(m.place); !isOwn(r) {
			add(m.val)
		}
	}
	x.closeReach(s, &work, add)
	return seen[object]
}
