package lab_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lockvet/lockvet/internal/lab"
)

func TestApply(t *testing.T) {
	edits := lab.Surround(0, 5, "<", ">")                  // all
	edits = append(edits, lab.Surround(0, 1, "(", ")")...) // a
	edits = append(edits, lab.Surround(4, 5, "[", "]")...) // b
	edits = append(edits, lab.Surround(4, 5, "{", "}")...) // b again, within
	edits = append(edits, lab.Edit{From: 2, To: 3, Text: "-"})
	assert.Equal(t, "<(a) - [{b}]>", string(lab.Apply([]byte("a + b"), edits)))
}

func TestJudge(t *testing.T) {
	found := func(line int, message string) lab.Finding {
		f := lab.Finding{Category: "order", Message: message}
		f.At.Filename, f.At.Line, f.At.Column = "a.go", line, 1
		return f
	}
	marks := []lab.Mark{{File: "a.go", Line: 1, Message: regexp.MustCompile("^order: outer")}, {File: "a.go", Line: 3, Message: regexp.MustCompile("inner")}}
	assert.Empty(t, lab.Judge([]lab.Finding{found(1, "outer lock"), found(3, "inner lock")}, marks))
	assert.Equal(t, []string{"a.go:3: not found: inner", "not expected: a.go:1:1: order: outer again", "not expected: a.go:2:1: order: outer lock"},
		lab.Judge([]lab.Finding{found(1, "outer lock"), found(1, "outer again"), found(2, "outer lock")}, marks))
}
