// Package within declares classes that are held only within another.
//
//lockvet:order table cursor
//lockvet:class cursor within=table
package within

// Table is a locked table.
type Table struct{ rows []string }

// Open locks a table.
//
//lockvet:acquire table shared key=name
func Open(name string) *Table { return &Table{[]string{name}} }

// Close unlocks it.
//
//lockvet:release table
func (t *Table) Close() { t.rows = nil }

// Cursor is a locked row.
type Cursor struct{ row string }

// Seek locks a row.
//
//lockvet:acquire cursor shared key=row
func Seek(row string) *Cursor { return &Cursor{row} }

// Close unlocks it.
//
//lockvet:release cursor
func (c *Cursor) Close() { c.row = "" }

// Inside seeks within a table.
func Inside(name string) {
	t := Open(name)
	defer t.Close()
	c := Seek(name)
	defer c.Close()
}

// Bare seeks without one.
func Bare(name string) {
	c := Seek(name) // want `not-held: acquiring cursor lock.* requires holding table lock|not-held: .*requires holding table lock.*; none is held`
	defer c.Close()
}

// After seeks when it is closed.
func After(name string) {
	t := Open(name)
	t.Close()
	c := Seek(name) // want `not-held: .*requires holding table lock`
	defer c.Close()
}

// Early closes the table first.
func Early(name string) {
	t := Open(name)
	c := Seek(name)
	t.Close() // want `released-early: releasing table lock.* while holding cursor lock`
	c.Close()
}

// Order takes the table under a cursor of another.
func Order(name string) {
	t := Open(name)
	defer t.Close()
	c := Seek(name)
	defer c.Close()
	u := Open(name + "2") // want `order: acquiring table lock.* while holding cursor lock.*; order is table, then cursor`
	defer u.Close()
}
