// Package attributes gives attributes to classes, in one line and in many.
//
//lockvet:class shelf ordered
//lockvet:class shelf within=room
//lockvet:class room
//lockvet:class drawer ordered within=shelf
//lockvet:class lamp within=hall // want `^bad-directive: .*hall`
package attributes

// Lock is a lock.
type Lock struct{ name string }

// Drop unlocks it.
//
//lockvet:release shelf
//lockvet:release room
//lockvet:release drawer
func (l *Lock) Drop() { l.name = "" }

//lockvet:acquire room exclusive key=name
func room(name string) *Lock { return &Lock{name} }

//lockvet:acquire shelf exclusive key=name
func shelf(name string) *Lock { return &Lock{name} }

//lockvet:acquire drawer exclusive key=name
func drawer(name string) *Lock { return &Lock{name} }

// Bare takes a shelf without its room.
func Bare(name string) {
	l := shelf(name) // want `not-held: .*room lock`
	defer l.Drop()
}

// Two takes two shelves of a room in no order.
func Two(name, a, b string) {
	r := room(name)
	defer r.Drop()
	first := shelf(a)
	defer first.Drop()
	second := shelf(b) // want `users-unordered: acquiring shelf lock of b`
	defer second.Drop()
}

// All takes a drawer in a shelf in a room.
func All(a, b, c string) {
	r := room(a)
	defer r.Drop()
	s := shelf(b)
	defer s.Drop()
	d := drawer(c)
	defer d.Drop()
}
