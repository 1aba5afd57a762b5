package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScreen(t *testing.T) {
	tests := []struct {
		name, output string
		want         [][]span
	}{
		{"nothing", "", nil},
		{"plain", "ab\ncd\n", [][]span{{{0, "ab", ""}}, {{0, "cd", ""}}}},
		{"no end", "ab", [][]span{{{0, "ab", ""}}}},
		{"an empty line", "a\n\nb\n", [][]span{{{0, "a", ""}}, nil, {{0, "b", ""}}}},
		{"as wide as the terminal", "abcdefghij\n", [][]span{{{0, "abcdefghij", ""}}}},
		{"wider", "abcdefghijkl\n", [][]span{{{0, "abcdefghij", ""}}, {{0, "kl", ""}}}},
		{"wider, of words", "abcdef hij kl\n", [][]span{{{0, "abcdef hij", ""}}, {{0, "kl", ""}}}},
		{"a word over the edge", "abcdef hijkl\n", [][]span{{{0, "abcdef", ""}}, {{0, "hijkl", ""}}}},
		{"a tab", "a\tb\n", [][]span{{{0, "a       b", ""}}}},
		{"colours", "\x1b[1mab\x1b[0m: \x1b[31mc\x1b[0m\n", [][]span{{{0, "ab", "1"}, {2, ": ", ""}, {4, "c", "31"}}}},
		{"a colour over the edge", "\x1b[36mabcdefghijkl\x1b[0m\n", [][]span{{{0, "abcdefghij", "36"}}, {{0, "kl", "36"}}}},
		{"a colour over the end", "\x1b[2ma\nb\x1b[0m\n", [][]span{{{0, "a", "2"}}, {{0, "b", "2"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := screen(test.output, 10)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestScreenRefuses(t *testing.T) {
	_, err := screen("\x1b[45mx", 10)
	assert.EqualError(t, err, `no style for the escape sequence "45"`)
}

// A picture is XML that says what was printed, whatever that is.
func TestPicture(t *testing.T) {
	lines, err := screen("a <b> & \"c\"\n\x1b[31mred\x1b[0m\n", 40)
	require.NoError(t, err)
	svg := picture(`lockvet "<x>"`, lines)
	var text strings.Builder
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if data, ok := token.(xml.CharData); ok {
			text.Write(data)
		}
	}
	for _, want := range []string{`a <b> & "c"`, "red", `lockvet "<x>"`} {
		assert.Contains(t, text.String(), want)
	}
	assert.Contains(t, svg, styles["31"]+">red<")
}
