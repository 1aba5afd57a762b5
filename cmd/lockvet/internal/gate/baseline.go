// Package gate decides which findings of a run count: those that a baseline
// does not know, and those that touch lines changed since a revision. It does
// not look at what a finding says, except for the places that it names.
package gate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// baselineVersion is the version of the file's form, and of the keys in it.
const baselineVersion = 1

// A baseline is the file of findings that are known and put up with for now.
type baseline struct {
	Version  int     `json:"version"`
	Findings []known `json:"findings"`
}

// A known is one finding of a baseline. Only Key is compared; the rest is for
// the person who reads the file.
type known struct {
	Key      string `json:"key"`
	Package  string `json:"package"`
	Category string `json:"category"`
	Message  string `json:"message"`
}

// WriteBaseline writes the findings, which must have keys, to a file. The same
// findings give the same bytes, and nothing in them depends on where the
// checkout lies or on line numbers, so that the file is quiet under version
// control.
func WriteBaseline(file string, findings []report.Finding) error {
	b := baseline{Version: baselineVersion, Findings: []known{}}
	for _, f := range findings {
		b.Findings = append(b.Findings, known{Key: f.Key, Package: f.Package, Category: f.Category, Message: timeless(f.Message)})
	}
	slices.SortFunc(b.Findings, func(x, y known) int { return cmp.Compare(x.Key, y.Key) })
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "\t")
	if err := encoder.Encode(b); err != nil {
		return err
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the baseline: %w", err)
	}
	return nil
}

// A Baseline is what ReadBaseline has read.
type Baseline struct{ keys map[string]bool }

// ReadBaseline reads a file that WriteBaseline wrote. One that does not exist
// is an error, for a gate that is silently off is worse than none.
func ReadBaseline(file string) (*Baseline, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("baseline %s does not exist: write it with -update-baseline", file)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the baseline: %w", err)
	}
	// Another version may have other fields, so the version is read first.
	var head struct{ Version int }
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, unreadable(file, data, err)
	}
	if head.Version != baselineVersion {
		return nil, fmt.Errorf("baseline %s has version %d, this command reads %d: write it anew with -update-baseline", file, head.Version, baselineVersion)
	}
	var b baseline
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil {
		return nil, unreadable(file, data, err)
	}
	keys := map[string]bool{}
	for _, k := range b.Findings {
		keys[k.Key] = true
	}
	return &Baseline{keys}, nil
}

// unreadable is the error of a baseline that somebody has edited, or of a file
// of another kind. It names the line, if err knows it.
func unreadable(file string, data []byte, err error) error {
	var offset int64
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset > 0 {
		file = fmt.Sprintf("%s:%d", file, 1+bytes.Count(data[:offset], []byte("\n")))
	}
	return fmt.Errorf("reading the baseline %s: %w: write it anew with -update-baseline", file, err)
}

// Apply returns the findings that the baseline does not hold, how many it does
// hold, and how many of its entries were not found any more.
func (b *Baseline) Apply(findings []report.Finding) (fresh []report.Finding, hidden, gone int) {
	unseen := maps.Clone(b.keys)
	for _, f := range findings {
		if unseen[f.Key] {
			delete(unseen, f.Key)
			continue
		}
		fresh = append(fresh, f)
	}
	return fresh, len(b.keys) - len(unseen), len(unseen)
}
