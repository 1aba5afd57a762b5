// Package dotlock locks files; it knows nothing of lockvet and is declared
// from outside.
package dotlock

// A Lock is a locked file.
type Lock struct{ path string }

// Take locks path.
func Take(path string) *Lock { return &Lock{path} }

// Drop unlocks it.
func (l *Lock) Drop() { l.path = "" }

// A Table locks in methods.
type Table struct{ n int }

// Begin locks the table.
func (t *Table) Begin() { t.n++ }

// End unlocks it.
func (t *Table) End() { t.n-- }

// A Locker is anything that can be locked so.
type Locker interface {
	Begin()
	End()
}
