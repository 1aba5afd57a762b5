package analyzer

import (
	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// entryState is the state in which callers enter: nothing is known but what
// the directives promise, that a guard among the parameters guards, and which
// captured pointers point to something.
func (x *exec) entryState() *state {
	s := &state{}
	obj := x.a.objectOf(x.fn)
	c := callee{obj: obj}
	for i := range x.fn.Params {
		c.args = append(c.args, x.t.Param(i))
	}
	if obj != nil {
		if spec := x.a.model.FuncOf(obj); spec != nil {
			for _, e := range spec.Of(lockmodel.Require) {
				x.assumeLock(s, c, e)
			}
		}
	}
	for i, p := range x.fn.Params {
		x.given(s, x.t.Param(i), p)
	}
	for i, v := range x.fn.FreeVars {
		if x.a.flow.madeBefore(v) {
			s.facts, _ = x.t.Assume(s.facts, x.t.Equal(x.t.Deref(x.t.Free(i)), x.t.Nil), false)
		}
	}
	return s
}

// assumeLock adds what a require directive promises.
func (x *exec) assumeLock(s *state, c callee, e lockmodel.Effect) {
	l := lockset.Lock{Class: e.Class, Mode: lockmodel.Unknown, Flags: lockset.Assumed | lockset.Handed}
	if e.Mode.From != nil || e.Mode.Fixed != lockmodel.Unknown {
		l.Mode, l.ModeBy = x.modeOf(s, c, e)
	}
	if keys := x.keysOf(s, c, e); len(keys) > 0 {
		l.Key = keys[0]
	}
	l.Site = len(x.acqs)
	x.acqs = append(x.acqs, acquisition{pos: x.fn.Pos()})
	s.held = s.held.Add(l)
}

// given adds the locks whose guard is a parameter, or a field of one.
func (x *exec) given(s *state, v *lockset.Value, p ssa.Value) {
	add := func(guard *lockset.Value, classes []string) {
		for _, class := range classes {
			l := lockset.Lock{Class: class, Guard: guard, Flags: lockset.Given | lockset.Handed, Site: len(x.acqs)}
			x.acqs = append(x.acqs, acquisition{pos: p.Pos()})
			s.held = s.held.Add(l)
		}
	}
	add(v, x.a.guardClasses(p.Type()))
	for _, f := range x.a.guardFields(p.Type()) {
		add(x.t.Field(v, f.name), f.classes)
	}
}

// entryFacts returns what s knows of what the function was given.
func (x *exec) entryFacts(s *state) lockset.Facts {
	facts := s.facts.Keep(func(f lockset.Fact) bool {
		return f.Cond.Op != lockset.OpSum && f.Cond.Entry() && !f.Cond.Has(func(v *lockset.Value) bool { return v.Op == lockset.OpGlobal })
	})
	if len(facts) > maxGuard {
		facts = facts[:maxGuard]
	}
	return facts
}
