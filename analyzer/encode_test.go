package analyzer

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
	"github.com/lockvet/lockvet/analyzer/lockset"
)

// decoding returns a unit that summaries can be decoded into.
func decoding() *unit {
	return &unit{t: lockset.NewTable(), modes: make(map[*lockset.Value]map[string]lockmodel.Mode)}
}

func encodeSummary(s *summary, a *unit) []byte {
	var w writer
	w.summary(s, a.modes)
	return w.b
}

func decodeSummary(b []byte, a *unit) (*summary, error) {
	r := &reader{b: b, a: a}
	s := r.summary()
	return s, r.err
}

// chainOf returns a witness of n hops.
func chainOf(n int) *hop {
	var h *hop
	for i := n; i > 0; i-- {
		h = newHop(fmt.Sprintf("store.Step%d", i), fmt.Sprintf("store/step.go:%d", i), h)
	}
	return h
}

// A sampler makes summaries such as the analysis makes them, in terms of entry
// values, from a fixed seed.
type sampler struct {
	*rand.Rand
	a *unit
}

func newSampler(seed uint64) *sampler {
	return &sampler{rand.New(rand.NewPCG(seed, 2)), decoding()}
}

func (g *sampler) coin() bool { return g.IntN(2) == 0 }

func (g *sampler) value() *lockset.Value {
	t := g.a.t
	v := t.Param(g.IntN(4))
	switch g.IntN(7) {
	case 0:
		return t.Field(v, "user")
	case 1:
		return t.Elem(t.Deref(v), t.Const("0"))
	case 2:
		return t.Func("store.Run$1", v, t.Free(0))
	case 3:
		return t.Struct(t.Zero, []string{"id", "name"}, []*lockset.Value{v, t.Const(`"x"`)})
	case 4:
		return t.Iface("*store.Quota", t.Fresh("0"))
	case 5:
		return t.Global("store.root")
	}
	return v
}

func (g *sampler) maybeValue() *lockset.Value {
	if g.coin() {
		return nil
	}
	return g.value()
}

func (g *sampler) values() []*lockset.Value {
	out := make([]*lockset.Value, g.IntN(3))
	for i := range out {
		out[i] = g.value()
	}
	return out
}

// facts are of different parameters, so that none follows from the others: a
// fact that does is not kept when it is read.
func (g *sampler) facts() lockset.Facts {
	var f lockset.Facts
	for i := range g.IntN(4) {
		f, _ = g.a.t.Assume(f, g.a.t.Equal(g.a.t.Param(i), g.a.t.Nil), g.coin())
	}
	return f
}

func (g *sampler) freed() (out []freed) {
	for range g.IntN(3) {
		out = append(out, freed{[]string{"", "mailbox"}[g.IntN(2)], g.maybeValue(), g.maybeValue()})
	}
	return out
}

func (g *sampler) locks() (ls []lockset.Lock, at []*hop) {
	for range g.IntN(3) {
		l := lockset.Lock{
			Class: "namespace", Key: g.maybeValue(), Mode: lockmodel.Mode(g.IntN(3)), Guard: g.maybeValue(),
			Via: g.maybeValue(), Parent: g.maybeValue(), Flags: lockset.Flags(g.IntN(256)),
		}
		if g.coin() {
			l.ModeBy = g.a.t.Param(3)
			g.a.modes[l.ModeBy] = map[string]lockmodel.Mode{"0": lockmodel.Shared, "1": lockmodel.Exclusive}
		}
		ls = append(ls, l)
		at = append(at, chainOf(1+g.IntN(maxHops)))
	}
	return ls, at
}

func (g *sampler) event() *event {
	e := &event{
		kind: []eventKind{evAcquire, evRequire, evRelease, evCall, evJoin}[g.IntN(5)], class: "mailbox", key: g.maybeValue(), mode: lockmodel.Mode(g.IntN(3)),
		try: g.coin(), ordered: g.coin(), plain: g.coin(), implied: g.coin(), judged: g.coin(), again: g.coin(),
		guard: g.facts(), freed: g.freed(), fn: g.maybeValue(), method: "Update", target: "iface:store.Quota.Update",
		args: g.values(), fallback: g.values(), chain: chainOf(1 + g.IntN(maxHops)),
	}
	e.held, e.heldAt = g.locks()
	if g.coin() {
		e.told = []string{"quota.Nothing", "quota.Nowhere"}
	}
	if g.coin() {
		e.by = g.a.t.Param(2)
		g.a.modes[e.by] = map[string]lockmodel.Mode{"2": lockmodel.Exclusive}
	}
	return e
}

func (g *sampler) summary(events, exits int) *summary {
	s := &summary{calls: g.coin()}
	for range events {
		s.events = append(s.events, g.event())
	}
	for range exits {
		e := &exit{guard: g.facts(), facts: g.facts(), results: g.values(), freed: g.freed(), handed: g.values()}
		e.held, e.heldAt = g.locks()
		for range g.IntN(3) {
			e.writes = append(e.writes, write{g.value(), g.value()})
		}
		for range g.IntN(3) {
			e.started = append(e.started, started{g.value(), g.values(), g.values()})
		}
		s.exits = append(s.exits, e)
	}
	return s
}

func TestSummaryRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		g := newSampler(seed)
		s := g.summary(g.IntN(4), g.IntN(3))
		data := encodeSummary(s, g.a)
		same, err := decodeSummary(data, g.a)
		require.NoError(t, err)
		require.Equal(t, s, same, "seed %d", seed)

		// Another package has other values in its table; what it reads is the
		// same all the same.
		other := decoding()
		for i := range 5 {
			other.t.Global(strconv.Itoa(i))
		}
		there, err := decodeSummary(data, other)
		require.NoError(t, err)
		back, err := decodeSummary(encodeSummary(there, other), g.a)
		require.NoError(t, err)
		require.Equal(t, s, back, "seed %d", seed)
		for v, m := range other.modes {
			require.Contains(t, []string{"param2", "param3"}, v.String())
			require.NotEmpty(t, m)
		}
	}
}

func TestModesTravelWithTheirValue(t *testing.T) {
	a, b := decoding(), decoding()
	mode := a.t.Param(1)
	a.modes[mode] = map[string]lockmodel.Mode{"0": lockmodel.Shared, "1": lockmodel.Exclusive}
	_, err := decodeSummary(encodeSummary(&summary{events: []*event{{by: mode, chain: chainOf(1)}}}, a), b)
	require.NoError(t, err)
	require.Equal(t, a.modes[mode], b.modes[b.t.Param(1)])
}

func TestSummaryHasOneEncoding(t *testing.T) {
	for seed := range uint64(20) {
		var want []byte
		for range 10 {
			g := newSampler(seed)
			s := g.summary(3, 2)
			data := encodeSummary(s, g.a)
			if want == nil {
				want = data
			}
			require.Equal(t, want, data, "built anew")
			require.Equal(t, want, encodeSummary(s, g.a), "encoded again")
		}
	}
}

// What only this package can use stays behind.
func TestTransientsAreNotEncoded(t *testing.T) {
	a := decoding()
	e := event{kind: evCall, class: "c", args: []*lockset.Value{}, chain: chainOf(1)}
	bare := encodeSummary(&summary{events: []*event{&e}}, a)
	withPlace, ofHandler, order := e, e, e
	withPlace.heldIn = []heldIn{{}}
	ofHandler.origin = &handlerNeed{}
	order.kind = evOrder
	require.Equal(t, bare, encodeSummary(&summary{events: []*event{&order, &withPlace, &ofHandler}}, a))
}

// What no writer writes is no fact: an event that stays in its package, kinds,
// modes and flags that there are not.
func TestReaderRefusesWhatIsNeverWritten(t *testing.T) {
	a := decoding()
	lock := lockset.Lock{Class: "c", Mode: lockmodel.Exclusive}
	good := encodeSummary(&summary{events: []*event{{kind: evJoin, mode: lockmodel.Exclusive, held: []lockset.Lock{lock}, heldAt: []*hop{nil}}}}, a)
	_, err := decodeSummary(good, a)
	require.NoError(t, err)
	const kind, mode = 1, 4 // behind the number of events; behind an empty class and no key
	require.Equal(t, []byte{byte(evJoin), byte(lockmodel.Exclusive)}, []byte{good[kind], good[mode]})
	for at, wrong := range map[int][]byte{kind: {byte(evOrder), byte(evJoin) + 1, 127}, mode: {byte(lockmodel.Exclusive) + 1, 127}} {
		for _, b := range wrong {
			bad := slices.Clone(good)
			bad[at] = b
			_, err := decodeSummary(bad, a)
			require.ErrorIs(t, err, errCorrupt, "%d at %d", b, at)
		}
	}
}

// A list ends where it cannot be read on, however long it says it is.
func TestReaderStopsAtAnError(t *testing.T) {
	r := &reader{b: []byte("\x05abcdefgh"), a: decoding()}
	turns := 0
	for range r.each() {
		if turns++; turns == 2 {
			r.fail()
		}
	}
	require.Equal(t, 2, turns)
}

// A fact keeps the first calls of a witness and the last.
func TestChainsAreCut(t *testing.T) {
	for n := 1; n <= 40; n++ {
		a := decoding()
		s := &summary{
			events: []*event{{chain: chainOf(n), held: []lockset.Lock{{Class: "c"}}, heldAt: []*hop{chainOf(n)}}},
			exits:  []*exit{{held: []lockset.Lock{{Class: "c"}}, heldAt: []*hop{chainOf(n)}}},
		}
		got, err := decodeSummary(encodeSummary(s, a), a)
		require.NoError(t, err)
		want := shortChain(hops(chainOf(n)))
		require.Len(t, want, min(n, maxHops))
		for _, c := range []*hop{got.events[0].chain, got.events[0].heldAt[0], got.exits[0].heldAt[0]} {
			require.Equal(t, want, hops(c), "%d hops", n)
			require.Equal(t, min(n, maxHops), c.n)
			require.Equal(t, fmt.Sprintf("store.Step%d", n), c.last().name, "where it is taken")
		}
	}
}

// maxFive is the ceiling for a summary of five acquisitions, each with a key,
// a condition and a witness that is longer than a fact keeps. A witness costs
// most: six hops of two strings, about 30 bytes each. A package passes on what
// its imports can do, so these bytes are paid again in every importer: a
// thousand such functions must stay near a megabyte.
const maxFive = 1500

func TestSummaryIsSmall(t *testing.T) {
	a := decoding()
	build := func(hops int) []byte {
		s := &summary{exits: []*exit{{}}}
		for i := range 5 {
			f, _ := a.t.Assume(nil, a.t.Equal(a.t.Param(0), a.t.Nil), false)
			s.events = append(s.events, &event{
				class: "namespace", key: a.t.Field(a.t.Param(i), "User"), mode: lockmodel.Exclusive, guard: f, chain: chainOf(hops),
			})
		}
		return encodeSummary(s, a)
	}
	size := len(build(30))
	require.Less(t, size, maxFive)
	require.Less(t, len(build(3000)), size+5*2*len("000"), "the depth of the calls is not paid for, but for the digits of the last line")
}

// allocated returns how many bytes f takes from the heap, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// perByte bounds what the decoder takes for one byte of input. A list says its
// length before its elements, and an element in memory, an event above all, is
// a few hundred bytes, where a byte may announce it.
const perByte = 1000

func requireModest(t *testing.T, data []byte, what string, args ...any) error {
	t.Helper()
	a := decoding()
	var err error
	took := allocated(func() { _, err = decodeSummary(data, a) })
	require.LessOrEqual(t, took, uint64(perByte*len(data)+1<<16), append([]any{what}, args...)...)
	return err
}

func TestCorruptSummaries(t *testing.T) {
	g := newSampler(7)
	good := encodeSummary(g.summary(3, 2), g.a)
	for i := range good {
		err := requireModest(t, good[:i], "cut at %d", i)
		require.ErrorIs(t, err, errCorrupt, "cut at %d", i)
	}
	for i := range good {
		for _, flip := range []byte{0x01, 0x02, 0x10, 0x40, 0x80, 0xff} {
			bad := append([]byte(nil), good...)
			bad[i] ^= flip
			_ = requireModest(t, bad, "byte %d, flipped by %x", i, flip)
		}
	}
	// Lengths that nothing follows, as far as a list can claim them.
	for _, lead := range []string{"", "\x01\x00", "\x00\x01", "\x00\x01\x00\x00"} {
		for _, n := range []string{"\xff\xff\xff\xff\x07", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\xa0\x1f"} {
			err := requireModest(t, []byte(lead+n+strings.Repeat("\x00", 4000)+"\xff"), "%q %q", lead, n)
			if len(n) > 2 { // 4000 may follow
				require.Error(t, err, "%q %q", lead, n)
			}
		}
	}
}

// FuzzSummary holds the decoder to this, for any bytes: no panic, and what it
// accepts can be encoded and read again.
func FuzzSummary(f *testing.F) {
	for seed := range uint64(20) {
		g := newSampler(seed)
		f.Add(encodeSummary(g.summary(2, 2), g.a))
	}
	f.Add([]byte("\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := decoding()
		s, err := decodeSummary(data, a)
		if err != nil {
			return
		}
		again, err := decodeSummary(encodeSummary(s, a), decoding())
		require.NoError(t, err)
		require.LessOrEqual(t, len(again.events), len(s.events), "less those that stay behind")
		require.Len(t, again.exits, len(s.exits))
		for _, e := range again.events {
			require.LessOrEqual(t, e.chain.n, maxHops)
		}
		s.silent()
		s.leaves()
	})
}
