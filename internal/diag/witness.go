package diag

import (
	"fmt"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer"
)

// A report has related lines for its two sides: first where the lock that is
// held was taken, then the calls that lead to the other one. Only places of the
// package under analysis are related; the message itself names the others.

// Held says where a lock was taken. If that was in another package, it says so
// at the call at fault, so that this side is never missing.
func (r *Reporter) Held(l analyzer.Lock, s analyzer.Site, call analyzer.Range) analysis.RelatedInformation {
	text := Lock(l) + " held here"
	if s.Pos.IsValid() {
		call = s.Range
		text = Lock(l) + " taken here"
	}
	switch {
	case s.Given != "":
		text += ", " + s.Given
	case len(s.Chain) > 0:
		text += ": " + Chain("", s.Chain)
	}
	return analysis.RelatedInformation{Pos: call.Pos, End: call.End, Message: text}
}

// Wanted says how a call leads to a lock, one entry for each step that lies in
// this package.
func (r *Reporter) Wanted(name string, l analyzer.Lock, call analyzer.Range, chain []analyzer.Hop) []analysis.RelatedInformation {
	if len(chain) == 0 {
		return []analysis.RelatedInformation{{Pos: call.Pos, End: call.End, Message: Lock(l) + " wanted here"}}
	}
	return append(
		[]analysis.RelatedInformation{{Pos: call.Pos, End: call.End, Message: Class(l.Class) + " wanted by " + Callee(name, chain)}},
		r.steps(chain)...)
}

// Related returns the related lines of a pair that a brings together.
func (r *Reporter) Related(a analyzer.Acquire, p analyzer.Pair) []analysis.RelatedInformation {
	return append([]analysis.RelatedInformation{r.Held(p.Held, p.At, a.Range)}, r.Wanted(a.Name, p.Want, a.Range, p.Chain)...)
}

// Duty returns the report of a clash between what this package hands over and
// what a function of another package does with it. fault, if not empty, says
// what is wrong between two keys of a class, rule what to keep to.
func (r *Reporter) Duty(category string, d analyzer.Duty, fault, rule string) analysis.Diagnostic {
	held := Class(d.Held.Class)
	if d.HeldAt != "" {
		held += " (" + d.HeldAt + ")"
	}
	holds := held + " held by " + d.Caller
	if fault != "" {
		held += ", " + fault
	}
	call := d.Caller + " calls " + d.Call.Name
	if d.Call.Pos != "" {
		call += " (" + d.Call.Pos + ")"
	}
	chain := d.Chain
	if len(chain) == 0 || chain[0].Name != d.Name {
		chain = append([]analyzer.Hop{{Name: d.Name}}, chain...)
	}
	at := func(text string) analysis.RelatedInformation {
		return analysis.RelatedInformation{Pos: d.Pos, End: d.End, Message: text}
	}
	return analysis.Diagnostic{
		Pos: d.Pos, End: d.End,
		Category: category,
		Message: fmt.Sprintf("handing over %s acquires %s while holding %s: %s, here %s; %s",
			d.Name, Class(d.Want.Class), held, call, Chain(d.Name, chain), rule),
		Related: append([]analysis.RelatedInformation{
			at(holds),
			at(Class(d.Want.Class) + " wanted by " + d.Name),
		}, r.steps(chain)...),
	}
}

// Needed is Wanted for a lock that has to be held already.
func (r *Reporter) Needed(name string, l analyzer.Lock, call analyzer.Range, chain []analyzer.Hop) []analysis.RelatedInformation {
	return append(
		[]analysis.RelatedInformation{{Pos: call.Pos, End: call.End, Message: Lock(l) + " required by " + Callee(name, chain)}},
		r.steps(chain)...)
}

// steps returns the calls below the first that functions of this package make.
func (r *Reporter) steps(chain []analyzer.Hop) []analysis.RelatedInformation {
	var out []analysis.RelatedInformation
	for i := 1; i < len(chain); i++ {
		if pos := r.find(chain[i].Pos); pos.IsValid() && r.declares(chain[i-1].Name) {
			out = append(out, analysis.RelatedInformation{Pos: pos, End: pos, Message: chain[i].Name + " called here"})
		}
	}
	return out
}

// declares reports whether a function of a chain may be one of this package:
// whether the package has one of this name, or the type of such a method.
// Together with the name of the file that tells packages apart whose folders
// have one name.
func (r *Reporter) declares(name string) bool {
	name = name[strings.LastIndexByte(name, ' ')+1:] // "func literal in F"
	first, _, isMethod := strings.Cut(name, ".")
	if r.pass.Pkg == nil {
		return false
	}
	switch r.pass.Pkg.Scope().Lookup(first).(type) {
	case *types.Func:
		return !isMethod
	case *types.TypeName:
		return isMethod
	}
	return false
}

// find returns the start of a line that is named as "dir/file.go:31".
func (r *Reporter) find(place string) token.Pos {
	colon := strings.LastIndexByte(place, ':')
	if colon < 0 || r.pass.Pkg == nil {
		return token.NoPos
	}
	line, err := strconv.Atoi(place[colon+1:])
	if err != nil {
		return token.NoPos
	}
	if r.files == nil {
		r.files = map[string]*token.File{}
		for _, f := range r.pass.Files {
			if tf := r.pass.Fset.File(f.FileStart); tf != nil {
				r.files[path.Base(r.pass.Pkg.Path())+"/"+filepath.Base(tf.Name())] = tf
			}
		}
	}
	tf := r.files[place[:colon]]
	if tf == nil || line < 1 || line > tf.LineCount() {
		return token.NoPos
	}
	return tf.LineStart(line)
}
