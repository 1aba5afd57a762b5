package analyzer

import (
	"cmp"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A record collects what a run of a function has seen, for the checks: at each
// call, the locks asked for beside the locks held. The same encounter on
// several paths is one, with the worst that any path has shown.
type record struct {
	acquires   map[acquireKey]*acquireRec
	requires   map[requireKey]*requireRec
	releases   map[releaseKey]*releaseRec
	leakAt     map[int]token.Pos  // by acquisition: the first exit that leaks it
	called     map[token.Pos]bool // calls under a lock
	unresolved map[token.Pos]bool // those of them that nothing is known of
	duties     map[string]*duty
	steps      map[stepKey]*stepRec // edges of the order, if it is inferred
	under      map[*ssa.Function]under
}

type acquireKey struct {
	pos   token.Pos
	class string
	try   bool
}

type acquireRec struct {
	cs    callSite
	want  wanted
	pairs map[pairKey]*pairRec
}

type pairKey struct {
	held int
	rel  lockset.Relation
	mode [2]lockmodel.Mode
	kin  kinship
}

type pairRec struct {
	lock     lockset.Lock
	rel      lockset.Relation
	mode     lockmodel.Mode // wanted
	heldMode lockmodel.Mode
	ordered  bool
	key      *lockset.Value
	chain    *hop
	keys     []lockmodel.Path
	compared token.Pos
	kin      kinship
	gates    []string // two locks of one inferred class: what is held beside, on all paths
	failed   bool     // it is reported, whatever the callers do
	answer   *answer  // what the callers say to it; nil if they are not asked
}

// An answer is what the callers of a function do about a pair of locks whose
// keys they give. It is the same for all runs of the function, because a
// function of a recursion asks itself as well, by the summary of an earlier run.
type answer struct {
	n           int // its number, which tells it from the questions of other functions
	met, failed bool
	byOther     bool           // one of them has ordered something else than the keys
	site        int            // the acquisition of the lock that is held
	want, held  lockmodel.Mode // the modes that one of them gives, for a lock that is held and wanted in two
}

// An answerKey tells the questions of a function apart.
type answerKey struct {
	fn         *ssa.Function
	pos        token.Pos
	class      string
	held       int
	key, other *lockset.Value
	modes      [2]lockmodel.Mode // of the wanted lock and the held one, if they are asked about
}

type requireKey struct {
	pos   token.Pos
	class string
	key   int
	mode  lockmodel.Mode // of what a handler needs, which its callers may hold in one mode only
}

type requireRec struct {
	cs     callSite
	want   wanted
	key    *lockset.Value
	status Status
	mode   lockmodel.Mode
	heldBy int  // acquisition, -1
	some   bool // on some paths it is held
	freed  token.Pos
	other  int // acquisition of a lock of the class with another key, -1
	// answers are those of the callers who give the mode of a lock that is held.
	answers []*answer
}

// judged returns r as the callers' answers make it: held too weakly, if one of
// them gives such a mode.
func (r *requireRec) judged() *requireRec {
	for _, a := range r.answers {
		if r.status == Held && a.held == lockmodel.Shared {
			weak := *r
			weak.status, weak.mode, weak.heldBy = Weaker, lockmodel.Exclusive, a.site
			return &weak
		}
	}
	return r
}

type releaseKey struct {
	pos         token.Pos
	outer, held int
}

type releaseRec struct {
	cs          callSite
	chain       *hop
	outer, held lockset.Lock
	answers     []*answer // of the callers, who may hold outer as well
	failed      bool      // it is reported, whatever they do
}

// ask notes who answers for a release; nil: nobody is asked.
func (r *releaseRec) ask(a *answer) {
	r.failed = r.failed || a == nil
	if a != nil && !slices.Contains(r.answers, a) {
		r.answers = append(r.answers, a)
	}
}

// excused reports whether all callers hold what is given up.
func (r *releaseRec) excused() bool {
	return !r.failed && !slices.ContainsFunc(r.answers, func(a *answer) bool { return a.failed || !a.met })
}

func newRecord() *record {
	return &record{
		acquires: map[acquireKey]*acquireRec{}, requires: map[requireKey]*requireRec{}, releases: map[releaseKey]*releaseRec{},
		leakAt: map[int]token.Pos{}, called: map[token.Pos]bool{}, unresolved: map[token.Pos]bool{}, duties: map[string]*duty{},
		steps: map[stepKey]*stepRec{}, under: map[*ssa.Function]under{},
	}
}

// touch notes that a lock is asked for, whatever is held.
func (r *record) touch(cs callSite, w wanted) {
	k := acquireKey{cs.pos, w.class, w.try}
	a := r.acquires[k]
	if a == nil {
		a = &acquireRec{cs: cs, want: w, pairs: map[pairKey]*pairRec{}}
		r.acquires[k] = a
	}
	if w.chain.less(a.want.chain) {
		a.want = w
	}
}

// pair notes that w is asked for while l is held.
func (r *record) pair(x *exec, s *state, cs callSite, w wanted, key *lockset.Value, l lockset.Lock, rel lockset.Relation) *pairRec {
	r.touch(cs, w)
	a := r.acquires[acquireKey{cs.pos, w.class, w.try}]
	p := pairRec{lock: l, rel: rel, mode: w.mode, heldMode: x.mode(s, l.Mode, l.ModeBy), ordered: w.ordered, key: key, chain: w.chain, keys: w.keyArg}
	if rel == lockset.ByOther {
		p.compared = x.comparison(s, l.Key, key)
	}
	if l.Class == w.class && w.implied {
		p.kin = kin(rel, l.Key, key)
		p.gates = x.gates(s, x.sure(s, s.held), w.class)
	}
	k := pairKey{l.Site, rel, [2]lockmodel.Mode{p.mode, p.heldMode}, p.kin}
	if old := a.pairs[k]; old != nil {
		p.gates = bothGates(old.gates, p.gates)
		if !p.chain.less(old.chain) {
			old.gates = p.gates
			return old
		}
	}
	kept := new(pairRec) // which p would be in each case, were its address taken
	*kept = p
	a.pairs[k] = kept
	return kept
}

// comparison returns the position of the comparison that was made of other
// values than the two keys.
func (x *exec) comparison(s *state, held, want *lockset.Value) token.Pos {
	cond := x.t.OtherComparison(s.facts, held, want)
	if pos, ok := x.a.sortedAt[cond]; ok {
		return pos
	}
	return x.a.comparedAt[cond]
}

// required notes how a requirement is met on one path.
func (r *record) required(x *exec, cs callSite, w wanted, key *lockset.Value, st Status, by *lockset.Lock, s *state) *requireRec {
	k := requireKey{pos: cs.pos, class: w.class, key: -1}
	if key != nil {
		k.key = key.ID()
	}
	if x.a.isHandler(x.fn) {
		k.mode = w.mode
	}
	q := r.requires[k]
	if q == nil {
		q = &requireRec{cs: cs, want: w, key: key, status: Held, heldBy: -1, other: -1}
		r.requires[k] = q
	}
	if st == Held {
		q.some = true
		return q
	}
	if st > q.status || st == q.status && w.chain.less(q.want.chain) {
		q.status, q.want, q.mode = st, w, w.mode
		q.heldBy = -1
		if by != nil {
			q.heldBy = by.Site
		}
	}
	if st == Missing {
		for _, l := range s.held {
			if l.Class == w.class && q.other < 0 {
				q.other = l.Site
			}
		}
		if at := x.freedAt[w.class]; q.other < 0 && at < cs.pos {
			q.freed = cmp.Or(q.freed, at)
		}
	}
	return q
}

// release notes that outer is given up while held, which lies within it, is not.
func (r *record) release(cs callSite, chain *hop, outer, held lockset.Lock) *releaseRec {
	k := releaseKey{cs.pos, outer.Site, held.Site}
	rel := r.releases[k]
	if rel == nil {
		rel = &releaseRec{cs: cs, chain: chain, outer: outer, held: held}
		r.releases[k] = rel
	} else if chain.less(rel.chain) {
		rel.cs, rel.chain, rel.outer, rel.held = cs, chain, outer, held
	}
	return rel
}

// leak notes that at an exit nobody can release l any more.
func (r *record) leak(l lockset.Lock, at token.Pos) {
	if old, ok := r.leakAt[l.Site]; !ok || at < old {
		r.leakAt[l.Site] = at
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
