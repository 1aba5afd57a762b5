package format

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/catalog"
	"github.com/lockvet/lockvet/cmd/lockvet/internal/report"
)

// record is a finding with both sides of a witness, in a file of dir, in whose
// second line a letter of two bytes stands before the finding.
func record(t *testing.T) (r *report.Result, opts Options) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "sub dir", "a.go")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte("package a\n/* é */ x := lock()\nthird\n"), 0o644))
	r = &report.Result{
		Findings: []report.Finding{{
			Place:    report.Place{File: file, Line: 2, Column: 10, EndLine: 2, EndColumn: 11},
			Analyzer: "inversion", Category: "order", Message: "taking B, while: 100%\r\nheld", URL: catalog.URL("order"), Package: "m/a", Key: "k1",
			Related: []report.Related{
				{Place: report.Place{File: file, Line: 1, Column: 1}, Message: "A is taken"},
				{Place: report.Place{File: file, Line: 3, Column: 1, EndLine: 3, EndColumn: 6}, Message: "calls lock"},
				{Place: report.Place{File: "/elsewhere/b.go", Line: 9}, Message: "B is taken"},
			},
		}},
	}
	entries := catalog.Catalog{{Name: "order", Analyzer: "inversion", Summary: "A lock out of order", Text: "Long text."}}
	return r, Options{Dir: dir, Root: dir, Context: -1, Version: "v1.2.3", Catalog: entries}
}

func printed(t *testing.T, f Func, r *report.Result, opts Options) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, f(&out, r, opts))
	return out.String()
}

func TestGitHubEscapes(t *testing.T) {
	r, opts := record(t)
	assert.Equal(t, "::error file=sub dir/a.go,line=2,endLine=2,col=10,endColumn=11,title=lockvet order"+
		"::taking B, while: 100%25%0D%0Aheld%0Asub dir/a.go:1: A is taken%0Asub dir/a.go:3: calls lock%0A/elsewhere/b.go:9: B is taken%0A"+r.Findings[0].URL+"\n",
		printed(t, GitHub, r, opts))
	assert.Equal(t, "a%3Ab%2Cc%25%0D%0A", escapeProperty("a:b,c%\r\n"))
}

func TestGitHubGivesNoColumnsOverSeveralLines(t *testing.T) {
	place := githubPlace(report.Place{File: "a.go", Line: 2, Column: 3, EndLine: 4, EndColumn: 1}, Options{})
	assert.Equal(t, []property{{"file", "a.go"}, {"line", "2"}, {"endLine", "4"}}, place)
}

func TestJSONListsAreNeverNull(t *testing.T) {
	assert.NotContains(t, printed(t, JSON, &report.Result{}, Options{}), "null")
	r, opts := record(t)
	r.Findings[0].Related = nil
	assert.NotContains(t, printed(t, JSON, r, opts), "null")
}

// log decodes what SARIF prints, as a consumer would.
func log(t *testing.T, r *report.Result, opts Options) sarifRun {
	t.Helper()
	var log sarifLog
	require.NoError(t, json.Unmarshal([]byte(printed(t, SARIF, r, opts)), &log))
	require.Equal(t, "2.1.0", log.Version)
	require.Len(t, log.Runs, 1)
	return log.Runs[0]
}

func TestSARIFResult(t *testing.T) {
	r, opts := record(t)
	run := log(t, r, opts)
	require.Len(t, run.Results, 1)
	result := run.Results[0]
	assert.Equal(t, "order", run.Tool.Driver.Rules[result.RuleIndex].ID)
	assert.Equal(t, "1.2.3", run.Tool.Driver.SemanticVersion)
	assert.Equal(t, map[string]string{"lockvet/v1": "k1"}, result.PartialFingerprints)
	where := result.Locations[0].PhysicalLocation
	assert.Equal(t, sarifArtifact{URI: "sub%20dir/a.go", URIBaseID: "%SRCROOT%"}, where.ArtifactLocation)
	assert.Equal(t, sarifRegion{StartLine: 2, StartColumn: 9, EndLine: 2, EndColumn: 10}, where.Region, "columns count code points")
	assert.Equal(t, sarifArtifact{URI: "file:///elsewhere/b.go"}, result.RelatedLocations[2].PhysicalLocation.ArtifactLocation)
}

// sides returns the texts along each code flow of the one result.
func sides(t *testing.T, r *report.Result, opts Options) [][]string {
	t.Helper()
	var out [][]string
	for _, flow := range log(t, r, opts).Results[0].CodeFlows {
		var texts []string
		for _, step := range flow.ThreadFlows[0].Locations {
			texts = append(texts, step.Location.Message.Text)
		}
		out = append(out, texts)
	}
	return out
}

func TestSARIFCodeFlowsShowBothSides(t *testing.T) {
	r, opts := record(t)
	f := &r.Findings[0]
	assert.Equal(t, [][]string{{"A is taken", f.Message}, {f.Message, "calls lock", "B is taken"}}, sides(t, r, opts))
	f.Category = "cycle"
	assert.Equal(t, [][]string{{"A is taken"}, {"calls lock"}, {"B is taken"}}, sides(t, r, opts))
	f.Category, f.Related = "leak", []report.Related{{Place: f.Place, Message: "taken here"}}
	assert.Equal(t, [][]string{{f.Message, "taken here"}}, sides(t, r, opts))
	f.Related = nil
	assert.Empty(t, sides(t, r, opts))
}

func TestSARIFKnowsEveryCategory(t *testing.T) {
	r, opts := record(t)
	r.Findings[0].Category = "undocumented"
	run := log(t, r, opts)
	assert.Equal(t, []string{"order", "undocumented"}, []string{run.Tool.Driver.Rules[0].ID, run.Tool.Driver.Rules[1].ID})
	assert.Equal(t, 1, run.Results[0].RuleIndex)
	assert.Equal(t, "Long text.", run.Tool.Driver.Rules[0].Help.Text)
}

func TestSARIFSaysWhatFailed(t *testing.T) {
	r := &report.Result{Errors: []string{"a.go:1:1: no"}, Incomplete: []report.Finding{{Place: report.Place{File: "/x/a.go", Line: 4}, Message: "too big"}}}
	invocation := log(t, r, Options{}).Invocations[0]
	assert.False(t, invocation.ExecutionSuccessful)
	require.Len(t, invocation.ToolExecutionNotifications, 2)
	assert.Equal(t, "too big", invocation.ToolExecutionNotifications[0].Message.Text)
	assert.Equal(t, "a.go:1:1: no", invocation.ToolExecutionNotifications[1].Message.Text)
}

func TestTextOfAFileThatIsGone(t *testing.T) {
	r := &report.Result{Findings: []report.Finding{{Place: report.Place{File: "/gone.go", Line: 3}, Category: "order", Message: "m"}}}
	assert.Equal(t, "/gone.go:3: m\n\tcategory: order\n", printed(t, Text, r, Options{Dir: "/here", Context: 2}))
}

func TestUnknownFormat(t *testing.T) {
	_, err := Named("xml")
	require.ErrorContains(t, err, strings.Join(Names(), ", "))
	for _, name := range Names() {
		_, err := Named(name)
		require.NoError(t, err)
	}
}
