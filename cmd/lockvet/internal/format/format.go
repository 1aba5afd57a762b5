// Package format prints a record: as text for people, as JSON, as SARIF 2.1.0
// and as GitHub annotations for machines. Each format is a function of the
// record alone, so the same record gives the same bytes. It changes nothing
// and decides nothing.
package format

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// Options says how to print.
type Options struct {
	Dir     string // text and JSON name files relative to it
	Root    string // SARIF and GitHub name files relative to it: the top of the checkout
	Color   bool   // text only
	Context int    // text only: lines of source around each finding; negative: none
	Version string // of this command
	Catalog catalog.Catalog
	Hidden  int // findings that the baseline holds, for the JSON summary
}

// A Func prints a record in one format.
type Func func(w io.Writer, r *report.Result, opts Options) error

// Names returns the names of the formats.
func Names() []string { return []string{"text", "json", "sarif", "github"} }

// Named returns the format of a name.
func Named(name string) (Func, error) {
	switch name {
	case "text":
		return Text, nil
	case "json":
		return JSON, nil
	case "sarif":
		return SARIF, nil
	case "github":
		return GitHub, nil
	}
	return nil, fmt.Errorf("unknown format %q: use %s", name, strings.Join(Names(), ", "))
}

// sources reads lines of source files, each file once. A file that cannot be
// read has no lines: a finding is printed all the same.
type sources map[string][]string

func (s sources) line(file string, n int) (string, bool) {
	lines, ok := s[file]
	if !ok {
		if data, err := os.ReadFile(file); err == nil {
			lines = strings.Split(string(data), "\n")
		}
		s[file] = lines
	}
	if n < 1 || n > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[n-1], "\r"), true
}
