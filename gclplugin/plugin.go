// Package gclplugin makes lockvet a linter of golangci-lint, by its module
// plugin system. Importing the package registers it under the name lockvet; it
// exports nothing else that anyone need call. It imports nothing of
// golangci-lint itself but the small package that plugins register with.
//
// golangci-lint builds a binary of itself with the plugin from a file
// .custom-gcl.yml, by the command "golangci-lint custom":
//
//	version: v2.15.0
//	plugins:
//	  - module: github.com/lockvet/lockvet
//	    import: github.com/lockvet/lockvet/gclplugin
//	    path: ../lockvet # a clone
//
// and .golangci.yml enables it. Without the last three lines golangci-lint
// hides all but three findings that read alike:
//
//	version: "2"
//	linters:
//	  enable: [lockvet]
//	  settings:
//	    custom:
//	      lockvet:
//	        type: module
//	        settings:
//	          infer: false # true: every mutex is a class; module: those of the main module
//	issues:
//	  max-issues-per-linter: 0
//	  max-same-issues: 0
//
// golangci-lint before v2.14.0 loses the facts of cached packages, and with
// them findings that cross packages. Both //nolint:lockvet and lockvet's own
// ignore directive silence a finding.
//
// golangci-lint knows one position for an issue. It makes an issue of each
// related one, moved to wherever the first lies, so the plugin writes the
// witness behind the message, with the category, and drops the rest.
package gclplugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/lockvet/lockvet"
)

func init() { register.Plugin("lockvet", New) }

// Settings is what .golangci.yml may say.
type Settings struct {
	Infer Infer `json:"infer"`
}

// Infer is how much is inferred: "" for nothing, "all", or "module" for the
// mutexes of the main module.
type Infer string

// UnmarshalJSON reads true, false, "all" or "module".
func (i *Infer) UnmarshalJSON(data []byte) error {
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	switch value {
	case true, "all":
		*i = "all"
	case "module":
		*i = "module"
	case false, nil:
		*i = ""
	default:
		return fmt.Errorf("infer: %s: use true, false, all or module", data)
	}
	return nil
}

// New returns the plugin. Its settings hold for the process, because analyzer
// flags do. An unknown setting is an error.
func New(conf any) (register.LinterPlugin, error) {
	settings, err := register.DecodeSettings[Settings](conf)
	if err != nil {
		return nil, fmt.Errorf("lockvet: %w", err)
	}
	return plugin{settings}, nil
}

type plugin struct{ settings Settings }

// GetLoadMode says that the analyzers want types.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }

// BuildAnalyzers returns the suite, whose diagnostics say in one line what
// elsewhere takes several.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	suite := lockvet.Suite()
	if err := p.settings.apply(suite); err != nil {
		return nil, err
	}
	return fold(suite), nil
}

// apply sets the flags of the core, those too that have their defaults: the
// process may have had other settings before.
func (s Settings) apply(suite []*analysis.Analyzer) error {
	scope := "all"
	if s.Infer == "module" {
		scope = "module"
	}
	for _, a := range suite {
		if a.Name != "lockstate" {
			continue
		}
		if err := errors.Join(a.Flags.Set("infer", strconv.FormatBool(s.Infer != "")), a.Flags.Set("inferscope", scope)); err != nil {
			return fmt.Errorf("lockvet: %w", err)
		}
	}
	return nil
}

// fold returns copies of the analyzers that fold their diagnostics. A copy
// requires the copies of what its model requires: an analyzer under two
// identities would run twice. Analyzers that are not of the suite, which other
// linters may share, stay what they are.
func fold(suite []*analysis.Analyzer) []*analysis.Analyzer {
	copies := map[*analysis.Analyzer]*analysis.Analyzer{}
	var out []*analysis.Analyzer
	for _, a := range suite {
		out = append(out, folded(a, suite, copies))
	}
	return out
}

func folded(a *analysis.Analyzer, suite []*analysis.Analyzer, copies map[*analysis.Analyzer]*analysis.Analyzer) *analysis.Analyzer {
	if !slices.Contains(suite, a) {
		return a
	}
	if c, ok := copies[a]; ok {
		return c
	}
	c := *a
	copies[a] = &c
	c.Requires = nil
	for _, r := range a.Requires {
		c.Requires = append(c.Requires, folded(r, suite, copies))
	}
	c.Run = func(pass *analysis.Pass) (any, error) {
		inner := *pass
		inner.Analyzer = a
		inner.ResultOf = map[*analysis.Analyzer]any{}
		for i, r := range a.Requires {
			inner.ResultOf[r] = pass.ResultOf[c.Requires[i]]
		}
		inner.Report = func(d analysis.Diagnostic) { pass.Report(oneLine(pass.Fset, d)) }
		return a.Run(&inner)
	}
	return &c
}

// oneLine returns the diagnostic with its category and witness in the message.
func oneLine(fset *token.FileSet, d analysis.Diagnostic) analysis.Diagnostic {
	var steps []string
	for _, r := range d.Related {
		at := fset.Position(r.Pos)
		steps = append(steps, fmt.Sprintf("%s:%d: %s", filepath.Base(at.Filename), at.Line, r.Message))
	}
	d.Related = nil
	d.Message += " [" + d.Category + "]"
	if len(steps) > 0 {
		d.Message += " (" + strings.Join(steps, "; ") + ")"
	}
	return d
}
