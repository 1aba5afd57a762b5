package lockset_test

import (
	"fmt"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

func inLoop(*lockset.Value) bool { return false }

// Values are made by a table: equal ones are one.
func ExampleTable() {
	t := lockset.NewTable()
	ref := t.Param(1)
	user := t.Field(ref, "User")
	fmt.Println(user, user == t.Field(t.Param(1), "User"), user.ID() != ref.ID())
	fmt.Println(user.Entry(), user.Rooted(), t.Site(3, "").Rooted())
	mb := t.Struct(t.Zero, []string{"ref"}, []*lockset.Value{ref})
	fmt.Println(t.Field(mb, "ref"), t.Field(t.Addr(t.Global("p.box")), "ref"))
	fmt.Println(user.Has(func(v *lockset.Value) bool { return v.Op == lockset.OpParam }))
	fmt.Println(t.Each(t.Global("p.refs")))
	// Output:
	// field.User(param1) true true
	// true true false
	// param1 field.ref(global.p.box)
	// true
	// sum.each(global.p.refs)
}

// What is reached from a value is walked once, however often it is met.
func ExampleMarks() {
	t := lockset.NewTable()
	made := t.Site(7, "")
	pair := t.Tuple(t.Field(made, "key"), t.Field(made, "guard"))
	var seen lockset.Marks
	var walk func(v *lockset.Value)
	walk = func(v *lockset.Value) {
		if !seen.Add(v) {
			return
		}
		fmt.Println(v)
		for _, a := range v.Args {
			walk(a)
		}
	}
	walk(t.Field(made, "key"))
	walk(pair)
	fmt.Println(seen.Has(made), pair.MayHave(7), t.Param(7).MayHave(7))
	seen.Clear()
	fmt.Println(seen.Has(made))
	// Output:
	// field.key(site7)
	// site7
	// tuple(field.key(site7) field.guard(site7))
	// field.guard(site7)
	// true true false
	// false
}

// A caller's values take the places of parameters.
func ExampleTable_Map() {
	t := lockset.NewTable()
	user := t.Field(t.Param(0), "User")
	arg := t.Elem(t.Global("p.refs"), t.Const("0"))
	fmt.Println(t.Map(user, func(v *lockset.Value) *lockset.Value {
		if v == t.Param(0) {
			return arg
		}
		return nil
	}))
	fmt.Println(t.Rebuild(user, []*lockset.Value{arg}))
	fmt.Println(t.Make(lockset.OpField, "User", 0, []*lockset.Value{arg}))
	// Output:
	// field.User(elem(global.p.refs const.0))
	// field.User(elem(global.p.refs const.0))
	// field.User(elem(global.p.refs const.0))
}

// Of two paths that meet, a condition tells which it was: "err == nil || retry".
func ExampleTable_Choose() {
	t := lockset.NewTable()
	ok, retry := t.Equal(t.Param(0), t.Nil), t.Param(1)
	there, _ := t.Assume(nil, ok, true)
	not, _ := t.Assume(nil, ok, false)
	fmt.Println(t.Choose(there, t.Const("true"), not, retry) == t.Or(ok, retry))
	fmt.Println(t.Choose(nil, t.Const("true"), nil, retry) == nil)
	// Output:
	// true
	// true
}

// What type an interface holds, and which bits are set, are told by comparing.
func ExampleTable_Type() {
	t := lockset.NewTable()
	fmt.Println(t.Type(t.Iface("p.conn", t.Param(0))), t.And(t.Const("6"), t.Const("3")))
	f, _ := t.Assume(nil, t.Equal(t.Type(t.Param(0)), t.Const("p.conn")), true)
	fmt.Println(t.Truth(f, t.Equal(t.Type(t.Param(0)), t.Const("p.file"))))
	fmt.Println(t.IsNil(f, t.Param(0)), t.NonNil(f, t.Param(0)))
	// Output:
	// const.p.conn const.2
	// false true
	// false true
}

func ExampleTable_Deref() {
	t := lockset.NewTable()
	p := t.Alloc(7)
	fmt.Println(t.Deref(p), t.Addr(t.Deref(p)) == p)
	cell := t.Cell(t.Param(0))
	fmt.Println(t.Deref(cell))
	fmt.Println(t.Field(t.Whole(t.Deref(p)), "mu") == t.Field(p, "mu"))
	fmt.Println(t.Whole(t.Deref(p)).Original() == t.Deref(p), p.Original() == p)
	ref := t.Struct(t.Zero, []string{"User"}, []*lockset.Value{t.Param(0)})
	fmt.Println(ref.Spelled("User"), ref.Spelled("UniqueID") == nil)
	fmt.Println(t.Named(p, "mu"), t.Named(p, "mu") == p)
	out := t.WayOut(t.Alloc(9))
	fmt.Println(t.Deref(out).IsWayOut(), t.Deref(p).IsWayOut())
	// Output:
	// deref(alloc7) true
	// param0
	// true
	// true true
	// param0 true
	// alloc7.mu false
	// true false
}

func ExampleTable_Func() {
	t := lockset.NewTable()
	fmt.Println(t.Func("p.f$1", t.Free(0)))
	fmt.Println(t.Bound("(*p.T).Close", t.Param(0)))
	fmt.Println(t.Iface("*p.T", t.Param(0)))
	fmt.Println(t.Tuple(t.Fresh("result"), t.Nil))
	fmt.Println(t.Prev(t.Site(2, "")), t.Recover(), t.Sum("lower", t.Param(0)), t.Len(t.Param(1)))
	// Output:
	// func.p.f$1(free0)
	// bound.(*p.T).Close(param0)
	// iface.*p.T(param0)
	// tuple(fresh.result nil)
	// prev(site2) recover sum.lower(param0) len(param1)
}

// What is known on a path decides conditions.
func ExampleTable_Assume() {
	t := lockset.NewTable()
	failed := t.Not(t.Equal(t.Site(1, "err"), t.Nil))
	after, possible := t.Assume(nil, failed, false)
	fmt.Println(possible, t.IsNil(after, t.Site(1, "err")))
	fmt.Println(t.Truth(after, failed))
	_, possible = t.Assume(after, failed, true)
	fmt.Println(possible)
	fmt.Println(t.NonNil(nil, t.Addr(t.Global("p.mu"))))
	// Output:
	// true true
	// false true
	// false
	// true
}

// Facts of two paths that meet are what both know.
func ExampleFacts() {
	t := lockset.NewTable()
	a, b := t.Param(0), t.Param(1)
	first, _ := t.Assume(nil, t.Less(a, b), true)
	both, _ := t.Assume(first, t.Sorted(t.Param(2), ""), true)
	fmt.Println(both.Implies(first), first.Implies(both), both.Meet(first).Implies(first))
	path, known := both.SortedBy(t.Param(2))
	fmt.Printf("%q %v\n", path, known)
	_, known = both.Unsort(t.Param(2)).SortedBy(t.Param(2))
	fmt.Println(known, len(both.Keep(func(f lockset.Fact) bool { return f.Cond == t.Less(a, b) })))
	// Output:
	// true false true
	// "" true
	// false 1
}

// The relation of two keys follows from what is known of them.
func ExampleTable_Relate() {
	t := lockset.NewTable()
	a, b := t.Param(0), t.Param(1)
	less, _ := t.Assume(nil, t.Less(a, b), true)
	fmt.Println(t.Relate(nil, a, a, inLoop) == lockset.Same)
	fmt.Println(t.Relate(nil, a, b, inLoop) == lockset.Unordered)
	fmt.Println(t.Relate(less, a, b, inLoop) == lockset.After)
	fmt.Println(t.Relate(less, b, a, inLoop) == lockset.Before)
	fmt.Println(t.Relate(nil, t.Min(a, b), t.Max(a, b), inLoop) == lockset.After)
	compared, _ := t.Assume(nil, t.Less(t.Compare(a, b), t.Const("0")), true)
	fmt.Println(t.Relate(compared, a, b, inLoop) == lockset.After)

	names, _ := t.Assume(nil, t.Less(t.Field(a, "name"), t.Field(b, "name")), true)
	x, y := t.Field(a, "user"), t.Field(b, "user")
	fmt.Println(t.Relate(names, x, y, inLoop) == lockset.ByOther, t.OtherComparison(names, x, y))

	i := t.Site(3, "")
	list, path, ok := t.IfSorted(t.Elem(t.Param(2), t.Prev(i)), t.Elem(t.Param(2), i), func(*lockset.Value) bool { return true })
	fmt.Printf("%v %q %v\n", list, path, ok)
	// Output:
	// true
	// true
	// true
	// true
	// true
	// true
	// true cmp.<(field.name(param0) field.name(param1))
	// param2 "" true
}

// The locks at a point are a set; where two paths meet, what one of them lacks
// is held maybe.
func ExampleSet() {
	t := lockset.NewTable()
	ns := lockset.Lock{Class: "namespace", Key: t.Param(0), Mode: lockmodel.Exclusive}
	mb := lockset.Lock{Class: "mailbox", Key: t.Param(1), Mode: lockmodel.Shared, Site: 1}
	held := lockset.Normalize([]lockset.Lock{ns}).Add(mb)
	fmt.Println(len(held), lockset.Compare(mb, ns) < 0, held[0].Class)

	met := held.Join(lockset.Set{ns})
	for _, l := range met {
		fmt.Println(l.Class, l.Is(lockset.Maybe))
	}
	open := held.Without(func(l lockset.Lock) bool { return l.Class == "namespace" })
	fmt.Println(open.Equal(lockset.Set{mb}))
	handed := open.Map(func(l lockset.Lock) lockset.Lock { l.Flags |= lockset.Handed; return l })
	fmt.Println(handed[0].Is(lockset.Handed))
	// Output:
	// 2 true mailbox
	// mailbox true
	// namespace false
	// true
	// true
}

// A mode that is read from a value is known where the value is.
func ExampleTable_Mode() {
	t := lockset.NewTable()
	write := map[string]lockmodel.Mode{"true": lockmodel.Exclusive, "false": lockmodel.Shared}
	facts, _ := t.Assume(nil, t.Param(0), true)
	fmt.Println(t.Mode(facts, lockmodel.Unknown, t.Param(0), write))
	fmt.Println(t.Mode(nil, lockmodel.Unknown, t.Param(0), write))
	fmt.Println(t.Mode(nil, lockmodel.Shared, nil, nil))
	// Output:
	// exclusive
	// unknown
	// shared
}

// Of "if done || failed { return }" it stays known that one of the two is so.
func ExampleTable_Either() {
	t := lockset.NewTable()
	done, failed := t.Param(0), t.Param(1)
	one, _ := t.Assume(nil, done, true)
	other, _ := t.Assume(nil, done, false)
	other, _ = t.Assume(other, failed, true)
	gone := t.Either(one, other)
	fmt.Println(t.Truth(gone, t.Or(done, failed)))
	fmt.Println(t.Truth(gone, done))

	neither, _ := t.Assume(nil, done, false)
	neither, _ = t.Assume(neither, failed, false)
	fmt.Println(t.Excludes(gone, neither), t.Excludes(gone, one))
	// Output:
	// true true
	// false false
	// true false
}
