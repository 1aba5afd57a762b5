// Package directive checks the lockvet directives themselves. It does not check
// whether what they say of a function is true.
//
// # Analyzer directive
//
// directive: report directives that are wrong, and ignores that silence nothing
//
// What is a lock, who takes it and in which order is said by directives, and
// they are all that the other checks have to go by. One that is misspelt would
// silence them without a word, so every directive that does not parse, names
// something unknown or stands where it cannot apply is reported at its own
// position, and has no effect.
//
// # Category bad-directive
//
// A directive does not say what it was meant to say: its verb, class, parameter
// or mode is unknown, or it stands on a declaration that it cannot be about. It
// is not obeyed, so the locks it speaks of are not checked. A
// comment that only looks like a directive, by a space before lockvet for
// example, is reported too.
//
//	//lockvet:class spool
//	package spool
//
//	type Spool struct{}
//
//	//lockvet:aquire spool exclusive
//	// lockvet: unknown verb "aquire"; the nearest is acquire
//	func Open() *Spool { return &Spool{} }
//
// The message names the wrong word and the nearest right one:
//
//	//lockvet:class spool
//	package spool
//
//	type Spool struct{}
//
//	//lockvet:acquire spool exclusive
//	func Open() *Spool { return &Spool{} }
//
//	//lockvet:release spool
//	func (s *Spool) Close() {}
//
// Correct or remove it. While a tool of another version has to read the same
// code, silence it by //lockvet:ignore bad-directive -- reason.
//
// # Category order-cycle
//
// The declared order contradicts itself: each of some classes is declared to be
// acquired before the next, and the last before the first. No code can keep
// such an order, and none is reported for breaking it.
//
//	//lockvet:order events calendar
//	//lockvet:order calendar events
//	// lockvet: order calendar, events, calendar is a cycle: events before calendar is declared at calendar.go:1; drop one of them
//	package calendar
//
// The message names the ring and where its other parts are declared. Decide for
// one order:
//
//	//lockvet:order calendar events
//	package calendar
//
// A cycle cannot be meant; if it has to stay for a while, silence it by
// //lockvet:ignore order-cycle -- reason.
//
// # Category no-reason
//
// An ignore gives no reason. It silences nothing: whoever comes upon it later
// could not tell whether it still holds.
//
//	//lockvet:order accounts journal
//	package bank
//
//	import "sync"
//
//	var (
//		accounts sync.Mutex //lockvet:class accounts
//		journal  sync.Mutex //lockvet:class journal
//	)
//
//	func Start() {
//		journal.Lock()
//		defer journal.Unlock()
//		//lockvet:ignore order
//		// lockvet: ignore order gives no reason and silences nothing; write -- and why it is safe after the category
//		accounts.Lock()
//		// lockvet: acquiring accounts lock while holding journal lock (line 12); order is accounts, then journal
//		defer accounts.Unlock()
//	}
//
// Write the reason behind two hyphens:
//
//	//lockvet:order accounts journal
//	package bank
//
//	import "sync"
//
//	var (
//		accounts sync.Mutex //lockvet:class accounts
//		journal  sync.Mutex //lockvet:class journal
//	)
//
//	func Start() {
//		journal.Lock()
//		defer journal.Unlock()
//		//lockvet:ignore order -- runs before the server starts
//		accounts.Lock()
//		defer accounts.Unlock()
//	}
//
// It is itself silenced only by being given a reason, or by
// //lockvet:ignore no-reason -- reason on the line above.
//
// # Category stale-ignore
//
// An ignore silences nothing: the code was put right, or moved away, or has a
// fault of another category than the one named. It would hide the next fault
// that comes to stand there. Each category of a list is judged on its own.
// Categories that -infer reports more of are judged only with -infer, and
// nothing is called stale in a package with a function that could not be
// analysed.
//
//	package spool
//
//	func Flush() {
//		//lockvet:ignore users-unordered -- runs before the server starts
//		// lockvet: ignoring users-unordered silences nothing; remove it
//		flush()
//	}
//
//	func flush() {}
//
// Remove it:
//
//	package spool
//
//	func Flush() { flush() }
//
//	func flush() {}
//
// An ignore that is needed only in some builds is kept by naming this category
// too: //lockvet:ignore users-unordered,stale-ignore -- reason.
//
// # Category incomplete
//
// A function, or what a message names instead, could not be analysed, which is
// no fault of the code. Its locks are not judged, nor what callers inherit of
// them; all else is. The command exits with 1, since silence would not mean
// that all is well. A function of another module is told where a package of
// this module imports the one that has it, or leads to it. It cannot be silenced
// by a directive; please report it as a fault of lockvet, with the message.
package directive
