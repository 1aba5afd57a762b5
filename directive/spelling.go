package directive

import (
	"go/ast"
	"regexp"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet/analyzer/lockmodel"
)

// likeDirective matches comments that only look like a directive: with a space
// before the name, which is how other comments are written, the name in other
// letters, no colon behind it, or in a comment of the other kind.
var likeDirective = regexp.MustCompile(`^(?://[ \t]*(?i:lockvet):|//(?i:lockvet) |/\*[ \t]*(?i:lockvet):)([a-z].*)`)

// misspelt returns a report for each comment that would be a directive if it
// began as one. The rest of it has to parse, for prose may begin with these
// words too.
func misspelt(files []*ast.File) []analysis.Diagnostic {
	var out []analysis.Diagnostic
	for _, file := range files {
		for _, group := range file.Comments {
			for _, c := range group.List {
				if d, ok := likelyMeant(c.Text); ok {
					out = append(out, analysis.Diagnostic{
						Pos: c.Pos(), End: c.End(), Category: lockmodel.BadDirective,
						Message: "this comment is no directive; one begins with " + lockmodel.Prefix + d.Verb.Text,
					})
				}
			}
		}
	}
	return out
}

// likelyMeant returns the directive that a comment was meant to be.
func likelyMeant(text string) (lockmodel.Directive, bool) {
	if strings.HasPrefix(text, lockmodel.Prefix) || len(text) < len(lockmodel.Prefix) {
		return lockmodel.Directive{}, false
	}
	m := likeDirective.FindStringSubmatch(text)
	if m == nil {
		return lockmodel.Directive{}, false
	}
	d, err, _ := lockmodel.Parse(lockmodel.Prefix+strings.TrimSuffix(m[1], "*/"), 1)
	return d, err == nil
}
