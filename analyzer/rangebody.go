package analyzer

import (
	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// # Bodies of range-over-func loops
//
// The body of a loop over an iterator is a function of its own, which the
// iterator calls. For who reads the source it is a part of the function that it
// stands in: a lock that this function holds meets one that the body takes
// where the body takes it, what the body defers runs when this function ends,
// and what a turn leaves held is held in the next. The events and exits of a
// body therefore remember their places, for the one function that can see them.

// bodyOfRange is what ssa calls the function of such a body.
const bodyOfRange = "range-over-func yield"

// turnUp marks the index of an iterator that begins with the first element.
const turnUp = "up"

// An inBody is a place in the body of a loop where something is asked of locks.
type inBody struct {
	cs   callSite
	keys []lockmodel.Path
}

// isBody reports whether the function under analysis is the body of a loop.
func (x *exec) isBody() bool { return x.fn.Synthetic == bodyOfRange }

// isBodyOf reports whether c is the body of a loop of the function under analysis.
func (x *exec) isBodyOf(c callee) bool {
	return c.fn != nil && c.fn.Synthetic == bodyOfRange && c.fn.Parent() == x.fn
}

// isLoopBody reports whether v is the body of a loop of the function under analysis.
func (x *exec) isLoopBody(v *lockset.Value) bool {
	if v.Op != lockset.OpFunc {
		return false
	}
	c, ok := x.a.calleeOfValue(v, nil)
	return ok && x.isBodyOf(c)
}

// bodySite is where an event of a body comes from, nil for other functions.
func (x *exec) bodySite(cs callSite, keys []lockmodel.Path) *inBody {
	if !x.isBody() {
		return nil
	}
	cs.result, cs.through, cs.part, cs.alone = nil, nil, allEvents, false
	return &inBody{cs, keys}
}

// inOwnBody returns the place of an event in a body of the function under
// analysis, if that is where it is judged.
func (x *exec) inOwnBody(cs callSite, c callee, ev *event) *inBody {
	if cs.outside || !x.isBodyOf(c) {
		return nil
	}
	return ev.in
}

// site is the call in the body, run at cs.
func (in *inBody) site(cs callSite) callSite {
	at := in.cs
	at.part, at.alone, at.guess, at.beside = cs.part, cs.alone, cs.guess, cs.beside
	return at
}

// ends reports whether a body returns in this way to end its loop.
func (e *exit) ends() bool {
	return len(e.results) == 1 && e.results[0].Op == lockset.OpConst && e.results[0].Aux == "false"
}

// deferred gives the calls that a body has deferred names that its function knows.
func (n namer) deferred(defers []deferred) []deferred {
	var out []deferred
	for _, d := range defers {
		e := deferred{instr: d.instr, fn: n.name(d.fn, "d")}
		for _, a := range d.args {
			e.args = append(e.args, n.name(a, "d"))
		}
		out = append(out, e)
	}
	return out
}

// inLoop reports whether a call is run many times: in a loop of its function.
func (x *exec) inLoop(cs callSite) bool {
	return cs.instr != nil && cs.instr.Parent() == x.fn && x.code.cyclic[cs.instr.Block().Index]
}

// nextTurn checks what a function that is called back in a loop asks for in
// its next turn, under what it has left held after one in s.
func (x *exec) nextTurn(s *state, cs callSite, t target) {
	via := cs
	via.result, via.goesOn = nil, true
	for _, after := range x.afterTarget(s, via, t) {
		if len(after.held) <= len(s.held) {
			continue
		}
		x.renew(after, x.siteNumber(cs), nil)
		via.part = acquireOnly
		x.applyEvents(after, via, t.c, t.sum, x.substitution(after, via, t.c))
	}
}
