package format

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// GitHub prints each finding as a workflow command, which a GitHub Actions run
// shows on the line of the pull request that it is about. The witness follows
// the message, one place a line. Errors are annotations too, on the line that
// they name if they name one.
//
// Source: GitHub's documentation, "Workflow commands for GitHub Actions".
func GitHub(w io.Writer, r *report.Result, opts Options) error {
	out := bufio.NewWriter(w)
	for _, list := range [][]report.Finding{r.Findings, r.Incomplete} {
		for _, f := range list {
			annotate(out, githubPlace(f.Place, opts), "lockvet "+f.Category, githubText(f, opts))
		}
	}
	for _, e := range r.Errors {
		annotate(out, nil, "lockvet", e)
	}
	return out.Flush()
}

// A property is one of the name=value pairs of a workflow command.
type property struct{ name, value string }

func annotate(out *bufio.Writer, place []property, title, text string) {
	fmt.Fprint(out, "::error ")
	for _, p := range place {
		fmt.Fprintf(out, "%s=%s,", p.name, escapeProperty(p.value))
	}
	fmt.Fprintf(out, "title=%s", escapeProperty(title))
	fmt.Fprintf(out, "::%s\n", escapeData(text))
}

// githubPlace leaves the end column out when the range spans lines: GitHub
// wants columns only within one line.
func githubPlace(p report.Place, opts Options) []property {
	out := []property{{"file", report.Rel(opts.Root, p.File)}, {"line", strconv.Itoa(p.Line)}}
	if p.EndLine > 0 {
		out = append(out, property{"endLine", strconv.Itoa(p.EndLine)})
	}
	if p.Column > 0 && (p.EndLine == 0 || p.EndLine == p.Line) {
		out = append(out, property{"col", strconv.Itoa(p.Column)})
		if p.EndColumn > p.Column {
			out = append(out, property{"endColumn", strconv.Itoa(p.EndColumn)})
		}
	}
	return out
}

func githubText(f report.Finding, opts Options) string {
	var b strings.Builder
	b.WriteString(f.Message)
	for _, r := range f.Related {
		fmt.Fprintf(&b, "\n%s:%d: %s", report.Rel(opts.Root, r.File), r.Line, r.Message)
	}
	fmt.Fprintf(&b, "\n%s", f.URL)
	return b.String()
}

// The escapes of workflow commands. A property ends at a comma or a colon, so
// these are escaped there and only there.
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeData(s string) string     { return dataEscapes.Replace(s) }
func escapeProperty(s string) string { return propertyEscapes.Replace(s) }
