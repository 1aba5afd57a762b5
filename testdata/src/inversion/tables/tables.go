// Package tables looks handlers up in tables: of the package, filled in
// init, in constructors and through calls of another package.
package tables

import (
	"fixtures/inversion/tables/registry"
	"fixtures/locks"
)

type handler = func(s *locks.Session, user string)

func charge(s *locks.Session, user string) { s.Lock(user).Unlock() }

func look(*locks.Session, string) {}

var commands = map[string]handler{
	"CHARGE": charge,
	"LOOK":   look,
}

// PackageMap calls out of a map that is filled where it is declared.
func PackageMap(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if h, ok := commands[name]; ok {
		h(s, user) // want `ns-under-mailbox: calling h acquires namespace lock`
	}
}

var readers = map[string]handler{"LOOK": look, "NONE": func(*locks.Session, string) {}}

// PackageMapReads calls out of one with nothing in it that locks.
func PackageMapReads(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	readers[name](s, user)
}

// A Tree is a map of itself: what is put into it is nothing to call.
type Tree map[string]Tree

// Grow locks where no mailbox is open.
func (t Tree) Grow(s *locks.Session, user string) {
	t[user] = Tree{}
	s.Lock(user).Unlock()
}

type entry struct{ h handler }

// Entries has its struct from a type parameter.
func Entries[E struct{ h handler } | entry](s *locks.Session, id, user string) {
	e := E{h: charge}
	mb := s.Open(id)
	defer mb.Close()
	entry(e).h(s, user) // want `ns-under-mailbox: calling .* acquires namespace lock`
}

var (
	filled = make(map[string]handler)
	plain  = make(map[string]handler)
)

func init() {
	filled["CHARGE"] = charge
	plain["LOOK"] = look
}

// InitMap calls out of a map that init fills.
func InitMap(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	filled[name](s, user) // want `ns-under-mailbox: calling filled\[name\] acquires namespace lock`
}

// InitMapReads calls out of the other one.
func InitMapReads(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	plain[name](s, user)
}

type command struct {
	name  string
	write bool
	run   handler
}

var list = []command{
	{name: "LOOK", run: look},
	{name: "CHARGE", run: charge, write: true},
}

// StructSlice calls a field of the elements of a table.
func StructSlice(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	for _, c := range list {
		if c.name == name {
			c.run(s, user) // want `ns-under-mailbox: calling (\S+\.)?run acquires namespace lock`
		}
	}
}

type reader struct{ run handler }

var readList = [...]reader{{look}, {look}}

// StructArrayReads does the same with a table that takes nothing.
func StructArrayReads(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	for i := range readList {
		readList[i].run(s, user)
	}
}

type server struct {
	s     *locks.Session
	table map[string]func(user string)
}

func newServer(s *locks.Session) *server {
	v := &server{s: s}
	v.table = map[string]func(string){"CHARGE": v.charge, "LOOK": v.look}
	return v
}

func (v *server) charge(user string) { v.s.Lock(user).Unlock() }
func (v *server) look(string)        {}

func (v *server) serve(id, name, user string) {
	mb := v.s.Open(id)
	defer mb.Close()
	if fn := v.table[name]; fn != nil {
		fn(user) // want `ns-under-mailbox: calling fn acquires namespace lock`
	}
}

// Constructor calls a table that a constructor fills.
func Constructor(s *locks.Session, id, name, user string) {
	newServer(s).serve(id, name, user)
}

type pair struct{ charge, look handler }

var both = pair{charge: charge, look: look}

// Fields tells the fields of one struct apart.
func Fields(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	both.look(s, user)
	both.charge(s, user) // want `ns-under-mailbox: calling both.charge acquires namespace lock`
}

var hook handler

// SetHook sets the hook to something that locks.
func SetHook() { hook = charge }

// Hook calls a variable of the package.
func Hook(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if hook != nil {
		hook(s, user) // want `ns-under-mailbox: calling hook acquires namespace lock`
	}
}

func init() {
	registry.Register("CHARGE", charge) // want `ns-under-mailbox: .*registry`
	registry.Register("LOOK", look)
	registry.RegisterQuiet("CHARGE", charge)
}

type expr struct{ s *locks.Session }

func (e *expr) charge(user string) { e.s.Lock(user).Unlock() }
func (e *expr) look(string)        {}

var methods = map[string]func(*expr, string){
	"CHARGE": (*expr).charge,
	"LOOK":   (*expr).look,
}

// Methods calls a table of method expressions.
func Methods(e *expr, id, name, user string) {
	mb := e.s.Open(id)
	defer mb.Close()
	m := methods[name]
	m(e, user) // want `ns-under-mailbox: calling m acquires namespace lock`
}

func pick(name string) handler {
	switch name {
	case "CHARGE":
		return charge
	case "LOOK":
		return look
	}
	return nil
}

// Picked calls what a function picked.
func Picked(s *locks.Session, id, name, user string) {
	mb := s.Open(id)
	defer mb.Close()
	if h := pick(name); h != nil {
		h(s, user) // want `ns-under-mailbox: calling h acquires namespace lock`
	}
}
