package lockset_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lockvet/lockvet/analyzer/lockset"
)

func TestConstantsSortAsTheyDoAtRunTime(t *testing.T) {
	tab := lockset.NewTable()
	q := func(s string) *lockset.Value { return tab.Const(strconv.Quote(s)) }
	for _, c := range [][2]*lockset.Value{
		{q(""), q("!")}, {q("a"), q("a!")}, {q("a"), q("a b")}, {q("a"), q("a\n")}, {q("A"), q("\u00e9")}, {q("\n"), q("A")},
		{tab.Const("9"), tab.Const("10")}, {tab.Const("-2"), tab.Const("-1")},
	} {
		assert.Equal(t, lockset.After, tab.Relate(nil, c[0], c[1], never), "%s then %s", c[0], c[1])
		assert.Equal(t, lockset.Before, tab.Relate(nil, c[1], c[0], never), "%s then %s", c[1], c[0])
	}
}

func TestAnOrderOfNothingIsHarmless(t *testing.T) {
	tab := lockset.NewTable()
	f, _ := tab.Assume(nil, tab.Sum("sorted:ID"), true)
	assert.NotPanics(t, func() { f.SortedBy(tab.Param(0)) })
	v := tab.Make(lockset.OpSum, "sorted:ID", 0, nil)
	f, _ = tab.Assume(nil, v, true)
	assert.NotPanics(t, func() { f.SortedBy(tab.Param(0)) })
	assert.NotPanics(t, func() { f.Unsort(tab.Param(0)) })
}
