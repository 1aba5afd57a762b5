// Package report holds the neutral record of one run: what was found, what
// could not be analysed, and the counts of the summary line. Drivers fill it,
// gates thin it out, formats print it; it does none of these itself.
//
// File names are absolute here, so that a format can choose what it prints
// them relative to (see [Rel]).
package report

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
)

// A Place is a range in a source file. Lines and columns count from 1, columns
// in bytes; EndLine 0 means that the end is not known.
type Place struct {
	File      string // absolute
	Line      int
	Column    int
	EndLine   int
	EndColumn int
}

// A Related is one step of a witness.
type Related struct {
	Place
	Message string
}

// A Finding is one diagnostic of one analyzer.
type Finding struct {
	Place
	Analyzer string
	Category string
	Message  string
	URL      string
	Package  string // import path, without the mark of a test variant
	Related  []Related
	Fixes    []string // what each suggested fix would do
	Key      string   // names the finding from run to run; see gate.Identify
}

// Stats counts what a run looked at and what it could not follow.
type Stats struct {
	Acquisitions int `json:"acquisitions"` // lock acquisitions followed
	Calls        int `json:"calls"`        // calls made while a lock was held
	Unresolved   int `json:"unresolved"`   // of these, calls whose callee is not known
	Suppressed   int `json:"suppressed"`   // findings silenced by an ignore directive
	Bounded      int `json:"bounded"`      // functions whose analysis stopped at a bound
}

// Add adds the counts of t to s.
func (s *Stats) Add(t Stats) {
	s.Acquisitions += t.Acquisitions
	s.Calls += t.Calls
	s.Unresolved += t.Unresolved
	s.Suppressed += t.Suppressed
	s.Bounded += t.Bounded
}

// An Edge says that the class Inner was taken while Outer was held, or that a
// directive declares this order.
type Edge struct {
	Outer    string `json:"outer"`
	Inner    string `json:"inner"`
	Count    int    `json:"count"`   // places in the code; 0 for an edge that is only declared
	Witness  string `json:"witness"` // one of them
	Declared bool   `json:"declared"`
}

// A Result is the outcome of one run.
type Result struct {
	Findings   []Finding
	Incomplete []Finding // functions that could not be analysed
	Errors     []string  // packages that could not be loaded or type-checked, one line each
	Stats      Stats
	Edges      []Edge
	Packages   int // root packages analysed
}

// Failed reports whether part of the code was not analysed.
func (r *Result) Failed() bool { return len(r.Errors) > 0 || len(r.Incomplete) > 0 }

// Normalize sorts every list and drops duplicates: a file that belongs to two
// variants of a package is analysed twice, and its findings are the same. A
// ring that several packages close by their imports, none of which knows of the
// others, is told in the first of them: its message names all its places.
func (r *Result) Normalize() {
	r.Findings = normalize(r.Findings)
	rings := make(map[string]bool)
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		told := f.Category == "cycle" && rings[f.Message]
		rings[f.Message] = true
		return told
	})
	r.Incomplete = normalize(r.Incomplete)
	slices.Sort(r.Errors)
	r.Errors = slices.Compact(r.Errors)
	r.Edges = mergeEdges(r.Edges)
}

func normalize(list []Finding) []Finding {
	slices.SortStableFunc(list, compare)
	return slices.CompactFunc(list, func(a, b Finding) bool { return compare(a, b) == 0 })
}

func compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Analyzer, b.Analyzer),
		cmp.Compare(a.Category, b.Category),
		cmp.Compare(a.Message, b.Message),
	)
}

// mergeEdges makes one edge of all that have the same ends. The witness kept
// is the first in byte order, so that the order of packages does not show.
func mergeEdges(edges []Edge) []Edge {
	slices.SortStableFunc(edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.Outer, b.Outer), cmp.Compare(a.Inner, b.Inner), cmp.Compare(a.Witness, b.Witness))
	})
	var out []Edge
	for _, e := range edges {
		if n := len(out); n > 0 && out[n-1].Outer == e.Outer && out[n-1].Inner == e.Inner {
			last := &out[n-1]
			last.Count += e.Count
			last.Declared = last.Declared || e.Declared
			if last.Witness == "" {
				last.Witness = e.Witness
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// Rel returns file relative to base, with slashes, if it lies under base;
// otherwise it returns file as it is, with slashes.
func Rel(base, file string) string {
	if base != "" {
		if rel, err := filepath.Rel(base, file); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(file)
}
