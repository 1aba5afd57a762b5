package diag

import (
	"fmt"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// A message is put together as
//
//	gerund at the position, while or requires, lock and mode (place): chain; rule or remedy
//
// from the pieces below.

// Lock names a lock: its class, and its key if the reader would know it.
func Lock(l analyzer.Lock) string {
	if l.Key == "" {
		return Class(l.Class)
	}
	return Class(l.Class) + " of " + l.Key
}

// Class names a lock by its class alone.
func Class(class string) string { return class + " lock" }

// How is the adverb of a mode, with a space before it; "" for an unknown one.
func How(m lockmodel.Mode) string {
	switch m {
	case lockmodel.Shared:
		return " shared"
	case lockmodel.Exclusive:
		return " exclusively"
	}
	return ""
}

// Act is the gerund of a call that takes a lock: "acquiring X lock of K" if it
// does so by itself, "calling F acquires X lock" if it does by way of others.
func Act(name string, want analyzer.Lock, chain []analyzer.Hop) string {
	if len(chain) == 0 {
		return "acquiring " + Lock(want)
	}
	return Calling(Callee(name, chain)) + " acquires " + Class(want.Class)
}

// Callee is what a call calls, as its chain begins: with the package or the
// type, if name is but the last part of that.
func Callee(name string, chain []analyzer.Hop) string {
	if len(chain) > 0 && !strings.Contains(name, ".") && strings.HasSuffix(chain[0].Name, "."+name) {
		return chain[0].Name
	}
	return name
}

// Calling is the gerund of a call. What is no function, but takes locks as a
// call does, comes with a gerund of its own: "receiving from done".
func Calling(name string) string {
	if gerund(name) {
		return name
	}
	return "calling " + name
}

func gerund(name string) bool {
	verb, _, ok := strings.Cut(name, " ")
	return ok && strings.HasSuffix(verb, "ing")
}

// Steps is the chain of a call of name, after a colon: ": F calls G calls Lock
// (dir/file.go:31)". It is empty if the call needs no explanation.
func Steps(name string, chain []analyzer.Hop) string {
	if len(chain) == 0 {
		return ""
	}
	return ": " + Chain(name, chain)
}

// Chain is Steps without the colon.
func Chain(name string, chain []analyzer.Hop) string {
	var names []string
	if len(chain) == 1 && chain[0].Name != name && name != "" && !gerund(name) {
		names = append(names, name)
	}
	for _, h := range chain {
		names = append(names, h.Name)
	}
	text := strings.Join(names, " calls ")
	if pos := End(chain); pos != "" {
		text += " (" + pos + ")"
	}
	return text
}

// End is the place where a chain ends, "" if there is none.
func End(chain []analyzer.Hop) string {
	if len(chain) == 0 {
		return ""
	}
	return chain[len(chain)-1].Pos
}

// At says where a lock that is held was taken, in parentheses, after a space:
// a line if that is in the file of the report at pos, else a file and a line.
// Of a lock that the reported call itself took by way of others, in the same
// go, it names the end of that way. A remark, if any, stands behind the place.
// The text is empty if there is nothing to say.
func (r *Reporter) At(s analyzer.Site, pos token.Pos, remark string) string {
	place := s.Given
	switch {
	case s.Pos.IsValid() && s.Pos == pos && remark == "" && End(s.Chain) != "":
		place = End(s.Chain)
	case s.Pos.IsValid() && s.File != "" && s.File != r.file(pos):
		place = s.File + ":" + strconv.Itoa(s.Line)
	case s.Pos.IsValid():
		place = "line " + strconv.Itoa(s.Line)
	case !s.Pos.IsValid() && End(s.Chain) != "":
		place = End(s.Chain)
	}
	switch {
	case place == "" && remark == "":
		return ""
	case place == "":
		place = remark
	case remark != "":
		place += ", " + remark
	}
	return " (" + place + ")"
}

// Line is At for a range: "line 24", or "file.go:24" in another file.
func (r *Reporter) Line(at analyzer.Range, pos token.Pos) string {
	p := r.pass.Fset.PositionFor(at.Pos, false)
	if file := filepath.Base(p.Filename); file != r.file(pos) {
		return file + ":" + strconv.Itoa(p.Line)
	}
	return "line " + strconv.Itoa(p.Line)
}

func (r *Reporter) file(pos token.Pos) string {
	return filepath.Base(r.pass.Fset.PositionFor(pos, false).Filename)
}

// InOrder is the remedy where no function takes several locks in order.
const InOrder = "take both in key order"

// Remedy says how to take two locks of a class together: by the function that
// is declared to take several in order, if there is one. more says that the
// call at fault is such a function already.
func Remedy(m *lockmodel.Model, class string, more bool) string {
	name := OrderedCall(m, class)
	switch {
	case name == "":
		return InOrder
	case more:
		return fmt.Sprintf("use one %s for all", name)
	}
	return "use " + name
}

// OrderedCall returns the bare name of a function that takes several locks of
// class in order, "" if none is declared. One that is told its keys is
// preferred to one that finds them, then the shorter name.
func OrderedCall(m *lockmodel.Model, class string) string {
	best, bestKeys := "", false
	for _, key := range slices.Sorted(maps.Keys(m.Funcs)) {
		for _, e := range m.Funcs[key].Of(lockmodel.Acquire) {
			if e.Class != class || !e.Ordered || e.Try {
				continue
			}
			name, keys := key[strings.LastIndexByte(key, '.')+1:], len(e.Keys) > 0
			if best == "" || keys && !bestKeys || keys == bestKeys && len(name) < len(best) {
				best, bestKeys = name, keys
			}
		}
	}
	return best
}

// Edits turns edits of the core into those of a suggested fix.
func Edits(edits []analyzer.Edit) []analysis.TextEdit {
	out := make([]analysis.TextEdit, 0, len(edits))
	for _, e := range edits {
		out = append(out, analysis.TextEdit{Pos: e.Pos, End: e.End, NewText: []byte(e.New)})
	}
	return out
}

// ascii escapes what is not printable ASCII.
func ascii(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	quoted := strconv.QuoteToASCII(s)
	quoted = quoted[1 : len(quoted)-1]
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(quoted)
}
