package analyzer

import (
	"go/token"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// A Result is what the core tells the checks of one package: every place where
// locks are asked for, required, given up or lost, with what is held there. It
// reports nothing itself. All lists are sorted by position. The checks share a
// Result, and must not change it.
type Result struct {
	Model      *lockmodel.Model // the package's own and its imports'
	Order      *lockmodel.Order
	Directives *lockmodel.Package // of this package
	Infer      bool               // mutexes that no directive declares are classes as well

	Acquires []Acquire
	Requires []Require
	Releases []Release
	Leaks    []Leak
	Duties   []Duty // what importers' implementations would do to locks held elsewhere
	Rings    []Ring // rings of inferred classes that this package closes

	Incomplete []Incomplete
	Stats      Stats
}

// A Range is a piece of the source of the package under analysis.
type Range struct{ Pos, End token.Pos }

// A Hop is one call of a witness: what is called, and where, as "dir/file.go:31".
type Hop struct {
	Name string
	Pos  string
}

// A Lock is a lock for a text: its class, and the user's own expression for
// its key, "" if there is none that the reader of the report would know.
type Lock struct {
	Class string
	Key   string
	Mode  lockmodel.Mode
}

// A Site says where a held lock was taken.
type Site struct {
	Range        // of the call in this package; not valid if it was taken elsewhere only
	Line  int    // of Range, 0 if not valid
	File  string // base name of the file of Range
	Chain []Hop  // how the call took it, if not by itself
	Given string // "required by a directive" and the like, for a lock that nobody here took
}

// A Pair is a lock that is held while another is asked for.
type Pair struct {
	Want     Lock
	Held     Lock
	At       Site // of the held lock
	Chain    []Hop
	Relation lockset.Relation // of the keys, if the classes are the same
	Compared Range            // ByOther: the comparison
	Ordered  bool             // Want is one of several keys that one call puts in order
	Plain    bool             // Held is a mutex, not a counted lock
	Tried    bool             // Held was taken by an attempt
	Implied  bool             // one of the two classes was inferred
	Loop     bool             // both were taken by the same call, in different turns of a loop
	// Either is set for two locks of one inferred class that the code may take in
	// either order: their keys come from outside and nothing says which is first.
	Either bool
	kin    kinship
}

// An Acquire is a call that takes a lock, itself or by way of others.
type Acquire struct {
	Range
	Func  string // the function it stands in, for people
	Name  string // what is called
	Want  Lock
	Chain []Hop // from the call to the acquisition; empty if the call itself takes it
	Try   bool
	Pairs []Pair // the locks held on some path; sorted by site
	// Retired is set if the class is retired and this package is the first that can know.
	Retired bool
	Defer   bool // the call is deferred
	Fix     Fix  // replaces two calls in a row by an ordered one; without edits if that is not always right
}

// A Fix is a call of an ordered function and the edits that put it in place.
type Fix struct {
	Name  string // of the function
	Edits []Edit
}

// An Edit is a change of the source.
type Edit struct {
	Range
	New string
}

// A Require is a call that needs a lock to be held, where it is not, or not
// strongly enough.
type Require struct {
	Range
	Func    string
	Name    string
	Want    Lock
	Chain   []Hop
	Status  Status
	At      Site   // Weaker: where the lock was taken shared
	Some    bool   // it is held on other paths
	MissAt  int    // Some: line of the branch that the lock depends on, 0 if none was found
	MissIf  bool   // the truth of its condition on the paths without the lock
	Freed   int    // line on which a lock of the class was released before, 0 if none
	Other   string // the key of another lock of the class that is held, "" if none
	OtherAt Site
	// Directive, if not empty, is the directive that would say that callers must hold the lock,
	// and Insert is where it goes.
	Directive string
	Insert    token.Pos
}

// A Release is a call that gives up a lock while another is held that lies within it.
type Release struct {
	Range
	Func  string
	Name  string
	Chain []Hop
	Outer Lock
	At    Site
	Inner Lock
	InAt  Site
}

// A Leak is a lock that nobody can release any more.
type Leak struct {
	Range // of the call that took it
	Func  string
	Name  string
	Lock  Lock
	Chain []Hop
	Exit  Range  // the way out on which it stays behind
	Line  int    // of Exit
	Why   string // how it was lost: "" for an exit, "overwritten", "result not used"
}

// A Duty is a clash that is first seen here: this package gives another one an
// implementation or a function that takes a lock, and that other package calls
// it while it holds one.
type Duty struct {
	Range    // of the conversion or registration
	Func     string
	Name     string // the implementation: "Table.Update"
	Want     Lock
	Chain    []Hop // from the implementation to the acquisition
	Held     Lock
	HeldAt   string // "dir/file.go:25"
	Caller   string // who calls it while holding: "expunge.Run"
	Call     Hop    // the call: "Quota.Update", "expunge/expunge.go:28"
	Relation lockset.Relation
}

// A Ring is a circle of classes, each taken somewhere while the one before is held.
type Ring struct {
	Range
	Func  string
	Edges []RingEdge
}

// A RingEdge is one step of a ring.
type RingEdge struct {
	Outer, Inner string
	Func         string // where
	OuterPos     string // "dir/file.go:25"
	InnerPos     string
	OuterShared  bool
	InnerShared  bool
	Chain        []Hop
	Here         Range // of the inner acquisition, if it is in this package
}

// An Incomplete is a function that could not be analysed.
type Incomplete struct {
	Range
	Func string
	Why  string
}

// Stats counts what was done, for the summary line: places in the source, each
// once, whatever the number of paths that lead there.
type Stats struct {
	Acquisitions int `json:"acquisitions"` // calls that take a lock, themselves or by way of others
	Calls        int `json:"calls"`        // calls under a lock
	Unresolved   int `json:"unresolved"`   // those of them that nothing is known of
	Suppressed   int `json:"suppressed"`   // findings that a directive silences
	Bounded      int `json:"bounded"`      // functions that were cut short
}
