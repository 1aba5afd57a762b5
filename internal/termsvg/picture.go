package main

import (
	"fmt"
	"html"
	"strings"
)

// The measures of the picture, in pixels but for columns. A character of the
// usual fonts of fixed width is 0.6 of its height wide; textLength makes the
// others fit.
const (
	columns    = 112
	tab        = 8
	fontSize   = 13
	charWidth  = 7.8
	lineHeight = 19
	margin     = 16
	titleBar   = 30
)

// A span is a stretch of one line in one style.
type span struct {
	column int
	text   string
	style  string // the parameters of the escape sequence; empty for plain text
}

// styles says how the escape sequences that lockvet prints are drawn.
var styles = map[string]string{
	"":   `fill="#d7dde5"`,
	"1":  `fill="#ffffff" font-weight="bold"`,
	"2":  `fill="#7d8896"`,
	"31": `fill="#ff7b72"`,
	"33": `fill="#e3b341"`,
	"36": `fill="#56d4dd"`,
}

// screen breaks output into the lines of a terminal that is width wide. A
// sequence that styles does not know is an error.
func screen(output string, width int) ([][]span, error) {
	var lines [][]span
	style := ""
	for line := range strings.Lines(output) {
		var spans []span
		column := 0
		for part, text := range split(strings.TrimSuffix(line, "\n")) {
			if part > 0 {
				var code string
				code, text, _ = strings.Cut(text, "m")
				style = strings.TrimPrefix(code, "0")
				if styles[style] == "" {
					return nil, fmt.Errorf("no style for the escape sequence %q", code)
				}
			}
			for _, r := range text {
				n := 1
				if r == '\t' {
					r, n = ' ', tab-column%tab
				}
				for range n {
					if column == width {
						lines = append(lines, spans)
						spans, column = nil, 0
					}
					spans = put(spans, column, r, style)
					column++
				}
			}
		}
		lines = append(lines, spans)
	}
	return lines, nil
}

// split cuts a line at the beginnings of escape sequences.
func split(line string) []string { return strings.Split(line, "\x1b[") }

// put adds a character to the last span, or begins another.
func put(spans []span, column int, r rune, style string) []span {
	if n := len(spans); n > 0 && spans[n-1].style == style {
		spans[n-1].text += string(r)
		return spans
	}
	return append(spans, span{column, string(r), style})
}

// picture draws a terminal in which a command has printed lines.
func picture(command string, lines [][]span) string {
	prompt := []span{{0, "$ ", "2"}, {2, command, ""}}
	lines = append([][]span{prompt}, lines...)
	const width = columns*charWidth + 2*margin
	height := titleBar + len(lines)*lineHeight + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0[1]f %[2]d" role="img" aria-label="a terminal with a report">`+"\n", width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(command))
	b.WriteString(`<rect width="100%" height="100%" rx="8" fill="#161b22"/>` + "\n")
	for i, colour := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="16" r="5" fill="%s"/>`+"\n", margin+4+i*17, colour)
	}
	fmt.Fprintf(&b, `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="%d" xml:space="preserve">`+"\n", fontSize)
	for i, spans := range lines {
		for _, s := range spans {
			if strings.TrimSpace(s.text) == "" {
				continue
			}
			fmt.Fprintf(&b, `<text x="%.1f" y="%d" textLength="%.1f" %s>%s</text>`+"\n",
				margin+float64(s.column)*charWidth, titleBar+i*lineHeight+fontSize,
				float64(len([]rune(s.text)))*charWidth, styles[s.style], html.EscapeString(s.text))
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}
