package main

import (
	"bytes"
	"fmt"
	"go/doc/comment"
	"regexp"
	"strings"

	"golang.org/x/tools/go/analysis"
)

const intro = `# Rules

<!-- Printed by "go run ./internal/rulesdoc"; the text is in the doc.go of each check. -->

Every finding of lockvet belongs to a category, and every category has a section
here. A message begins with what the call does, then names the lock that stands
against it with the place where that was taken, the calls on the way to the
second lock, and the rule or the remedy:

` + "```text" + `
imap/expunge.go:57:16: calling repack.Mailbox acquires namespace lock while holding mailbox lock (line 41): repack.Mailbox calls conv.Rebuild calls quota.Update calls LockUser (quota/quota.go:31); order is namespace, then mailbox
` + "```" + `

A finding is silenced by a directive with its category and a reason, on the line
of the finding or on the line above. In the examples, a comment that begins with
"lockvet:" is the message for the line above it. Examples that need them import
context, errors, slices and github.com/lockvet/lockvet/nslock.
`

const categoryHeading = "Category "

// page returns the page for the checks of a suite: those whose documentation
// has a section for each category.
func page(suite []*analysis.Analyzer) []byte {
	var index, body bytes.Buffer
	for _, a := range suite {
		if !strings.Contains(a.Doc, "\n# "+categoryHeading) {
			continue
		}
		section(&index, &body, a)
	}
	var out bytes.Buffer
	out.WriteString(intro)
	out.WriteString("\n| category | check |\n| --- | --- |\n")
	out.Write(index.Bytes())
	out.Write(body.Bytes())
	return out.Bytes()
}

// section writes what the page says of one check.
func section(index, body *bytes.Buffer, a *analysis.Analyzer) {
	title, text, _ := strings.Cut(a.Doc, "\n\n")
	_, title, _ = strings.Cut(title, ": ")
	fmt.Fprintf(body, "\n## %s\n\nReports %s.\n", a.Name, strings.TrimPrefix(title, "report "))
	printer := &comment.Printer{}
	for _, block := range new(comment.Parser).Parse(text).Content {
		switch block := block.(type) {
		case *comment.Heading:
			heading := plain(block.Text)
			if name, ok := strings.CutPrefix(heading, categoryHeading); ok {
				heading = name
				fmt.Fprintf(index, "| [%s](#%s) | [%s](#%s) |\n", name, name, a.Name, a.Name)
			}
			fmt.Fprintf(body, "\n### %s\n", heading)
		case *comment.Code:
			fmt.Fprintf(body, "\n```go\n%s```\n", block.Text)
		default:
			text := printer.Markdown(&comment.Doc{Content: []comment.Block{block}})
			fmt.Fprintf(body, "\n%s", quoted.ReplaceAll(text, []byte("`$0`")))
		}
	}
}

// quoted matches a directive that is quoted in running text.
var quoted = regexp.MustCompile(`//lockvet:ignore [a-z,-]+ -- reason|//lockvet:[a-z]+( [A-Z]+)?( [a-z]+(=[A-Z]+)?\b)?`)

func plain(text []comment.Text) string {
	var b strings.Builder
	for _, t := range text {
		switch t := t.(type) {
		case comment.Plain:
			b.WriteString(string(t))
		case comment.Italic:
			b.WriteString(string(t))
		}
	}
	return b.String()
}
