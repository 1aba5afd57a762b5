package driver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// The JSON that x/tools drivers print: package ID, analyzer, then either a list
// of diagnostics or an object with an error.
type (
	unitTree       map[string]map[string]json.RawMessage
	unitDiagnostic struct {
		Category string
		Posn     string
		End      string
		Message  string
		Fixes    []struct{ Message string } `json:"suggested_fixes"`
		Related  []struct{ Posn, End, Message string }
	}
)

// Categories that are no findings: how the core hands figures to the command
// through drivers that carry nothing but diagnostics.
const (
	categoryStats      = "stats"
	categoryEdge       = "edge"
	categoryIncomplete = "incomplete"
)

// decode reads a stream of objects, one for each package, into a result.
// It calls progress after each object.
func decode(in io.Reader, progress func(done int)) (*report.Result, error) {
	tree := unitTree{}
	objects := 0
	for decoder := json.NewDecoder(in); ; {
		var unit unitTree
		if err := decoder.Decode(&unit); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading the findings of go vet: %w", err)
		}
		maps.Copy(tree, unit)
		objects++
		if progress != nil {
			progress(objects)
		}
	}
	result := &report.Result{Packages: objects}
	for _, id := range slices.Sorted(maps.Keys(tree)) {
		if superseded(tree, id) {
			continue
		}
		analyzers := tree[id]
		for _, name := range slices.Sorted(maps.Keys(analyzers)) {
			if err := decodeList(result, id, name, analyzers[name]); err != nil {
				return nil, err
			}
		}
	}
	return result, nil
}

// superseded reports whether id is a package whose test variant, which has all
// its files and more, is in the tree too.
func superseded(tree unitTree, id string) bool {
	_, ok := tree[id+" ["+id+".test]"]
	return ok
}

// importPath returns the import path in a package ID such as "p [p.test]".
func importPath(id string) string {
	path, _, _ := strings.Cut(id, " ")
	return path
}

func decodeList(result *report.Result, id, analyzer string, raw json.RawMessage) error {
	var failure struct{ Error string }
	if json.Unmarshal(raw, &failure) == nil && failure.Error != "" {
		result.Errors = append(result.Errors, fmt.Sprintf("%s: %s: %s", importPath(id), analyzer, failure.Error))
		return nil
	}
	var list []unitDiagnostic
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("reading the findings of go vet in %s: %w", id, err)
	}
	for _, d := range list {
		if err := add(result, id, analyzer, d); err != nil {
			return fmt.Errorf("reading the %s of %s: %w", d.Category, id, err)
		}
	}
	return nil
}

// add puts a diagnostic where it belongs in the result.
func add(result *report.Result, id, analyzer string, d unitDiagnostic) error {
	switch d.Category {
	case categoryStats:
		var stats report.Stats
		if err := json.Unmarshal([]byte(d.Message), &stats); err != nil {
			return err
		}
		result.Stats.Add(stats)
	case categoryEdge:
		var edge report.Edge
		if err := json.Unmarshal([]byte(d.Message), &edge); err != nil {
			return err
		}
		result.Edges = append(result.Edges, edge)
	case categoryIncomplete:
		result.Incomplete = append(result.Incomplete, finding(id, analyzer, d))
	default:
		result.Findings = append(result.Findings, finding(id, analyzer, d))
	}
	return nil
}

func finding(id, analyzer string, d unitDiagnostic) report.Finding {
	f := report.Finding{
		Place:    place(d.Posn, d.End),
		Analyzer: analyzer,
		Category: d.Category,
		Message:  d.Message,
		URL:      catalog.URL(d.Category),
		Package:  importPath(id),
	}
	for _, r := range d.Related {
		f.Related = append(f.Related, report.Related{Place: place(r.Posn, r.End), Message: r.Message})
	}
	for _, fix := range d.Fixes {
		f.Fixes = append(f.Fixes, fix.Message)
	}
	return f
}

// place reads two positions of the form file:line:col or file:line.
func place(posn, end string) report.Place {
	file, line, column := splitPosn(posn)
	p := report.Place{File: file, Line: line, Column: column}
	if endFile, endLine, endColumn := splitPosn(end); endFile == file && endLine >= line {
		p.EndLine, p.EndColumn = endLine, endColumn
	}
	if p.File != "" && p.File != "-" {
		p.File = filepath.Clean(p.File)
	}
	return p
}

// splitPosn cuts numbers off the end of a position, so that a colon in the
// name of a file or a drive does no harm.
func splitPosn(posn string) (file string, line, column int) {
	var numbers []int
	for len(numbers) < 2 {
		i := strings.LastIndexByte(posn, ':')
		if i < 0 {
			break
		}
		n, err := strconv.Atoi(posn[i+1:])
		if err != nil {
			break
		}
		numbers = append(numbers, n)
		posn = posn[:i]
	}
	switch len(numbers) {
	case 1:
		return posn, numbers[0], 0
	case 2:
		return posn, numbers[1], numbers[0]
	}
	return posn, 0, 0
}
