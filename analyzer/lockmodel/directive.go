package lockmodel

import (
	"go/token"
	"strings"
)

// The grammar. Words are separated by spaces or tabs; P is a parameter, the
// receiver or a field path of one; options come in any order.
//
//	order CLASS CLASS...
//	class CLASS [ordered] [within=CLASS] [retired]    before a package clause
//	class CLASS [key=FIELD]                           on a field, a variable or a type
//	acquire CLASS [MODE] [key=P,...] [ordered] [try] [during=P]
//	release CLASS [key=P]
//	require CLASS [MODE] [key=P]
//	async [P ...]
//	extern FUNCTION (acquire | release | require | async) ...
//	ignore CATEGORY,... -- REASON
//
// MODE is shared, exclusive or mode=P. An acquire without a mode is exclusive,
// as a lock without modes is; a require without one is content with any. key=
// may be given several times instead of a list.

// Prefix begins every directive. As with all Go directives nothing stands
// between the slashes and the word.
const Prefix = "//lockvet:"

// The verbs of the grammar.
const (
	verbAcquire = "acquire"
	verbAsync   = "async"
	verbClass   = "class"
	verbExtern  = "extern"
	verbIgnore  = "ignore"
	verbOrder   = "order"
	verbRelease = "release"
	verbRequire = "require"
)

var (
	verbs       = []string{verbAcquire, verbAsync, verbClass, verbExtern, verbIgnore, verbOrder, verbRelease, verbRequire}
	effectVerbs = []string{verbAcquire, verbAsync, verbRelease, verbRequire}
)

// options lists what may follow the class, by verb. A name that ends in "="
// takes a value.
var options = map[string][]string{
	verbAcquire: {"shared", "exclusive", "mode=", "key=", "ordered", "try", "during="},
	verbRelease: {"key="},
	verbRequire: {"shared", "exclusive", "mode=", "key="},
	verbClass:   {"ordered", "within=", "retired", "key="},
}

// A Word is one word of a directive and the position of its first byte.
type Word struct {
	Text string
	Pos  token.Pos
}

// End returns the position after the word.
func (w Word) End() token.Pos { return w.Pos + token.Pos(len(w.Text)) }

// A Directive is one directive as it is written: its words are sorted into
// fields, but nothing is looked up. Which fields are set depends on the verb.
type Directive struct {
	Pos, End token.Pos // of the text, without a comment that follows it
	Verb     Word      // for an extern, the verb after the name
	Target   Word      // extern: the function that the directive speaks of

	Classes []Word // order: outermost first; else the one class

	Mode     Mode // shared or exclusive, if the directive says so
	ModeFrom Word // mode=P
	Keys     []Word
	During   Word // during=P
	Within   Word // within=B
	Ordered  Word // the word itself, if it is there; so Try and Retired
	Try      Word
	Retired  Word

	Params     []Word // async
	Categories []Word // ignore
	Reason     string // ignore; "" if there is none
}

// An Error tells what is wrong with a directive, and where.
type Error struct {
	Pos, End token.Pos // the wrong word
	Message  string
}

// Error returns the message, without the place.
func (e *Error) Error() string { return e.Message }

// String returns the directive in its canonical form: single spaces, options
// in the order of the grammar, keys joined by commas. It is meant for a
// directive that Parse read without error.
func (d Directive) String() string {
	var b strings.Builder
	b.WriteString(Prefix)
	if d.Target.Text != "" {
		b.WriteString(verbExtern + " " + d.Target.Text + " ")
	}
	b.WriteString(d.Verb.Text)
	word := func(prefix, w string) {
		if w != "" {
			b.WriteString(" " + prefix + w)
		}
	}
	for _, c := range d.Classes {
		word("", c.Text)
	}
	if d.Mode != Unknown {
		word("", d.Mode.String())
	}
	word("mode=", d.ModeFrom.Text)
	if d.Verb.Text != verbClass {
		word("key=", joined(d.Keys))
	}
	word("", d.Ordered.Text)
	word("", d.Try.Text)
	word("during=", d.During.Text)
	word("within=", d.Within.Text)
	word("", d.Retired.Text)
	if d.Verb.Text == verbClass {
		word("key=", joined(d.Keys))
	}
	for _, p := range d.Params {
		word("", p.Text)
	}
	word("", joined(d.Categories))
	word("-- ", d.Reason)
	return b.String()
}

// joined joins words by commas.
func joined(words []Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, ",")
}
