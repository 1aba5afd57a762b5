// Package lockmodel says what a lock is: the classes that a program declares,
// their modes and order, and what each annotated function does to them. It
// reads the directives of a package and binds them to its declarations. It
// knows nothing of control flow, and nothing of any lock library by name.
//
// A Model is plain data: it travels between packages inside a fact, so every
// reference to a declaration is a string (see [Key]), every list is sorted,
// and nothing in it depends on where the source lies.
package lockmodel

import (
	"maps"
	"slices"
)

// Mode is how a lock is held or asked for.
type Mode uint8

// The modes. Unknown is a mode that only the run decides; it satisfies no
// check and breaks none.
const (
	Unknown Mode = iota
	Shared
	Exclusive
)

// String returns "shared", "exclusive" or "unknown", as messages do.
func (m Mode) String() string {
	switch m {
	case Shared:
		return "shared"
	case Exclusive:
		return "exclusive"
	}
	return "unknown"
}

// A Class is a kind of lock, with the attributes that directives gave it.
type Class struct {
	Name    string
	Ordered bool   // two keys are held together only if taken in key order
	Within  string // held only while this class is held; "" if free
	Retired bool   // every acquisition is reported
	Pos     string // "file.go:12" of the directive, base name only
}

// An Edge says that Outer is acquired before Inner.
type Edge struct {
	Outer, Inner string
	Pos          string // "file.go:12" of the directive, base name only
}

// A Path names a value that a call makes available: a parameter, the receiver
// or, with Fields, something inside one of them.
type Path struct {
	Root   int      // index of the parameter; Receiver for the receiver
	Fields []string // field names, outermost first
}

// Receiver is the Root of a path that starts at the receiver.
const Receiver = -1

// A ModeSpec is the mode of an effect: fixed, or read from an argument.
type ModeSpec struct {
	Fixed Mode // if From is nil
	From  *Path
	// Values maps the exact strings of constant values of From's type to the
	// mode they mean; it is found once, from the constants of that type whose
	// names end in Shared, Exclusive, Read or Write, or from a bool (true is
	// exclusive).
	Values map[string]Mode
}

// EffectKind tells the effects of a function apart.
type EffectKind uint8

// The effects.
const (
	Acquire EffectKind = iota
	Release
	Require
	Async
)

// String returns the verb of the directive.
func (k EffectKind) String() string {
	return [...]string{"acquire", "release", "require", "async"}[k]
}

// An Effect is one thing that a directive says a function does to locks.
type Effect struct {
	Kind    EffectKind
	Class   string
	Mode    ModeSpec
	Keys    []Path // none: the directive names no key
	Ordered bool   // takes all its keys in order
	Try     bool   // never waits
	During  *Path  // the function argument that runs while the lock is held
	Params  []int  // Async: the function parameters meant
	// Guard is where an acquired lock then lies, found from the signature:
	// the result that can release it, the receiver if that can, or the thread.
	Guard Guard
}

// Guard is the holder of a lock that an annotated function took.
type Guard struct {
	Kind   GuardKind
	Result int // index of the result, for GuardResult
}

// GuardKind is the kind of a Guard.
type GuardKind uint8

// The holders of a lock.
const (
	GuardThread   GuardKind = iota // held by the thread until a release of the class and key
	GuardResult                    // held by a result that has a release method, or is a func to call
	GuardReceiver                  // held by the receiver, whose other methods release it
)

// A Func is what the directives say of one function, method or interface method.
type Func struct {
	Key     string // see Key
	Effects []Effect
}

// Of returns the effects of one kind, in the order of their directives.
func (f *Func) Of(kind EffectKind) []Effect {
	var out []Effect
	for _, e := range f.Effects {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// A Lock says that a field, a variable or a named type with Lock and Unlock
// methods is a lock of a class.
type Lock struct {
	Key   string // see Key
	Class string
	// Path leads from the value that holds the lock to its key; empty: the
	// holder itself is the key.
	Path []string
}

// A Model is all that is known of locks at one package: what its own
// directives say, merged with the models of its imports.
type Model struct {
	Classes map[string]*Class
	Edges   []Edge // sorted, without duplicates
	Funcs   map[string]*Func
	Locks   map[string]*Lock
}

// New returns an empty model.
func New() *Model {
	return &Model{Classes: map[string]*Class{}, Funcs: map[string]*Func{}, Locks: map[string]*Lock{}}
}

// Empty reports whether m declares nothing.
func (m *Model) Empty() bool {
	return len(m.Classes) == 0 && len(m.Edges) == 0 && len(m.Funcs) == 0 && len(m.Locks) == 0
}

// ClassNames returns the names of the classes, sorted.
func (m *Model) ClassNames() []string { return slices.Sorted(maps.Keys(m.Classes)) }
