package analyzer

import (
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// substitution returns the function that translates values of callee c, as
// its summary states them, into values of the state s before the call.
func (x *exec) substitution(s *state, cs callSite, c callee) func(*lockset.Value) *lockset.Value {
	memo := make(map[*lockset.Value]*lockset.Value)
	n := x.siteNumber(cs)
	var sub func(v *lockset.Value) *lockset.Value
	sub = func(v *lockset.Value) *lockset.Value {
		if r := memo[v]; r != nil {
			return r
		}
		r := v
		switch v.Op {
		case lockset.OpParam:
			r = x.t.Unknown
			if v.N < len(c.args) {
				r = c.args[v.N]
			}
		case lockset.OpFree:
			r = x.t.Unknown
			if v.N < len(c.caps) {
				r = c.caps[v.N]
			}
		case lockset.OpFresh:
			r = x.t.Site(n, c.key+objectMark+v.Aux)
		case lockset.OpRecover:
			r = x.t.Nil
			if s.panicking {
				r = x.t.Alloc(recoveredSite) // something, and so not nil
			}
		case lockset.OpGlobal:
			r = x.lookup(s, v)
		case lockset.OpField, lockset.OpDeref, lockset.OpElem:
			if v.Op == lockset.OpField && v.Args[0].Op != lockset.OpGlobal {
				if r = sub(v.Args[0]).Spelled(v.Aux); r != nil {
					break
				}
			}
			if r = x.subPlace(v, sub); isPlace(r) {
				r = x.lookup(s, r)
			}
		case lockset.OpAddr:
			r = x.t.Addr(x.subPlace(v.Args[0], sub))
		default:
			if len(v.Args) > 0 {
				args := make([]*lockset.Value, len(v.Args))
				for i, a := range v.Args {
					args[i] = sub(a)
				}
				r = x.t.Rebuild(v, args)
			}
		}
		memo[v] = r
		return r
	}
	return sub
}

func isPlace(v *lockset.Value) bool {
	return v.Op == lockset.OpField || v.Op == lockset.OpDeref || v.Op == lockset.OpElem || v.Op == lockset.OpGlobal
}

// subPlace translates a place without reading it.
func (x *exec) subPlace(v *lockset.Value, sub func(*lockset.Value) *lockset.Value) *lockset.Value {
	switch v.Op {
	case lockset.OpField:
		base := v.Args[0]
		var b *lockset.Value
		if base.Op == lockset.OpGlobal {
			b = base
		} else {
			b = sub(base)
		}
		p := x.t.Field(b, v.Aux)
		return p
	case lockset.OpDeref:
		p := x.t.Deref(sub(v.Args[0]))
		return p
	case lockset.OpElem:
		if v.Args[0].Op == lockset.OpGlobal {
			return x.t.Elem(v.Args[0], sub(v.Args[1]))
		}
		return x.t.Elem(sub(v.Args[0]), sub(v.Args[1]))
	case lockset.OpGlobal:
		return v
	}
	return sub(v)
}

// recoveredSite is the number of the value that recover returns.
const recoveredSite = 1 << 30

// objectMark is in the name of every object that came out of a callee.
const objectMark = "#"

// siteNumber numbers the objects that a call makes.
func (x *exec) siteNumber(cs callSite) int {
	if cs.result != nil {
		return x.code.num[cs.result]
	}
	return 1<<20 + int(cs.pos-x.fn.Pos())
}
