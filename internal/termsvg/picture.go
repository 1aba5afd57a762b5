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

// A cell is a place for one character.
type cell struct {
	r     rune
	style string
}

// screen breaks output into lines that are width wide at most, between words
// where it can: easier to read than what a terminal does. A sequence that
// styles does not know is an error.
func screen(output string, width int) ([][]span, error) {
	var lines [][]span
	style := ""
	for line := range strings.Lines(output) {
		var cells []cell
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
					r, n = ' ', tab-len(cells)%tab
				}
				for range n {
					cells = append(cells, cell{r, style})
				}
			}
		}
		for len(cells) > width {
			end, next := width, width
			for i := width; i > width/2; i-- {
				if cells[i].r == ' ' {
					end, next = i, i+1
					break
				}
			}
			lines = append(lines, spans(cells[:end]))
			cells = cells[next:]
		}
		lines = append(lines, spans(cells))
	}
	return lines, nil
}

// split cuts a line at the beginnings of escape sequences.
func split(line string) []string { return strings.Split(line, "\x1b[") }

// spans joins cells of one style.
func spans(cells []cell) []span {
	var out []span
	for column, c := range cells {
		if n := len(out); n > 0 && out[n-1].style == c.style {
			out[n-1].text += string(c.r)
		} else {
			out = append(out, span{column, string(c.r), c.style})
		}
	}
	return out
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
