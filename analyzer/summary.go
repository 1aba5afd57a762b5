package analyzer

import (
	"slices"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A summary is what a caller must know of a function: what it asks of locks
// while it runs (events), and what it leaves behind (exits). It is stated in
// terms of what the function is given, its parameters, captured variables and
// package variables, so that a caller can put its own values in their place.
//
// Events are flat: what a callee's callee does is an event of the callee. So
// the size of a summary is bounded by the kinds of things that can happen and
// not by the depth of the calls; only the witness remembers the way.
type summary struct {
	events []*event
	exits  []*exit
	calls  bool // it calls a function or interface that it was given
}

// silent reports whether a call of the function cannot matter to locks.
func (s *summary) silent() bool {
	return s == nil || len(s.events) == 0 && s.plain()
}

// declared returns s less what it asks of locks that nobody has declared.
func (s *summary) declared() *summary {
	out := *s
	out.events = slices.DeleteFunc(slices.Clone(s.events), func(ev *event) bool { return ev.implied })
	return &out
}

// plain reports whether the function leaves nothing behind.
func (s *summary) plain() bool {
	return len(s.exits) == 1 && s.exits[0].plain()
}

// equips reports whether a write puts something that the function was given, or
// a function, into an object that it was given: as an option does.
func (w write) equips() bool {
	into := w.place
	for isPlace(into) && into.Op != lockset.OpGlobal {
		into = into.Args[0]
	}
	return into.Op == lockset.OpParam && into != w.place && w.val != w.place &&
		w.val.Has(func(v *lockset.Value) bool { return v.Op == lockset.OpFree || v.Op == lockset.OpFunc })
}

// leaves reports whether a call of the function may change what is held, where
// its caller goes on, or what a function variable of its caller is.
func (s *summary) leaves() bool {
	for _, e := range s.exits {
		if len(e.held)+len(e.freed) > 0 || slices.ContainsFunc(e.writes, func(w write) bool {
			return w.place.IsWayOut() || w.equips() || w.place.Op == lockset.OpDeref && w.val.Op == lockset.OpFunc
		}) {
			return true
		}
	}
	return false
}

type eventKind uint8

const (
	evAcquire eventKind = iota
	evRequire
	evRelease
	evCall  // a call of something that only the caller knows
	evOrder // two keys that its callers give it, taken in their order: transient
	evJoin  // a wait for goroutines that the caller may have started
)

// An event is one thing that a function does to locks, on the paths on which
// its guard holds.
type event struct {
	kind  eventKind
	class string
	key   *lockset.Value // nil: unknown
	mode  lockmodel.Mode
	by    *lockset.Value // decides the mode if it is unknown

	try     bool // it need not wait; of a call: it need not be made, that it is is a guess
	ordered bool // by a call that orders its keys itself
	plain   bool // a mutex
	implied bool // its class was inferred

	guard  lockset.Facts  // conditions on entry values
	freed  []freed        // locks of the caller that are surely given up by then
	held   []lockset.Lock // evCall: what the function itself holds at the call
	heldAt []*hop         // where each of held was taken
	heldIn []heldIn       // transient: where in this package each was held; empty in a fact

	// evCall: the function, or the receiver of the interface method.
	// evRequire: what the function was given as a guard of the lock, if it counts on that.
	fn *lockset.Value

	// evCall
	method   string // name of the interface method, "" for a function
	target   string // what may be called, for obligations: "iface:…" or "field:…" or ""
	args     []*lockset.Value
	list     bool             // evOrder: by is a list, to be sorted by the path in method
	fallback []*lockset.Value // what it is if nobody can say more
	judged   bool             // it was settled here too: only what callers hold is left to judge
	told     []string         // keys of the targets of which that is so, if there may be others; sorted
	again    bool             // it may be called many times, as in a loop

	pair    *pairRec         // evOrder: what is reported if a caller gives keys in no order
	always  bool             // evCall: it happens whenever its guard holds
	given   []*lockset.Value // transient: its arguments, as they are called in the function
	widened bool             // transient: its guard has lost conditions since it was met
	n       int              // transient: its number, in the order in which events were met
	in      *inBody          // transient: where in the body of a range-over-func loop
	origin  *handlerNeed     // transient: the requirement of a handler that this is, see isHandler

	chain *hop
}

// A heldIn is the place in this package where a lock was held at a call of
// something unknown: a clash with it is reported there.
type heldIn struct {
	site callSite
	acq  acquisition
}

// freed is a lock of the caller that was given up: by guard, or by class and key.
type freed struct {
	class string // "" for any
	guard *lockset.Value
	key   *lockset.Value
}

// A hop is one call of a witness. Hops are shared between witnesses.
type hop struct {
	name string // what is called
	pos  string // where, "dir/file.go:31"
	next *hop
	end  *hop // the last one
	init *hop // what butLast has returned
	n    int  // number of hops from here
}

func newHop(name, pos string, next *hop) *hop {
	h := &hop{name: name, pos: pos, next: next, n: 1}
	h.end = h
	if next != nil {
		h.n += next.n
		h.end = next.end
	}
	return h
}

// concat returns h followed by tail.
func concat(h, tail *hop) *hop {
	if h == nil {
		return tail
	}
	return newHop(h.name, h.pos, concat(h.next, tail))
}

// butLast returns h less its last hop. Those of one event are asked for at each
// of its calls, and share their ends.
func (h *hop) butLast() *hop {
	if h == nil || h.next == nil {
		return nil
	}
	if h.init == nil {
		h.init = newHop(h.name, h.pos, h.next.butLast())
	}
	return h.init
}

// last returns the last hop.
func (h *hop) last() *hop { return h.end }

// short calls f with the hops of h, of which there are at most limit: of a longer
// witness the first ones and the last, without a walk to it.
func (h *hop) short(limit int, f func(name, pos string)) {
	for i := 1; h != nil; i, h = i+1, h.next {
		if i == limit {
			h = h.end
		}
		f(h.name, h.pos)
	}
}

// less orders witnesses: the shorter one, then by position and name.
func (h *hop) less(o *hop) bool {
	for {
		switch {
		case h == o:
			return false
		case h == nil || o == nil:
			return h == nil
		case h.n != o.n:
			return h.n < o.n
		case h.pos != o.pos:
			return h.pos < o.pos
		case h.name != o.name:
			return h.name < o.name
		}
		h, o = h.next, o.next
	}
}

// An exit is one way in which a function returns: under a condition on what it
// was given, with results, and with a net effect on the locks.
type exit struct {
	guard   lockset.Facts    // conditions on entry values
	facts   lockset.Facts    // what is known of results and of objects it made
	results []*lockset.Value // in terms of entry values and Fresh objects
	freed   []freed
	held    []lockset.Lock
	heldAt  []*hop
	writes  []write
	handed  []*lockset.Value // values whose locks somebody else now keeps
	started []started
	// calls is which of the summary's evCall events, counted from 0, have surely
	// happened; of the others, some may have.
	calls []int
	// Of the body of a range-over-func loop: transient, since only the function
	// that the loop stands in asks.
	heldIn []acquisition // where each of held was taken
	defers []deferred    // what it has queued for the function around it
}

func (e *exit) plain() bool {
	if len(e.freed)+len(e.held)+len(e.writes)+len(e.handed)+len(e.started)+len(e.defers) > 0 {
		return false
	}
	for _, r := range e.results {
		if r.Op != lockset.OpFresh {
			return false
		}
	}
	for _, f := range e.facts {
		if f.Cond.Op == lockset.OpSum {
			return false // the order of a result
		}
	}
	return true
}

// A write leaves a value in a place.
type write struct{ place, val *lockset.Value }

// started is a goroutine that runs when the function returns, and the values
// that a wait for it goes through.
type started struct {
	fn      *lockset.Value
	args    []*lockset.Value
	handles []*lockset.Value
}
