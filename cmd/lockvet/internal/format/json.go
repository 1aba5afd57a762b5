package format

import (
	"encoding/json"
	"io"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// The shape of -json. Names once given stay; a list is never null.
type (
	jsonReport struct {
		Version    string        `json:"version"`
		Findings   []jsonFinding `json:"findings"`
		Incomplete []jsonFinding `json:"incomplete"`
		Errors     []string      `json:"errors"`
		Summary    jsonSummary   `json:"summary"`
	}
	jsonPlace struct {
		File      string `json:"file"`
		Line      int    `json:"line"`
		Column    int    `json:"column"`
		EndLine   int    `json:"endLine,omitempty"`
		EndColumn int    `json:"endColumn,omitempty"`
	}
	jsonFinding struct {
		jsonPlace
		Analyzer string        `json:"analyzer"`
		Category string        `json:"category"`
		Message  string        `json:"message"`
		Package  string        `json:"package"`
		URL      string        `json:"url"`
		Key      string        `json:"key"`
		Related  []jsonRelated `json:"related"`
		Fixes    []string      `json:"fixes"`
	}
	jsonRelated struct {
		jsonPlace
		Message string `json:"message"`
	}
	jsonSummary struct {
		Packages int `json:"packages"`
		Findings int `json:"findings"`
		Baseline int `json:"baseline"`
		report.Stats
	}
)

// JSON prints the record as one object.
func JSON(w io.Writer, r *report.Result, opts Options) error {
	out := jsonReport{
		Version:    opts.Version,
		Findings:   jsonFindings(r.Findings, opts),
		Incomplete: jsonFindings(r.Incomplete, opts),
		Errors:     append([]string{}, r.Errors...),
		Summary:    jsonSummary{Packages: r.Packages, Findings: len(r.Findings), Baseline: opts.Hidden, Stats: r.Stats},
	}
	return encode(w, out)
}

// encode prints indented JSON in which source text stays readable.
func encode(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "\t")
	return encoder.Encode(v)
}

func jsonFindings(list []report.Finding, opts Options) []jsonFinding {
	out := []jsonFinding{}
	for _, f := range list {
		j := jsonFinding{
			jsonPlace: placeJSON(f.Place, opts),
			Analyzer:  f.Analyzer,
			Category:  f.Category,
			Message:   f.Message,
			Package:   f.Package,
			URL:       f.URL,
			Key:       f.Key,
			Related:   []jsonRelated{},
			Fixes:     append([]string{}, f.Fixes...),
		}
		for _, r := range f.Related {
			j.Related = append(j.Related, jsonRelated{jsonPlace: placeJSON(r.Place, opts), Message: r.Message})
		}
		out = append(out, j)
	}
	return out
}

func placeJSON(p report.Place, opts Options) jsonPlace {
	return jsonPlace{File: report.Rel(opts.Dir, p.File), Line: p.Line, Column: p.Column, EndLine: p.EndLine, EndColumn: p.EndColumn}
}
