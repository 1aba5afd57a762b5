package lockmodel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// The encoding of a model is a version byte, a table of all strings in byte
// order, then the classes, edges, functions and locks, each list sorted. All
// numbers are unsigned varints; a string is its number in the table. Every
// model has one encoding: what Decode accepts, Encode gives back.
const encodingVersion = 1

var errCorrupt = errors.New("lockmodel: corrupt encoding of a model")

// Encode returns m as bytes: the same bytes for equal models, whatever the
// order in which they were built.
func (m *Model) Encode() []byte {
	gather := &writer{table: map[string]uint64{}, gathering: true}
	gather.model(m)
	names := slices.Sorted(maps.Keys(gather.table))
	w := &writer{table: gather.table, buf: []byte{encodingVersion}}
	w.uint(uint64(len(names)))
	for i, s := range names {
		w.table[s] = uint64(i)
		w.uint(uint64(len(s)))
		w.buf = append(w.buf, s...)
	}
	w.model(m)
	return w.buf
}

// Decode reads what Encode wrote. Anything else is an error; it takes memory
// in proportion to the input only.
func Decode(data []byte) (*Model, error) {
	r := &reader{buf: data}
	if r.byte() != encodingVersion {
		return nil, fmt.Errorf("%w: unknown version", errCorrupt)
	}
	n := r.count()
	for i := range n {
		size := r.count()
		if r.bad {
			break
		}
		s := string(r.buf[:size])
		r.buf = r.buf[size:]
		r.check(i == 0 || r.table[i-1] < s)
		r.table = append(r.table, s)
	}
	r.used = make([]bool, len(r.table))
	m := r.model()
	if r.bad || len(r.buf) > 0 || slices.Contains(r.used, false) {
		return nil, errCorrupt
	}
	return m, nil
}

// GobEncode makes a fact that holds a model deterministic: gob itself writes
// maps in random order.
func (m *Model) GobEncode() ([]byte, error) { return m.Encode(), nil }

// GobDecode is the inverse of GobEncode.
func (m *Model) GobDecode(data []byte) error {
	dec, err := Decode(data)
	if err != nil {
		return err
	}
	*m = *dec
	return nil
}

// A writer encodes. Gathering, it only collects strings; plain, it writes them
// in place.
type writer struct {
	buf       []byte
	table     map[string]uint64
	gathering bool
	plain     bool
}

func (w *writer) uint(n uint64) { w.buf = binary.AppendUvarint(w.buf, n) }

func (w *writer) flags(bits ...bool) {
	var n uint64
	for i, b := range bits {
		if b {
			n |= 1 << i
		}
	}
	w.uint(n)
}

func (w *writer) string(s string) {
	switch {
	case w.gathering:
		w.table[s] = 0
	case w.plain:
		w.uint(uint64(len(s)))
		w.buf = append(w.buf, s...)
	default:
		w.uint(w.table[s])
	}
}

func (w *writer) strings(list []string) {
	w.uint(uint64(len(list)))
	for _, s := range list {
		w.string(s)
	}
}

func (w *writer) model(m *Model) {
	w.uint(uint64(len(m.Classes)))
	for _, name := range m.ClassNames() {
		c := m.Classes[name]
		w.string(name)
		w.flags(c.Ordered, c.Retired)
		w.string(c.Within)
		w.string(c.Pos)
	}
	w.uint(uint64(len(m.Edges)))
	for _, e := range m.Edges {
		w.string(e.Outer)
		w.string(e.Inner)
		w.string(e.Pos)
	}
	w.uint(uint64(len(m.Funcs)))
	for _, key := range slices.Sorted(maps.Keys(m.Funcs)) {
		f := m.Funcs[key]
		w.string(key)
		w.uint(uint64(len(f.Effects)))
		for i := range f.Effects {
			w.effect(&f.Effects[i])
		}
	}
	w.uint(uint64(len(m.Locks)))
	for _, key := range slices.Sorted(maps.Keys(m.Locks)) {
		l := m.Locks[key]
		w.string(key)
		w.string(l.Class)
		w.strings(l.Path)
	}
}

func (w *writer) effect(e *Effect) {
	w.uint(uint64(e.Kind))
	w.string(e.Class)
	w.flags(e.Ordered, e.Try, e.Mode.From != nil, e.During != nil)
	w.uint(uint64(e.Mode.Fixed))
	if e.Mode.From != nil {
		w.path(*e.Mode.From)
	}
	w.uint(uint64(len(e.Mode.Values)))
	for _, v := range slices.Sorted(maps.Keys(e.Mode.Values)) {
		w.string(v)
		w.uint(uint64(e.Mode.Values[v]))
	}
	w.uint(uint64(len(e.Keys)))
	for _, k := range e.Keys {
		w.path(k)
	}
	if e.During != nil {
		w.path(*e.During)
	}
	w.uint(uint64(len(e.Params)))
	for _, p := range e.Params {
		w.uint(uint64(p))
	}
	w.uint(uint64(e.Guard.Kind))
	w.uint(uint64(e.Guard.Result))
}

// path writes the root plus one: the receiver is -1.
func (w *writer) path(p Path) {
	w.uint(uint64(p.Root + 1))
	w.strings(p.Fields)
}

// A reader decodes. Once bad it returns zeros, so that the loops end.
type reader struct {
	buf   []byte
	table []string
	used  []bool // the strings of the table that something names
	bad   bool
}

func (r *reader) check(ok bool) {
	if !ok {
		r.bad, r.buf = true, nil
	}
}

func (r *reader) byte() byte {
	if len(r.buf) == 0 {
		r.check(false)
		return 0
	}
	b := r.buf[0]
	r.buf = r.buf[1:]
	return b
}

func (r *reader) uint(limit uint64) uint64 {
	n, size := binary.Uvarint(r.buf)
	// The last byte of a varint is zero only if a shorter one would do.
	if size <= 0 || n > limit || size > 1 && r.buf[size-1] == 0 {
		r.check(false)
		return 0
	}
	r.buf = r.buf[size:]
	return n
}

// count reads the length of a list, each element of which takes a byte at
// least: what cannot follow is not a length.
func (r *reader) count() int {
	n := r.uint(uint64(len(r.buf)))
	if n > uint64(len(r.buf)) {
		r.check(false)
		return 0
	}
	return int(n)
}

func (r *reader) flags(n int) []bool {
	v := r.uint(1<<n - 1)
	out := make([]bool, n)
	for i := range out {
		out[i] = v&(1<<i) != 0
	}
	return out
}

func (r *reader) string() string {
	i := r.uint(uint64(max(len(r.table), 1) - 1))
	if r.bad || len(r.table) == 0 {
		r.check(false)
		return ""
	}
	r.used[i] = true
	return r.table[i]
}

func (r *reader) strings() []string {
	var list []string
	for range r.count() {
		list = append(list, r.string())
	}
	return list
}

// sorted reads n names and calls read for each; they must ascend.
func (r *reader) sorted(read func(name string)) {
	last := ""
	for i := range r.count() {
		name := r.string()
		r.check(i == 0 || last < name)
		if r.bad {
			return
		}
		read(name)
		last = name
	}
}

func (r *reader) model() *Model {
	m := New()
	r.sorted(func(name string) {
		c := &Class{Name: name}
		bits := r.flags(2)
		c.Ordered, c.Retired = bits[0], bits[1]
		c.Within, c.Pos = r.string(), r.string()
		m.Classes[name] = c
	})
	for range r.count() {
		e := Edge{r.string(), r.string(), r.string()}
		if n := len(m.Edges); n > 0 {
			last := m.Edges[n-1]
			r.check(last.Outer < e.Outer || last.Outer == e.Outer && last.Inner < e.Inner)
		}
		m.Edges = append(m.Edges, e)
	}
	r.sorted(func(key string) {
		f := &Func{Key: key}
		for range r.count() {
			f.Effects = append(f.Effects, r.effect())
		}
		m.Funcs[key] = f
	})
	r.sorted(func(key string) {
		m.Locks[key] = &Lock{Key: key, Class: r.string(), Path: r.strings()}
	})
	return m
}

func (r *reader) effect() Effect {
	e := Effect{Kind: EffectKind(r.uint(uint64(Async))), Class: r.string()}
	bits := r.flags(4)
	e.Ordered, e.Try = bits[0], bits[1]
	e.Mode.Fixed = Mode(r.uint(uint64(Exclusive)))
	if bits[2] {
		e.Mode.From = r.path()
	}
	r.sorted(func(v string) {
		if e.Mode.Values == nil {
			e.Mode.Values = map[string]Mode{}
		}
		e.Mode.Values[v] = Mode(r.uint(uint64(Exclusive)))
	})
	for range r.count() {
		e.Keys = append(e.Keys, *r.path())
	}
	if bits[3] {
		e.During = r.path()
	}
	for range r.count() {
		e.Params = append(e.Params, int(r.uint(maxIndex)))
	}
	e.Guard = Guard{GuardKind(r.uint(uint64(GuardReceiver))), int(r.uint(maxIndex))}
	return e
}

// maxIndex is the greatest index of a parameter or result that Decode believes.
const maxIndex = 1 << 16

func (r *reader) path() *Path {
	return &Path{Root: int(r.uint(maxIndex)) - 1, Fields: r.strings()}
}
