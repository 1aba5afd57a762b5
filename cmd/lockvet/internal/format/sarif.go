package format

import (
	"cmp"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// The part of SARIF 2.1.0 (OASIS standard) that lockvet uses.
//
// GitHub code scanning shows shortDescription and help, follows
// partialFingerprints from run to run, resolves relative URIs against the top
// of the repository, and draws codeFlows as "show paths". Editors jump to
// relatedLocations. Both want startLine; a region without it is refused.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name            string      `json:"name"`
		SemanticVersion string      `json:"semanticVersion,omitempty"`
		Version         string      `json:"version,omitempty"`
		InformationURI  string      `json:"informationUri"`
		Rules           []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string       `json:"id"`
		ShortDescription     sarifMessage `json:"shortDescription"`
		FullDescription      sarifMessage `json:"fullDescription"`
		Help                 sarifMessage `json:"help"`
		HelpURI              string       `json:"helpUri"`
		DefaultConfiguration sarifConfig  `json:"defaultConfiguration"`
		Properties           sarifTags    `json:"properties"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifTags struct {
		Tags []string `json:"tags"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		ExecutionSuccessful        bool                `json:"executionSuccessful"`
		ToolExecutionNotifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifMessage      `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		RelatedLocations    []sarifLocation   `json:"relatedLocations,omitempty"`
		CodeFlows           []sarifCodeFlow   `json:"codeFlows,omitempty"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		ID               int           `json:"id,omitempty"`
		PhysicalLocation sarifPhysical `json:"physicalLocation"`
		Message          *sarifMessage `json:"message,omitempty"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifCodeFlow struct {
		Message     sarifMessage      `json:"message"`
		ThreadFlows []sarifThreadFlow `json:"threadFlows"`
	}
	sarifThreadFlow struct {
		Locations []sarifStep `json:"locations"`
	}
	sarifStep struct {
		Location sarifLocation `json:"location"`
	}
)

// SARIF prints the record as a SARIF 2.1.0 log of one run.
func SARIF(w io.Writer, r *report.Result, opts Options) error {
	s := sarifPrinter{opts: opts, sources: sources{}}
	rules := s.rules(r)
	invocation := sarifInvocation{ExecutionSuccessful: !r.Failed(), ToolExecutionNotifications: []sarifNotification{}}
	for _, f := range r.Incomplete {
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications,
			sarifNotification{Level: "error", Message: sarifMessage{f.Message}, Locations: []sarifLocation{s.location(f.Place)}})
	}
	for _, e := range r.Errors {
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications,
			sarifNotification{Level: "error", Message: sarifMessage{e}})
	}
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "lockvet", Version: opts.Version, SemanticVersion: semantic(opts.Version), InformationURI: "https://github.com/lockvet/lockvet", Rules: rules,
		}},
		Invocations: []sarifInvocation{invocation},
		ColumnKind:  "unicodeCodePoints",
		Results:     []sarifResult{},
	}
	for _, f := range r.Findings {
		run.Results = append(run.Results, s.result(f, rules))
	}
	return encode(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// semantic returns a version without its v, as SARIF wants semantic versions;
// "" for one that is none.
func semantic(version string) string {
	if v, ok := strings.CutPrefix(version, "v"); ok {
		return v
	}
	return ""
}

type sarifPrinter struct {
	opts    Options
	sources sources
}

// rules lists every documented category, and those of the findings that are
// not documented, sorted, so that a rule keeps its place from run to run.
func (s *sarifPrinter) rules(r *report.Result) []sarifRule {
	entries := slices.Clone(s.opts.Catalog)
	for _, f := range r.Findings {
		if _, ok := entries.Find(f.Category); !ok {
			entries = append(entries, catalog.Entry{Name: f.Category, Analyzer: f.Analyzer, Summary: "lock rule " + f.Category, Text: "See " + f.URL + "."})
		}
	}
	slices.SortStableFunc(entries, func(a, b catalog.Entry) int { return cmp.Compare(a.Name, b.Name) })
	rules := []sarifRule{}
	for _, e := range entries {
		rules = append(rules, sarifRule{
			ID:                   e.Name,
			ShortDescription:     sarifMessage{e.Summary},
			FullDescription:      sarifMessage{e.Summary},
			Help:                 sarifMessage{e.Text},
			HelpURI:              catalog.URL(e.Name),
			DefaultConfiguration: sarifConfig{"error"},
			Properties:           sarifTags{[]string{"concurrency", "deadlock", e.Analyzer}},
		})
	}
	return rules
}

func (s *sarifPrinter) result(f report.Finding, rules []sarifRule) sarifResult {
	out := sarifResult{
		RuleID:              f.Category,
		RuleIndex:           slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == f.Category }),
		Level:               "error",
		Message:             sarifMessage{f.Message},
		Locations:           []sarifLocation{s.location(f.Place)},
		CodeFlows:           s.codeFlows(f),
		PartialFingerprints: map[string]string{"lockvet/v1": f.Key},
	}
	for i, r := range f.Related {
		location := s.location(r.Place)
		location.ID = i + 1
		location.Message = &sarifMessage{r.Message}
		out.RelatedLocations = append(out.RelatedLocations, location)
	}
	return out
}

func (s *sarifPrinter) location(p report.Place) sarifLocation {
	uri, base := report.Rel(s.opts.Root, p.File), "%SRCROOT%"
	if filepath.IsAbs(filepath.FromSlash(uri)) {
		uri, base = "file:///"+strings.TrimPrefix(uri, "/"), ""
	}
	region := sarifRegion{StartLine: max(p.Line, 1), StartColumn: s.column(p.File, p.Line, p.Column)}
	if p.EndLine > 0 {
		region.EndLine, region.EndColumn = p.EndLine, s.column(p.File, p.EndLine, p.EndColumn)
	}
	return sarifLocation{PhysicalLocation: sarifPhysical{
		ArtifactLocation: sarifArtifact{URI: escapeURI(uri), URIBaseID: base},
		Region:           region,
	}}
}

// column turns a column in bytes into one in code points.
func (s *sarifPrinter) column(file string, line, column int) int {
	text, ok := s.sources.line(file, line)
	if !ok || column < 1 || column-1 > len(text) {
		return column
	}
	return utf8.RuneCountInString(text[:column-1]) + 1
}

// escapeURI escapes what a path may hold and a URI may not.
func escapeURI(path string) string {
	return (&url.URL{Path: path}).EscapedPath()
}

// codeFlows returns a flow for each side of the witness. The analyzers list
// the place of the held lock first, and then the way to the one that is
// wanted, which begins at the finding; both flows meet there. A finding about
// one lock has the second flow only. The edges of a ring are sides of their own.
func (s *sarifPrinter) codeFlows(f report.Finding) []sarifCodeFlow {
	if len(f.Related) == 0 {
		return nil
	}
	steps := make([]sarifStep, 0, len(f.Related))
	for _, r := range f.Related {
		steps = append(steps, s.step(r.Place, r.Message))
	}
	var flows []sarifCodeFlow
	if f.Category == "cycle" {
		for i, r := range f.Related {
			flows = append(flows, flow(r.Message, steps[i]))
		}
		return flows
	}
	here := s.step(f.Place, f.Message)
	first := f.Related[0]
	if first.Line != f.Line || first.Column != f.Column || first.File != f.File {
		flows = append(flows, flow(first.Message, steps[0], here))
		steps = steps[1:]
	}
	return append(flows, flow(f.Message, append([]sarifStep{here}, steps...)...))
}

func (s *sarifPrinter) step(p report.Place, text string) sarifStep {
	location := s.location(p)
	location.Message = &sarifMessage{text}
	return sarifStep{location}
}

func flow(title string, steps ...sarifStep) sarifCodeFlow {
	return sarifCodeFlow{Message: sarifMessage{title}, ThreadFlows: []sarifThreadFlow{{steps}}}
}
