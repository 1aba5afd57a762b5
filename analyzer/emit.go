package analyzer

import (
	"encoding/binary"
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

// emit makes ev an event of the function, under what s knows of its entry. An
// event that is there already holds on more paths now: on the conditions that
// both have.
//
// It returns the event that stands for ev, nil if that is dropped.
func (x *exec) emit(s *state, ev *event) *event {
	if x.silent || x.unread || x.settled && (ev.kind == evAcquire || ev.kind == evCall) {
		return nil
	}
	ev.freed = mergeFreed(ev.freed, s.freed)
	ev.guard = x.entryFacts(s)
	if old := x.said(ev); old != nil {
		return old
	}
	key := eventKey(ev, true)
	if _, ok := x.events[key]; !ok {
		n := x.variants[eventKey(ev, false)]
		switch {
		case ev.implied && n >= 2*maxImplied:
			x.bounded = true
			return nil // what is still said of the class has to do
		case ev.implied && n >= maxImplied:
			ev.key, ev.guard = nil, nil
			key = eventKey(ev, true)
		case n >= maxVariants && ev.kind == evOrder:
			x.bounded = true
			ev.pair.answer.failed = true
			return nil // nobody is asked, and so nobody says yes
		case n >= maxVariants && (ev.kind == evJoin || ev.kind == evRelease):
			x.bounded = true
			return nil // without its key it says nothing
		case n >= maxVariants && ev.kind != evCall && len(ev.freed)+len(ev.guard) > 0:
			x.bounded = true
			return nil // without its conditions it would say too much
		case n >= maxVariants:
			x.bounded = true
			ev.widened = true
			ev.key, ev.freed, ev.guard = nil, nil, nil
			key = eventKey(ev, true)
		}
	}
	old := x.events[key]
	if old == nil {
		if ev.kind == evCall && !x.calledUnderMore(ev) {
			x.bounded = true
			return nil
		}
		ev.n = len(x.events)
		x.events[key] = ev
		x.variants[eventKey(ev, false)]++
		return ev
	}
	both := x.t.Either(old.guard, ev.guard)
	for _, k := range ev.told {
		if i, ok := slices.BinarySearch(old.told, k); !ok {
			old.told = slices.Concat(old.told[:i], []string{k}, old.told[i:])
		}
	}
	old.widened = old.widened || !slices.Equal(both, old.guard)
	old.guard = both
	for i, arg := range ev.args {
		if i < len(old.args) && old.args[i] != arg {
			old.args[i] = x.t.Unknown // another one in the next turn of a loop, say
		}
	}
	if ev.chain.less(old.chain) {
		old.chain, old.in = ev.chain, ev.in
	}
	return old
}

// said returns the event that says all that ev does, and more: that the same
// lock is taken whatever the conditions, with all held that callers hold. Its
// witness may be the longer one.
func (x *exec) said(ev *event) *event {
	if ev.kind != evAcquire || len(ev.freed)+len(ev.guard) == 0 || len(ev.held) > 0 {
		return nil
	}
	always := *ev
	always.freed, always.guard = nil, nil
	if old := x.events[eventKey(&always, true)]; old != nil && len(old.guard) == 0 && (ev.implied || !ev.chain.less(old.chain)) {
		return old
	}
	return nil
}

// A heldAtCalls is what is known of the calls of one thing that a function was
// given, or that only its callers know.
type heldAtCalls struct {
	n       int             // how many events of them there are
	classes map[string]bool // of what is held at some of them
}

// calledUnderMore reports whether ev, a call of what somebody else knows, adds
// to those of the same that are events already: there are few, or it is made
// with a lock of a class held that is held at none of them.
func (x *exec) calledUnderMore(ev *event) bool {
	key := eventKey(ev, false) + ev.target
	if ev.target == "" && ev.fn != nil {
		key += "#" + itoa(ev.fn.ID())
	}
	seen := x.callsHeld[key]
	if seen == nil {
		seen = &heldAtCalls{classes: make(map[string]bool)}
		x.callsHeld[key] = seen
	}
	more := seen.n < maxHeldAtCalls
	for _, l := range ev.held {
		if !seen.classes[l.Class] && (seen.n < 2*maxHeldAtCalls || !l.Is(lockset.Implied)) {
			more = true
		}
	}
	if !more {
		return false
	}
	seen.n++
	for _, l := range ev.held {
		seen.classes[l.Class] = true
	}
	return true
}

// eventKey identifies an event; without detail, only its kind and class.
func eventKey(ev *event, detail bool) string {
	b := []byte{byte(ev.kind), byte(ev.mode), flag(ev.plain), flag(ev.try)}
	b = append(append(b, ev.class...), 0)
	b = append(append(b, ev.method...), 0)
	b = append(b, flag(ev.origin != nil), flag(ev.judged), flag(ev.again))
	if !detail {
		return string(b)
	}
	num := func(v *lockset.Value) {
		n := 0
		if v != nil {
			n = v.ID() + 1
		}
		b = binary.AppendUvarint(b, uint64(n))
	}
	num(ev.key)
	num(ev.by)
	num(ev.fn)
	if ev.origin != nil { // what one handler needs says nothing of another one
		b = binary.AppendUvarint(b, uint64(ev.origin.fn.Pos()))
		num(ev.origin.key)
	}
	if ev.pair != nil {
		b = binary.AppendUvarint(b, uint64(ev.pair.answer.n))
	}
	if ev.in != nil { // the body of a loop is told what it does where it does it
		b = binary.AppendUvarint(b, uint64(ev.in.cs.pos))
	}
	b = append(append(b, ev.target...), 0)
	for _, f := range ev.freed {
		b = append(append(b, f.class...), 0)
		num(f.guard)
		num(f.key)
	}
	b = append(b, 0xff)
	for _, l := range ev.held {
		b = append(append(b, l.Class...), 0, flag(l.Is(lockset.Maybe)))
		num(l.Key)
	}
	return string(b)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func mergeFreed(a, b []freed) []freed {
	if len(a) == 0 {
		return b
	}
	out := slices.Concat(a, b)
	slices.SortFunc(out, compareFreed)
	return slices.Compact(out)
}
