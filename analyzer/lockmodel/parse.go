package lockmodel

import (
	"go/token"
	"slices"
	"strings"
	"unicode"
)

// newError joins the parts of a message. The names in it may be in any script;
// the message is ASCII.
func newError(pos, end token.Pos, message ...string) *Error {
	return &Error{pos, end, ascii(strings.Join(message, ""))}
}

// Parse reads one line comment that begins at pos. The last result reports
// whether the comment is a directive at all; the error, nil if the directive
// is well formed, names the wrong word and the remedy. Whether classes,
// parameters and functions exist is not Parse's to know: see [Collect].
//
// A second "//" that begins a word ends the directive; what follows it is a
// comment.
func Parse(text string, pos token.Pos) (Directive, *Error, bool) {
	rest, ok := strings.CutPrefix(text, Prefix)
	if !ok {
		return Directive{}, nil, false
	}
	p := &lineParser{words: split(rest, pos+token.Pos(len(Prefix)))}
	p.d.Pos, p.d.End = pos, pos+token.Pos(len(Prefix))
	if n := len(p.words); n > 0 {
		p.d.End = p.words[n-1].End()
	}
	err := p.directive(rest)
	return p.d, err, true
}

// split cuts s, which begins at pos, into words, up to a comment.
func split(s string, pos token.Pos) []Word {
	var words []Word
	for i := 0; i < len(s); {
		if isSpace(s[i]) {
			i++
			continue
		}
		j := i
		for j < len(s) && !isSpace(s[j]) {
			j++
		}
		if strings.HasPrefix(s[i:j], "//") {
			break
		}
		words = append(words, Word{s[i:j], pos + token.Pos(i)})
		i = j
	}
	return words
}

func isSpace(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

type lineParser struct {
	d     Directive
	words []Word // what is left to read
}

// next takes the next word.
func (p *lineParser) next() (Word, bool) {
	if len(p.words) == 0 {
		return Word{}, false
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w, true
}

// fail returns an error at w.
func fail(w Word, message ...string) *Error {
	return newError(w.Pos, w.End(), message...)
}

// fail returns an error about something that is missing: it stands at the
// whole directive.
func (p *lineParser) fail(message ...string) *Error {
	return newError(p.d.Pos, p.d.End, message...)
}

func (p *lineParser) directive(rest string) *Error {
	verb, ok := p.next()
	if !ok {
		return p.fail("the directive has no verb; the verbs are ", list(verbs, "and"))
	}
	p.d.Verb = verb
	if isSpace(rest[0]) {
		return fail(verb, "a space before ", quote(verb.Text), "; write ", Prefix, "VERB without one")
	}
	switch verb.Text {
	case verbOrder:
		return p.order()
	case verbIgnore:
		return p.ignore()
	case verbExtern:
		return p.extern()
	case verbClass:
		return p.withClass()
	}
	if slices.Contains(effectVerbs, verb.Text) {
		return p.effect()
	}
	return fail(verb, "unknown verb ", quote(verb.Text), "; ", remedy(verb.Text, verbs, "the verbs are", ""))
}

func (p *lineParser) order() *Error {
	for w, ok := p.next(); ok; w, ok = p.next() {
		if err := checkClass(w); err != nil {
			return err
		}
		p.d.Classes = append(p.d.Classes, w)
	}
	if len(p.d.Classes) < 2 {
		return p.fail("order names fewer than two classes; write order OUTER INNER")
	}
	return nil
}

func (p *lineParser) extern() *Error {
	name, ok := p.next()
	if !ok {
		return p.fail("extern names no function; write extern NAME VERB, as in extern pkg/path.Func acquire CLASS")
	}
	p.d.Target = name
	if _, msg := parseTarget(name.Text); msg != "" {
		return fail(name, msg)
	}
	verb, ok := p.next()
	if !ok {
		return p.fail("extern says nothing of ", quote(name.Text), "; write one of ", list(effectVerbs, "or"), " after it")
	}
	p.d.Verb = verb
	if !slices.Contains(effectVerbs, verb.Text) {
		return fail(verb, "extern cannot ", quote(verb.Text), "; ", remedy(verb.Text, effectVerbs, "the verbs after a name are", ""))
	}
	return p.effect()
}

// effect reads what follows acquire, release, require or async.
func (p *lineParser) effect() *Error {
	if p.d.Verb.Text == verbAsync {
		return p.async()
	}
	return p.withClass()
}

func (p *lineParser) async() *Error {
	for w, ok := p.next(); ok; w, ok = p.next() {
		names, err := parts(w)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !token.IsIdentifier(name.Text) {
				return fail(name, quote(name.Text), " is not the name of a parameter; write async P or async alone")
			}
			p.d.Params = append(p.d.Params, name)
		}
	}
	return nil
}

// withClass reads a class and its options.
func (p *lineParser) withClass() *Error {
	verb := p.d.Verb.Text
	class, ok := p.next()
	if !ok {
		return p.fail(verb, " names no class; write ", verb, " CLASS")
	}
	if name, _, hasValue := strings.Cut(class.Text, "="); hasValue || slices.Contains(options[verb], name) {
		return fail(class, verb, " names no class before ", quote(class.Text), "; write ", verb, " CLASS ", class.Text)
	}
	if err := checkClass(class); err != nil {
		return err
	}
	p.d.Classes = []Word{class}
	var last Word
	for w, ok := p.next(); ok; w, ok = p.next() {
		if err := p.option(w, last); err != nil {
			return err
		}
		last = w
	}
	return nil
}

// option reads one option of a class; last is the one before it.
func (p *lineParser) option(w, last Word) *Error {
	verb := p.d.Verb.Text
	name, value, hasValue := strings.Cut(w.Text, "=")
	known := options[verb]
	if hasValue {
		name += "="
	}
	if !slices.Contains(known, name) {
		return p.unknownOption(w, last)
	}
	if hasValue && value == "" {
		return fail(w, name, " names nothing; write ", usage(name))
	}
	v := Word{value, w.Pos + token.Pos(len(name))}
	switch name {
	case "shared", "exclusive", "mode=":
		if p.d.Mode != Unknown || p.d.ModeFrom.Text != "" {
			return fail(w, quote(w.Text), " is a second mode; write one of shared, exclusive and mode=P")
		}
		return p.mode(name, v)
	case "key=":
		return p.keys(v)
	case "within=":
		if err := checkClass(v); err != nil {
			return err
		}
		return once(&p.d.Within, v, w)
	case "during=":
		if err := checkPath(v); err != nil {
			return err
		}
		return once(&p.d.During, v, w)
	case "ordered":
		return once(&p.d.Ordered, w, w)
	case "try":
		return once(&p.d.Try, w, w)
	case "retired":
		return once(&p.d.Retired, w, w)
	}
	panic("internal error: option " + name + " is listed but not read")
}

// unknownOption says why w, which follows last, is no option.
func (p *lineParser) unknownOption(w, last Word) *Error {
	verb := p.d.Verb.Text
	known := options[verb]
	if strings.HasPrefix(last.Text, "key=") && verb == verbAcquire && checkPath(w) == nil && nearest(w.Text, known) == "" {
		return fail(w, "unknown word ", quote(w.Text), " in acquire; several keys are joined by commas: ", last.Text, ",", w.Text)
	}
	name, value, hasValue := strings.Cut(w.Text, "=")
	if slices.Contains(known, name) && hasValue { // ordered=yes
		return fail(w, name, " takes no value; write ", name)
	}
	if slices.Contains(known, name+"=") { // key
		return fail(w, quote(w.Text), " names nothing; write ", usage(name+"="))
	}
	if hasValue && value != "" {
		if near := nearest(name+"=", known); near != "" && strings.HasSuffix(near, "=") {
			return fail(w, "unknown word ", quote(name+"="), " in ", verb, "; the nearest is ", near)
		}
	}
	uses := make([]string, len(known))
	for i, k := range known {
		uses[i] = usage(k)
	}
	near := nearest(w.Text, known)
	if near != "" {
		near = "the nearest is " + usage(near)
	} else {
		near = verb + " CLASS takes " + list(uses, "and")
	}
	return fail(w, "unknown word ", quote(w.Text), " in ", verb, "; ", near)
}

// usage shows an option with a value to fill in.
func usage(option string) string {
	switch option {
	case "within=":
		return "within=CLASS"
	case "key=", "mode=", "during=":
		return option + "P"
	}
	return option
}

func (p *lineParser) mode(name string, v Word) *Error {
	switch name {
	case "shared":
		p.d.Mode = Shared
	case "exclusive":
		p.d.Mode = Exclusive
	default:
		p.d.ModeFrom = v
		return checkPath(v)
	}
	return nil
}

// keys reads the value v of a key option. Only an acquire has several: it
// alone can take several locks at once.
func (p *lineParser) keys(v Word) *Error {
	keys, err := parts(v)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := checkPath(k); err != nil {
			return err
		}
		if len(p.d.Keys) > 0 && p.d.Verb.Text != verbAcquire {
			return fail(k, quote(k.Text), " is a second key; ", p.d.Verb.Text, " takes one")
		}
		if slices.ContainsFunc(p.d.Keys, func(have Word) bool { return have.Text == k.Text }) {
			return fail(k, "key ", quote(k.Text), " is given twice; drop one")
		}
		p.d.Keys = append(p.d.Keys, k)
	}
	return nil
}

func (p *lineParser) ignore() *Error {
	var reason []string
	var before []Word
	for i, w := range p.words {
		if first, ok := strings.CutPrefix(w.Text, "--"); ok {
			if first != "" {
				reason = append(reason, first)
			}
			for _, w := range p.words[i+1:] {
				reason = append(reason, w.Text)
			}
			p.d.Reason = strings.Join(reason, " ")
			break
		}
		before = append(before, w)
	}
	more := true // a comma promises another category
	for _, w := range before {
		if !more && !strings.HasPrefix(w.Text, ",") {
			if p.d.Reason == "" {
				return nil // a reason without its dashes: no reason is what is wrong
			}
			return fail(w, "unknown word ", quote(w.Text), " before --; categories are joined by commas")
		}
		for _, c := range commas(w) {
			if c.Text != "" {
				p.d.Categories = append(p.d.Categories, c)
			}
		}
		more = strings.HasSuffix(w.Text, ",")
	}
	if len(p.d.Categories) == 0 {
		return p.fail("ignore names no category; write ignore CATEGORY -- why it is safe")
	}
	return nil
}

// once sets a field that may be set once.
func once(field *Word, value, option Word) *Error {
	if field.Text != "" {
		return fail(option, quote(option.Text), " is given twice; drop one")
	}
	*field = value
	return nil
}

// commas cuts a list at its commas.
func commas(w Word) []Word {
	var out []Word
	pos := w.Pos
	for part := range strings.SplitSeq(w.Text, ",") {
		out = append(out, Word{part, pos})
		pos += token.Pos(len(part) + 1)
	}
	return out
}

// parts is commas for a list that has no empty part.
func parts(w Word) ([]Word, *Error) {
	list := commas(w)
	if slices.ContainsFunc(list, func(p Word) bool { return p.Text == "" }) {
		return nil, fail(w, quote(w.Text), " has a comma too many; drop it")
	}
	return list, nil
}

// checkPath tells whether w can name a value: identifiers joined by dots.
func checkPath(w Word) *Error {
	for part := range strings.SplitSeq(w.Text, ".") {
		if !token.IsIdentifier(part) {
			return fail(w, quote(w.Text), " is neither a parameter nor a field of one; write it as in ref.User")
		}
	}
	return nil
}

// checkClass tells whether w can name a class. Besides plain words there are
// the names of undeclared locks, which are dotted and may begin with an import
// path: store.Account.mu, example.org/mail/store.Account.mu.
func checkClass(w Word) *Error {
	ok := w.Text != ""
	for i, r := range w.Text {
		switch {
		case unicode.IsLetter(r), r == '_':
		case i > 0 && (unicode.IsDigit(r) || strings.ContainsRune("-./~+", r)):
		default:
			ok = false
		}
	}
	if strings.Contains(w.Text, "..") || strings.Contains(w.Text, "//") || strings.HasSuffix(w.Text, ".") || strings.HasSuffix(w.Text, "/") {
		ok = false
	}
	if !ok {
		return fail(w, quote(w.Text), " is not a class; a class is a word, or a dotted name as in store.Account.mu")
	}
	for _, known := range options {
		if slices.Contains(known, w.Text) {
			return fail(w, quote(w.Text), " is a word of the grammar and cannot name a class; choose another name")
		}
	}
	return nil
}
