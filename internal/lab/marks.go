package lab

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Mark is an expectation of a fixture: a comment that starts with "want",
// followed by one or more Go strings, each an expression for a category and a
// message that is reported in its line.
type Mark struct {
	File    string
	Line    int
	Message *regexp.Regexp
}

// Marks returns the marks of the packages of the module.
func (l *Lab) Marks() ([]Mark, error) {
	var out []Mark
	for _, p := range l.Packages() {
		for _, f := range p.syntax() {
			for _, group := range f.Comments {
				for _, c := range group.List {
					marks, err := l.marksIn(c)
					if err != nil {
						return nil, err
					}
					out = append(out, marks...)
				}
			}
		}
	}
	return out, nil
}

func (l *Lab) marksIn(c *ast.Comment) ([]Mark, error) {
	at := l.Fset.Position(c.Pos())
	_, rest, ok := strings.Cut(c.Text, "want ")
	if !ok {
		return nil, nil
	}
	var out []Mark
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] != '"' && rest[0] != '`' {
			break // the rest, or all of it, is prose
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		text, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		message, err := regexp.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		out = append(out, Mark{at.Filename, at.Line, message})
		rest = rest[len(quoted):]
	}
	return out, nil
}

// Judge compares what was found with the marks, and returns one line for each
// finding that no mark expects and for each mark that nothing meets, sorted.
func Judge(found []Finding, marks []Mark) []string {
	type line struct {
		file string
		line int
	}
	open := map[line][]Mark{}
	for _, m := range marks {
		at := line{m.File, m.Line}
		open[at] = append(open[at], m)
	}
	var out []string
	for _, f := range found {
		at := line{f.At.Filename, f.At.Line}
		i := slices.IndexFunc(open[at], func(m Mark) bool { return m.Message.MatchString(f.Category + ": " + f.Message) })
		if i < 0 {
			out = append(out, fmt.Sprintf("not expected: %s", f))
			continue
		}
		open[at] = slices.Delete(open[at], i, i+1)
	}
	for _, ms := range open {
		for _, m := range ms {
			out = append(out, fmt.Sprintf("%s:%d: not found: %s", m.File, m.Line, m.Message))
		}
	}
	slices.Sort(out)
	return out
}
