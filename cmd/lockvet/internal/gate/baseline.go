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

// ApplyBaseline returns the findings that the baseline in a file does not
// hold, how many it does hold, and how many of its entries were not found any
// more. A file that does not exist is an error, for a gate that is silently
// off is worse than none.
func ApplyBaseline(file string, findings []report.Finding) (fresh []report.Finding, hidden, gone int, err error) {
	b, err := readBaseline(file)
	if err != nil {
		return nil, 0, 0, err
	}
	unseen := map[string]bool{}
	for _, k := range b.Findings {
		unseen[k.Key] = true
	}
	total := len(unseen)
	for _, f := range findings {
		if unseen[f.Key] {
			delete(unseen, f.Key)
			continue
		}
		fresh = append(fresh, f)
	}
	return fresh, total - len(unseen), len(unseen), nil
}

func readBaseline(file string) (*baseline, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("baseline %s does not exist: write it with -update-baseline", file)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the baseline: %w", err)
	}
	var b baseline
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil {
		return nil, fmt.Errorf("reading the baseline %s: %w: write it anew with -update-baseline", file, err)
	}
	if b.Version != baselineVersion {
		return nil, fmt.Errorf("baseline %s has version %d, this command reads %d: write it anew with -update-baseline", file, b.Version, baselineVersion)
	}
	return &b, nil
}
