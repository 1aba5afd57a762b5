package format

import (
	"bufio"
	"fmt"
	"io"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// The colours of a terminal, by what they mean here.
const (
	styleReset    = "\x1b[0m"
	styleProblem  = "\x1b[31m"
	stylePlace    = "\x1b[1m"
	styleCategory = "\x1b[36m"
	styleSource   = "\x1b[2m"
)

// Text prints each finding on a line of the form that go vet prints,
// file:line:col: message, and indented under it the witness, one place a line,
// and the category.
func Text(w io.Writer, r *report.Result, opts Options) error {
	out := bufio.NewWriter(w)
	t := textPrinter{out: out, opts: opts, sources: sources{}}
	for _, f := range r.Findings {
		t.finding(f)
	}
	for _, f := range r.Incomplete {
		t.finding(f)
	}
	return out.Flush()
}

type textPrinter struct {
	out     *bufio.Writer
	opts    Options
	sources sources
}

func (t *textPrinter) finding(f report.Finding) {
	fmt.Fprintf(t.out, "%s: %s\n", t.style(stylePlace, t.place(f.Place)), t.style(styleProblem, f.Message))
	t.context(f.Place)
	for _, r := range f.Related {
		fmt.Fprintf(t.out, "\t%s: %s\n", t.place(r.Place), r.Message)
	}
	fmt.Fprintf(t.out, "\tcategory: %s\n", t.style(styleCategory, f.Category))
}

// context prints the line of a finding and the lines around it.
func (t *textPrinter) context(p report.Place) {
	if t.opts.Context < 0 {
		return
	}
	for n := p.Line - t.opts.Context; n <= p.Line+t.opts.Context; n++ {
		if line, ok := t.sources.line(p.File, n); ok {
			mark := " "
			if n == p.Line {
				mark = ">"
			}
			fmt.Fprintf(t.out, "%s\n", t.style(styleSource, fmt.Sprintf("%s%5d  %s", mark, n, line)))
		}
	}
}

func (t *textPrinter) place(p report.Place) string {
	if p.Column == 0 {
		return fmt.Sprintf("%s:%d", report.Rel(t.opts.Dir, p.File), p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", report.Rel(t.opts.Dir, p.File), p.Line, p.Column)
}

func (t *textPrinter) style(code, text string) string {
	if !t.opts.Color {
		return text
	}
	return code + text + styleReset
}
